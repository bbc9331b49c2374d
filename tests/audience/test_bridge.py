"""The chat bridge against a real IRC server: votes are ballots, news is heard, a lost server comes back."""

import os
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from django.conf import settings

from audience.models import Ballot, Guest, Poll
from storyengine.showrun import cycle
from tests.audience.conftest import House, poll_of
from tests.conftest import free_port, test_database_url

NGIRCD = shutil.which("ngircd") or "/usr/sbin/ngircd"
pytestmark = pytest.mark.skipif(not Path(NGIRCD).exists(), reason="ngircd, a real IRC server, is not installed here")

CONFIGURATION = """
[Global]
Name = irc.test
Info = a server for a test
Ports = {port}
Listen = 127.0.0.1
{password}
[Limits]
MaxConnectionsIP = 0
[Options]
DNS = no
Ident = no
PAM = no
"""


class Server:
    """ngircd on a port of its own, on the loopback alone."""

    def __init__(self, folder: Path, password: str = "") -> None:
        self.port = free_port()
        self._file = folder / "ngircd.conf"
        line = f"Password = {password}" if password else ""
        self._file.write_text(CONFIGURATION.format(port=self.port, password=line))
        self.start()

    def start(self) -> None:
        quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
        self._process = subprocess.Popen([NGIRCD, "--nodaemon", "--config", str(self._file)], **quiet)  # type: ignore[call-overload]
        for _ in range(100):
            try:
                socket.create_connection(("127.0.0.1", self.port), 1).close()
                return
            except OSError:
                time.sleep(0.05)
        raise AssertionError("ngircd did not come up")

    def stop(self) -> None:
        self._process.kill()
        self._process.wait(10)


class Chatter:
    """Somebody in the channel, over a plain socket."""

    def __init__(self, port: int, nick: str) -> None:
        self._socket = socket.create_connection(("127.0.0.1", port), 10)
        self._lines = self._socket.makefile("rb")
        self._send(f"NICK {nick}", f"USER {nick} 0 * :{nick}")
        self.hear(" 001 ")
        self._send("JOIN #show")
        self.hear(" 366 ")

    def _send(self, *lines: str) -> None:
        self._socket.sendall("".join(f"{line}\r\n" for line in lines).encode())

    def say(self, *texts: str) -> None:
        self._send(*(f"PRIVMSG #show :{text}" for text in texts))

    def hear(self, part: str) -> str:
        while True:
            line = self._lines.readline().decode()
            assert line, f"the server hung up before {part!r}"
            if line.startswith("PING"):
                self._send(line.replace("PING", "PONG").strip())
            elif part in line:
                return line.strip()

    def names(self) -> str:
        self._send("NAMES #show")
        return self.hear(" 353 ")


class Bridge:
    """`manage.py chat_bridge` as a process of its own."""

    def __init__(self, code: str, port: int, *more: str, token: str = "") -> None:
        environment = {**os.environ, "DATABASE_URL": test_database_url(), "STORYENGINE_CHAT_TOKEN": token}
        command = [sys.executable, "manage.py", "chat_bridge", code, "--server", "127.0.0.1", "--port", str(port)]
        self._process = subprocess.Popen(
            [*command, "--channel", "#show", "--no-tls", *more], cwd=settings.BASE_DIR, env=environment, text=True,
            stdout=subprocess.PIPE, stderr=subprocess.PIPE,
        )  # fmt: skip
        self.said: list[str] = []

    def wait_for(self, part: str) -> None:
        assert self._process.stderr is not None
        while part not in (self.said[-1] if self.said else ""):
            line = self._process.stderr.readline()
            assert line, self.said
            self.said.append(line)

    def is_over(self) -> bool:
        return self._process.poll() is not None

    def stop(self, *, gently: bool = True) -> tuple[int, str]:
        """Tell it to end (or only wait for its end); its exit status and all that it said."""
        if gently and not self.is_over():
            self._process.send_signal(signal.SIGTERM)
        out, error = self._process.communicate(timeout=20)
        return self._process.returncode, out + error


@pytest.fixture
def server(tmp_path: Path) -> Iterator[Server]:
    found = Server(tmp_path)
    yield found
    found.stop()


def labels(poll: Poll) -> list[str]:
    offered = dict(poll.offers.values_list("choice_id", "label"))
    return sorted(offered[named[0]] for named in Ballot.objects.filter(poll=poll).values_list("choices", flat=True))


def until(found: Callable[[], bool]) -> bool:
    """Whether it became so within 15 seconds."""
    give_up = time.monotonic() + 15
    while not found() and time.monotonic() < give_up:
        time.sleep(0.05)
    return found()


def test_a_chat_votes_hears_and_is_found_again(house: House, server: Server) -> None:
    performance = house.live()
    poll = poll_of(performance)
    bridge = Bridge(performance.code.lower(), server.port, "--nick", "bridge", "--speak")
    try:
        bridge.wait_for("in #show on 127.0.0.1 as bridge")
        ida, bo = Chatter(server.port, "ida"), Chatter(server.port, "bo")
        assert "bridge" in ida.names()
        ida.say("hello all", "1", "!vote 9", "!2")
        bo.say("!vote 3")
        assert until(lambda: labels(poll) == ["Burn the ferry", "Carry the thief"]), labels(poll)
        guests = Guest.objects.filter(ballots__poll=poll)
        assert {(guest.nickname, len(guest.chat_key)) for guest in guests} == {("", 32)}
        # The server dies and comes back: the bridge does, too, and a chatter is the guest that they were.
        server.stop()
        bridge.wait_for("the chat is away")
        server.start()
        bridge.wait_for("in #show on 127.0.0.1 as bridge")
        ida = Chatter(server.port, "IDA")
        ida.say("!1")
        assert until(lambda: labels(poll) == ["Burn the ferry", "Carry the widow"]), labels(poll)
        cycle.close_now(performance.pk, by=house.showrunner)
        assert "The poll is closed. Chosen: Burn the ferry (votes: 2)" in ida.hear("PRIVMSG #show")
        cycle.end(performance.pk, by=house.showrunner)
        assert until(bridge.is_over)
    finally:
        code, said = bridge.stop()
    assert (code, f"{performance.code}: 4 votes counted, 0 refused" in said) == (0, True), said
    assert "ida" not in said.lower()


def test_a_server_that_wants_another_password_ends_the_bridge(house: House, tmp_path: Path) -> None:
    server = Server(tmp_path, password="amber")
    try:
        performance = house.live()
        code, said = Bridge(performance.code, server.port, "--nick", "bridge", token="wrong").stop(gently=False)
    finally:
        server.stop()
    assert code == 1
    assert "[chat.refused]" in said
