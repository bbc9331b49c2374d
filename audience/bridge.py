"""The bridge from a chat to the polls: what chatters type goes through the same durable ballots as every other vote."""

import asyncio
import logging
import random
import time
from collections import OrderedDict
from collections.abc import Callable
from typing import Any

from channels.db import database_sync_to_async
from django.utils.translation import gettext as _
from django.utils.translation import override

from audience import ballots, chat, commands, live, messages
from audience.irc import Address, Chat
from audience.outbox import Outbox
from audience.tickets import Ticket
from storyengine.errors import Refused
from storyengine.plot.models import Performance

logger = logging.getLogger(__name__)

RATE, BURST = 1.0, 3.0  # votes of one chatter
MOST_KNOWN = 50_000  # chatters that are remembered between two votes
MOST_UNDER_WAY = 500
FIRST_WAIT_S, LONGEST_WAIT_S = 1.0, 60.0


class Bridge:
    """One performance and one channel. `say` is told what happens (for a person to read), no chatter's name in it."""

    def __init__(self, performance: Performance, address: Address, *, speaks: bool, say: Callable[[str], None]) -> None:
        self.performance, self.address, self.speaks, self.report = performance, address, speaks, say
        self.counted = self.refused = 0
        self._poll: dict[str, Any] | None = None
        self._ended = asyncio.Event()
        self._known: OrderedDict[str, tuple[int, float, float]] = OrderedDict()  # key -> guest, tokens, at
        self._casting: set[asyncio.Task[None]] = set()
        self._chat: Chat | None = None

    async def run(self) -> None:
        """Bridge until the performance ends. Raises Refused("chat.refused") if the server will not have us."""
        tasks = [asyncio.create_task(job) for job in (self._follow(), self._listen(), self._ended.wait())]
        try:
            done, _ = await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
            for task in done:
                task.result()
        finally:
            for task in [*tasks, *self._casting]:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)

    # ------------------------------------------------------------ the show

    async def _follow(self) -> None:
        """Keep up with the performance as every page does."""
        hub = await live.hub_for(Ticket(self.performance.pk, self.performance.code))
        while True:
            behind = asyncio.Event()
            outbox = Outbox(self._read, None, overflow=behind.set)
            hub.join(outbox, epoch="", offset=-1)
            try:
                await behind.wait()
            finally:
                hub.leave(outbox)
                outbox.stop()

    async def _read(self, sent: dict[str, Any]) -> None:
        self._take(messages.decode(sent["text"]))

    def _take(self, event: dict[str, Any]) -> None:
        match event["type"]:
            case "performance.snapshot":
                self._poll = event["poll"]
                if event["performance"]["state"] == Performance.State.ENDED:
                    self._ended.set()
            case "poll.opened":
                self._poll = event["poll"]
                self._announce(self._question(event["poll"]))
            case "poll.closed" if self._poll and self._poll["id"] == event["poll"]:
                self._announce(self._result(self._poll, event))
                self._poll = None
            case "scene.released":
                self._poll = None
            case "performance.ended":
                self._ended.set()

    def _question(self, poll: dict[str, Any]) -> str:
        with override(self.performance.story.language):
            choices = "  ".join(f"!{n} {choice['label']}" for n, choice in enumerate(poll["choices"], start=1))
            return _("Vote now: %(question)s  %(choices)s") % {"question": poll["question"], "choices": choices}

    def _result(self, poll: dict[str, Any], closed: dict[str, Any]) -> str:
        labels = {choice["id"]: choice["label"] for choice in poll["choices"]}
        with override(self.performance.story.language):
            facts = {"label": labels.get(closed["winner"], ""), "votes": closed["voters"]}
            return _("The poll is closed. Chosen: %(label)s (votes: %(votes)s)") % facts

    def _announce(self, text: str) -> None:
        if self.speaks and self._chat is not None:
            self._keep(asyncio.create_task(self._speak(self._chat, text)))

    async def _speak(self, to: Chat, text: str) -> None:
        try:
            await to.say(text)
        except OSError:
            logger.warning("the chat did not hear an announcement: the connection is gone")

    # ------------------------------------------------------------ the chat

    async def _listen(self) -> None:
        """Stay in the channel; after each loss come back, a little later each time."""
        wait = FIRST_WAIT_S
        while True:
            began = time.monotonic()
            try:
                async with Chat(self.address) as self._chat:
                    self.report(f"in {self.address.channel} on {self.address.server} as {self._chat.nick}")
                    async for chatter, text in self._chat:
                        await self._hear(chatter, text)
            except (OSError, TimeoutError) as error:  # TLS errors are OSErrors too
                self.report(f"the chat is away ({error or type(error).__name__})")
            finally:
                self._chat = None
            wait = FIRST_WAIT_S if time.monotonic() - began > LONGEST_WAIT_S else min(LONGEST_WAIT_S, wait * 2)
            await asyncio.sleep(wait * random.uniform(0.5, 1))

    async def _hear(self, chatter: str, text: str) -> None:
        numbers, poll = chat.vote_in(text), self._poll
        if numbers is None or poll is None or poll["state"] != "open" or len(self._casting) >= MOST_UNDER_WAY:
            return
        choices = [choice["id"] for choice in poll["choices"]]
        if any(number > len(choices) for number in numbers):
            return
        guest = await self._guest(chatter)
        if guest:
            fields = {
                "ref": f"chat-{time.monotonic_ns()}",
                "poll": poll["id"],
                "choices": [choices[number - 1] for number in numbers],
            }
            self._keep(asyncio.create_task(self._cast(guest, fields)))

    async def _guest(self, chatter: str) -> int:
        """The chatter's guest, or 0 if they vote faster than anybody thinks."""
        key, now = chat.chat_key(self.performance, chatter), time.monotonic()
        if key not in self._known:
            find = database_sync_to_async(chat.guest_of, thread_sensitive=False)
            try:
                self._known[key] = (await find(self.performance, chatter)).pk, BURST, now
            except Refused:
                return 0
        guest, tokens, at = self._known.pop(key)
        tokens = min(BURST, tokens + (now - at) * RATE)
        self._known[key] = guest, tokens - 1 if tokens >= 1 else tokens, now
        if len(self._known) > MOST_KNOWN:
            self._known.popitem(last=False)
        return guest if tokens >= 1 else 0

    async def _cast(self, guest: int, fields: dict[str, Any]) -> None:
        try:
            command = commands.ballot_from(fields)
            await ballots.writer().cast(command, Ticket(self.performance.pk, self.performance.code, guest))
            self.counted += 1
        except Refused as refused:
            self.refused += 1
            if refused.code == "server.busy":
                logger.warning("a vote from the chat could not be stored")

    def _keep(self, task: asyncio.Task[None]) -> None:
        self._casting.add(task)
        task.add_done_callback(self._casting.discard)
