"""One machine, one command: services, tables, sample, people, processes, addresses."""

import io
import json
import os
import signal
import socket
import threading
import time
import urllib.error
import urllib.request
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

import segno
from django.conf import settings
from django.core.management import call_command
from django.core.management.base import BaseCommand
from django.db import DatabaseError, connection

from storyengine import embedded
from storyengine.embedded import var_dir
from storyengine.errors import Refused
from storyengine.generation.models import WriterStatus
from storyengine.plot.models import Performance, Story
from storyengine.plot.sample import FIRST, load_samples
from storyengine.sentences import in_words
from storyengine.showrun import people
from storyengine.showrun.processes import commands
from storyengine.showrun.stack import forget_running, note_running
from storyengine.showrun.supervisor import Supervisor
from storyengine.showrun.twin import TWIN

READY_TIMEOUT_S = 120
KEEPER_S = 20


class Command(BaseCommand):
    help = "Start the whole show on this machine and print its addresses. Ctrl-C stops it."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--bind", default="127.0.0.1", help="address to listen on; 0.0.0.0 lets phones in")
        parser.add_argument("--port", type=int, default=8000)
        parser.add_argument("--ready", type=Path, help="write addresses and sign-in words to this file when ready")

    def handle(self, *args: Any, bind: str, port: int, ready: Path | None, **options: Any) -> None:
        _check_port(bind, port)
        public = _public_url(bind, port)
        self._prepare()
        words = {role: people.sign_in_words(role) for role in people.CREW}
        tonight = _tonight()
        supervisor = Supervisor(commands(bind=bind, port=port), environment=_environment(public))
        for name in (signal.SIGINT, signal.SIGTERM):
            signal.signal(name, lambda *_: supervisor.stop.set())
        announce = threading.Thread(
            target=self._announce, args=(supervisor, public, port, tonight, words, ready), daemon=True
        )
        announce.start()
        keeper = threading.Thread(target=embedded.keep, args=(supervisor.stop, self._say), daemon=True)
        keeper.start()
        connection.close()
        try:
            supervisor.run()
        finally:
            forget_running()
            keeper.join(KEEPER_S)  # so that no server starts while everything else stops
        self.stderr.write("  … stopped; everything is kept in " + str(var_dir()))

    def _prepare(self) -> None:
        try:
            self._say("bringing the tables up to date")
            call_command("migrate", verbosity=0)
        except DatabaseError as error:
            reason = str(error).strip().splitlines()[0]
            raise Refused("setup.failed", reason=f"the database at DATABASE_URL: {reason}") from error
        except OSError as error:
            raise Refused("setup.failed", reason=f"{error.strerror}: {error.filename}") from error
        self._say("loading the sample stories")
        load_samples()
        people.ensure_groups()
        WriterStatus.objects.all().delete()

    def _announce(self, supervisor: Supervisor, public: str, port: int, tonight: tuple[Performance, str],
                  words: dict[str, str], ready: Path | None) -> None:  # fmt: skip
        """Wait until pages come and the writer has its model (or says why not), then print the addresses."""
        self._say("starting web, writer, worker and stage manager")
        if not _wait_for_web(port, supervisor):
            return
        self._say("waiting for the writer to load its model")
        writer = _wait_for_writer(supervisor)
        if supervisor.stop.is_set():
            return
        note_running(public)
        performance, earlier = tonight
        addresses = _addresses(public, performance)
        self.stdout.write(_sheet(addresses, performance, earlier, words, writer))
        self.stdout.flush()
        if ready:
            facts = {"code": performance.code, "url": public, "words": words, "pids": supervisor.pids()}
            partial = ready.with_suffix(".partial")
            partial.touch(mode=0o600)
            partial.write_text(json.dumps(facts | {"addresses": addresses, "pid": os.getpid()}))
            partial.rename(ready)

    def _say(self, text: str) -> None:
        self.stderr.write(f"  … {text}")
        self.stderr.flush()


def _check_port(bind: str, port: int) -> None:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((bind, port))
        except OSError as error:
            advice = f"port {port} on {bind} cannot be used: {error.strerror}. Try another: make run PORT={port + 1}"
            raise Refused("setup.failed", reason=advice) from error


