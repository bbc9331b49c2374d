"""What a load benchmark stands on: a database of its own, one server process, one crowd in a process of its own.

Nothing here touches the show that may be running: its web process, its tables and its guests stay as they are.
"""

import json
import os
import socket
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import quote

import psutil
from django.conf import settings
from django.contrib.auth import get_user_model
from django.core.management import call_command
from django.db import connection

from audience import tickets
from audience.models import Guest, Poll
from audience.tickets import Ticket
from storyengine.errors import Refused
from storyengine.plot.models import Performance
from storyengine.showrun import cycle
from storyengine.showrun.processes import web_command
from storyengine.showrun.show import NotInTime
from storyengine.showrun.stack import end_process, free_port
from storyengine.showrun.twin import find_story

CROWD = Path(__file__).parent / "clients" / "crowd.py"
LONG_S = 3600  # a deadline that never comes
START_TIMEOUT_S = 60.0
ANSWER_TIMEOUT_S = 60.0


# ------------------------------------------------------------------ the database


@contextmanager
def own_database(say: Callable[[str], None]) -> Iterator[None]:
    """Until the end, the default connection of this process leads to a fresh database beside the show's."""
    say("making a database for the bench")
    kept = str(connection.settings_dict["NAME"])
    name = f"{kept}_bench"
    with connection.cursor() as cursor:
        cursor.execute(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')
        cursor.execute(f'CREATE DATABASE "{name}"')
    _lead_to(name)
    try:
        call_command("migrate", verbosity=0)
        yield
    finally:
        _lead_to(kept)
        with connection.cursor() as cursor:
            cursor.execute(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')


def _lead_to(name: str) -> None:
    connection.close()
    connection.close_pool()  # type: ignore[attr-defined]
    connection.settings_dict["NAME"] = name


def database_url() -> str:
    """The URL of the database that the default connection leads to, for the processes started here."""
    chosen = connection.settings_dict
    login = quote(str(chosen["USER"])) + (f":{quote(str(chosen['PASSWORD']))}" if chosen["PASSWORD"] else "")
    host, port = str(chosen["HOST"]), str(chosen["PORT"])
    place = f"{login}@/{chosen['NAME']}?host={host}" if host.startswith("/") else f"{login}@{host}/{chosen['NAME']}"
    return "postgresql://" + (place if not port or host.startswith("/") else place.replace(host, f"{host}:{port}", 1))


# ------------------------------------------------------------------ the house


@dataclass(frozen=True, slots=True)
class House:
    """A performance with an open poll, and the tickets of as many guests as are asked for."""

    performance: Performance
    poll: int
    choices: list[int]
    guests: list[int]

    def path(self, guest: int) -> str:
        ticket = Ticket(self.performance.pk, self.performance.code, guest)
        return f"/live/{self.performance.code}/?token={tickets.issue(ticket)}"


def open_house(guests: int, **rules: object) -> House:
    """Start a performance of the sample story whose first poll stays open."""
    performance = Performance.objects.create(
        story=find_story(""), **{"poll_seconds": LONG_S, "write_ahead": False, **rules}
    )
    cycle.start(
        performance.pk, by=get_user_model().objects.get_or_create(username="bench", defaults={"is_superuser": True})[0]
    )
    poll = Poll.objects.get(performance=performance)
    made = Guest.objects.bulk_create([Guest(performance=performance) for _ in range(guests)])
    choices = list(poll.offers.order_by("position").values_list("choice_id", flat=True))
    return House(performance, poll.pk, choices, [guest.pk for guest in made])


# ------------------------------------------------------------------ the server


@dataclass(frozen=True, slots=True)
class Server:
    """A running web process: the product's, or a baseline under the same flags."""

    url: str
    process: psutil.Process

    def address(self, path: str) -> str:
        return self.url.replace("http", "ws", 1) + path

    def cpu_s(self) -> float:
        spent = self.process.cpu_times()
        return float(spent.user + spent.system)

    def memory_bytes(self) -> int:
        return int(self.process.memory_info().rss)


PRODUCT = "storyengine.asgi:application"
BARE = "storyengine.showrun.bench.baselines.bare"
CHANNELS = "storyengine.showrun.bench.baselines.channels_consumers"


@contextmanager
def serving(application: str = PRODUCT) -> Iterator[Server]:
    """One web process of `application`, started as `run` starts the product's."""
    port = free_port()
    environment = {**os.environ, "DATABASE_URL": database_url(), "STORYENGINE_PUBLIC_URL": f"http://127.0.0.1:{port}"}
    with tempfile.TemporaryFile() as log:
        process = subprocess.Popen(
            web_command("127.0.0.1", port, application=application),
            cwd=settings.BASE_DIR,
            env=environment | {"PYTHONPATH": str(settings.BASE_DIR)},
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
        try:
            _await_listening(process, port, log)
            yield Server(f"http://127.0.0.1:{port}", psutil.Process(process.pid))
        finally:
            end_process(process)


def _await_listening(process: "subprocess.Popen[bytes]", port: int, log: Any) -> None:
    give_up = time.monotonic() + START_TIMEOUT_S
    while True:
        try:
            socket.create_connection(("127.0.0.1", port), timeout=1).close()
            return
        except OSError as error:
            if process.poll() is not None or time.monotonic() > give_up:
                log.seek(0)
                last = log.read().decode(errors="replace").strip().splitlines()[-1:]
                raise Refused("setup.failed", reason=f"the web process did not start: {' '.join(last)}") from error
            time.sleep(0.05)


# ------------------------------------------------------------------ the crowd


class Crowd:
    """The other end of crowd.py: lines to it, JSON objects from it."""

    def __init__(self, mode: str, job: dict[str, Any]) -> None:
        self._process = subprocess.Popen(
            [sys.executable, "-P", str(CROWD), mode], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )
        self.tell(json.dumps(job))

    def tell(self, line: str) -> None:
        assert self._process.stdin is not None
        self._process.stdin.write(line + "\n")
        self._process.stdin.flush()

    def hear(self) -> dict[str, Any]:
        """The next report; raises NotInTime where the crowd lost a socket, gave up or says nothing for long."""
        assert self._process.stdout is not None
        patience = threading.Timer(ANSWER_TIMEOUT_S, self._process.kill)
        patience.start()
        line = self._process.stdout.readline()
        patience.cancel()
        report: dict[str, Any] = (
            json.loads(line) if line else {"trouble": f"it ended, or said nothing for {ANSWER_TIMEOUT_S:g} s"}
        )
        if "closed" in report:
            raise NotInTime(f"the server closed socket {report['seat']} with code {report['closed']}")
        if "trouble" in report:
            raise NotInTime(f"the crowd: {report['trouble']}")
        return report

    def end(self) -> None:
        end_process(self._process)


@contextmanager
def crowd(mode: str, job: dict[str, Any]) -> Iterator[Crowd]:
    """A crowd that has taken its seats; ended with the block."""
    made = Crowd(mode, job)
    try:
        made.hear()
        yield made
    finally:
        made.end()
