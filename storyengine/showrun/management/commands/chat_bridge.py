import asyncio
import signal
from argparse import ArgumentParser
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand

from audience import guests
from audience.bridge import Bridge
from audience.irc import Address
from storyengine.errors import Refused
from storyengine.plot.models import Performance


class Command(BaseCommand):
    help = "Let a Twitch or IRC chat vote: 1, !1 or !vote 1. The chat's password comes from STORYENGINE_CHAT_TOKEN."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("code", help="the performance's join code")
        parser.add_argument("--server", default="irc.chat.twitch.tv", help="(%(default)s)")
        parser.add_argument("--port", type=int, default=0, help="6697 with TLS, 6667 without")
        parser.add_argument("--channel", required=True, help="such as #mytheatre")
        parser.add_argument(
            "--nick", default="", help="whom the token belongs to; justinfan, who only listens, without"
        )
        parser.add_argument("--no-tls", action="store_true", help="only for a server on your own machine")
        parser.add_argument("--speak", action="store_true", help="announce polls and results in the channel")

    def handle(self, *args: Any, code: str, **options: Any) -> None:
        performance = guests.find_performance(code)
        if performance.state == Performance.State.ENDED:
            raise Refused("performance.ended", reason=f"the performance {performance.code} is over")
        channel = options["channel"].strip().lower()
        address = Address(
            server=options["server"],
            port=options["port"] or (6667 if options["no_tls"] else 6697),
            channel=channel if channel.startswith(("#", "&", "+", "!")) else f"#{channel}",
            nick=options["nick"] or "justinfan4711",
            token=settings.CHAT_TOKEN,
            tls=not options["no_tls"],
        )
        bridge = Bridge(performance, address, speaks=options["speak"], say=self._say)
        asyncio.run(self._run(bridge))
        self.stdout.write(f"{performance.code}: {bridge.counted} votes counted, {bridge.refused} refused")

    async def _run(self, bridge: Bridge) -> None:
        work = asyncio.create_task(bridge.run())
        for number in (signal.SIGINT, signal.SIGTERM):
            asyncio.get_running_loop().add_signal_handler(number, work.cancel)
        try:
            await work
        except asyncio.CancelledError:
            self._say("stopped")

    def _say(self, text: str) -> None:
        self.stderr.write(f"  … {text}")
        self.stderr.flush()