def _public_url(bind: str, port: int) -> str:
    """The address that goes into QR codes: the one set, or this machine's own as others see it."""
    if "STORYENGINE_PUBLIC_URL" in os.environ:
        return settings.PUBLIC_URL
    return f"http://{_own_address() if bind in {'0.0.0.0', '::'} else bind}:{port}"  # noqa: S104


def _own_address() -> str:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        try:
            probe.connect(("192.0.2.1", 9))  # a documentation address: nothing is sent, only the route is asked
            return str(probe.getsockname()[0])
        except OSError:
            return "127.0.0.1"


def _environment(public: str) -> dict[str, str]:
    return {"STORYENGINE_PUBLIC_URL": public, "PYTHONPATH": str(settings.BASE_DIR)}


def _tonight() -> tuple[Performance, str]:
    """The newest performance that is not over (no rehearsal's, none put away), or a new one of the sample story.

    Of one that was there, also when it was made or began: the same code may have been printed days ago.
    """
    shows = Performance.objects.select_related("story").exclude(story__slug__contains=TWIN)
    waiting = shows.filter(shelved=None).exclude(state=Performance.State.ENDED).first()
    if waiting is None:
        return Performance.objects.create(story=Story.objects.get(slug=FIRST)), ""
    return waiting, _earlier(waiting)


def _wait_for_web(port: int, supervisor: Supervisor) -> bool:
    give_up = time.monotonic() + READY_TIMEOUT_S
    while time.monotonic() < give_up and not supervisor.stop.is_set():
        try:
            urllib.request.urlopen(f"http://127.0.0.1:{port}/", timeout=2).close()
        except (urllib.error.URLError, OSError):
            time.sleep(0.1)
        else:
            return True
    return False


def _wait_for_writer(supervisor: Supervisor) -> WriterStatus | None:
    give_up = time.monotonic() + READY_TIMEOUT_S
    while time.monotonic() < give_up and not supervisor.stop.is_set():
        status = WriterStatus.objects.exclude(state=WriterStatus.State.LOADING).first()
        if status:
            return status
        time.sleep(0.2)
    return None


def _addresses(public: str, performance: Performance) -> dict[str, str]:
    return {
        "audience": f"{public}/join/{performance.code}/",
        "screen": f"{public}/screen/{performance.code}/",
        "desk": f"{public}/desk/",
        "console": f"{public}/console/{performance.code}/",
    }


def _sheet(
    addresses: dict[str, str],
    performance: Performance,
    earlier: str,
    words: dict[str, str],
    writer: WriterStatus | None,
) -> str:
    """The one thing a showrunner reads at the start."""
    qr = segno.make(addresses["audience"], error="l")
    picture = _terminal_qr(qr)
    model = f"{writer.model} on {writer.device}" if writer and writer.state == WriterStatus.State.READY else ""
    trouble = f"not ready: {writer.error_code} {in_words(writer.error_reason)}" if writer else "still loading"
    lines = [
        "", picture,
        f"  {performance.story.title}: join with {performance.code}",
        *([f"  {earlier}"] if earlier else []),
        "",
        f"  Audience     {addresses['audience']}",
        f"  Big screen   {addresses['screen']}",
        f"  Desk         {addresses['desk']}      sign in as editor with {words['editor']}",
        f"  Console      {addresses['console']}  sign in as showrunner with {words['showrunner']}",
        f"  Writer       {model or trouble}",
        "",
        "  Ctrl-C stops everything; nothing is lost.",
        "",
    ]  # fmt: skip
    return "\n".join(lines)


def _earlier(performance: Performance) -> str:
    """What there is to know of a performance that an earlier start made."""
    if performance.started_at is not None:
        return f"It goes on: it began on {performance.started_at:%Y-%m-%d at %H:%M} UTC."
    return f"It has not started; it was made on {performance.created_at:%Y-%m-%d at %H:%M} UTC."


def _terminal_qr(code: segno.QRCode) -> str:
    out = io.StringIO()
    code.terminal(out=out, border=2, compact=True)
    return out.getvalue()
