"""A server that says nothing, and one that is left: real sockets, on which the other side's silence and end show."""

import json
import socket
import threading
import time
from collections.abc import Iterator

import pytest

from storyengine.errors import Refused
from storyengine.generation import watch as watching
from storyengine.generation.draft import claim_draft
from storyengine.generation.pulse import pulse
from storyengine.generation.watch import Watch
from storyengine.generation.writer import Ear
from storyengine.generation.writer.remote import RemoteWriter
from tests.factories import answer_json
from tests.generation.test_draft import queued
from tests.generation.test_prompt import SMALL
from tests.generation.writer.test_remote import stream


class Listener:
    """Takes requests, answers the first `said` of them, and is silent at the next; `left_at` is when that one ended."""

    def __init__(self, *said: str) -> None:
        self._listening = socket.create_server(("127.0.0.1", 0))
        self.url = f"http://127.0.0.1:{self._listening.getsockname()[1]}/v1"
        self.said, self.asked, self.left_at = list(said), threading.Event(), 0.0
        self.left = threading.Event()
        threading.Thread(target=self._serve, daemon=True).start()

    def _serve(self) -> None:
        while True:
            try:
                connection, _ = self._listening.accept()
            except OSError:
                return
            threading.Thread(target=self._answer, args=(connection,), daemon=True).start()

    def _answer(self, connection: socket.socket) -> None:
        with connection:
            request = connection.recv(65536)
            if request.startswith(b"GET"):
                connection.sendall(b"HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\nConnection: close\r\n\r\n")
                return
            if self.said:
                connection.sendall(self.said.pop(0).encode())
            self.asked.set()
            while connection.recv(65536):
                pass
            self.left_at = time.monotonic()
            self.left.set()

    def close(self) -> None:
        self._listening.close()


@pytest.fixture
def silent() -> Iterator[Listener]:
    listener = Listener()
    yield listener
    listener.close()


@pytest.fixture
def half() -> Iterator[Listener]:
    """Begins an answer and stops in the middle."""
    begun = stream(answer_json()).partition("\n\n")[0] + "\n\n"
    listener = Listener(f"HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nContent-Length: 99999\r\n\r\n{begun}")
    yield listener
    listener.close()


def leave(listener: Listener) -> float:
    """Ask, and stop listening a moment after the request is there; the seconds until the server sees the end."""
    stopped_at: list[float] = []

    def stop() -> bool:
        if listener.asked.is_set() and not stopped_at:
            stopped_at.append(time.monotonic())
        return bool(stopped_at)

    with pytest.raises(Refused) as refused:
        RemoteWriter(listener.url, "k", "m").write(SMALL, seed=1, ear=Ear(stop=stop))
    assert refused.value.code == "writer.cancelled"
    assert listener.left.wait(5), "the server was not told"
    return listener.left_at - stopped_at[0]


def test_server_sees_at_once_that_its_first_word_is_not_waited_for(silent: Listener) -> None:
    assert leave(silent) < 2


def test_server_sees_at_once_that_the_rest_of_an_answer_is_not_waited_for(half: Listener) -> None:
    assert leave(half) < 2


def test_writer_that_hung_up_writes_again(silent: Listener) -> None:
    writer = RemoteWriter(silent.url, "k", "m")
    with pytest.raises(Refused):
        writer.write(SMALL, seed=1, ear=Ear(stop=silent.asked.is_set))
    body = stream(answer_json())
    silent.said.append(
        f"HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nContent-Length: {len(body)}\r\n\r\n{body}"
    )
    assert json.loads(writer.write(SMALL, seed=1).text)["summary"] == "The thief offers a key."


@pytest.mark.django_db
@pytest.mark.parametrize(("server", "limit"), [("silent", "WRITER_WAIT_S"), ("half", "WRITER_HANG_S")])
def test_server_that_says_nothing_more_is_given_up_when_its_time_is_over(
    server: str, limit: str, request: pytest.FixtureRequest, settings, monkeypatch: pytest.MonkeyPatch
) -> None:  # type: ignore[no-untyped-def]
    monkeypatch.setattr(watching, "ASK_EVERY_S", 0.0)
    setattr(settings, limit, 1.0)
    draft = claim_draft(queued().pk)
    assert draft is not None
    watch, before = Watch(draft), time.monotonic()
    watch.begin(lambda: None)
    states: list[tuple[str, float]] = []
    ear = watch.ear

    def stop() -> bool:
        states.append((pulse.busy_with, pulse.silent_s()))
        return ear.stop()

    writer = RemoteWriter(request.getfixturevalue(server).url, "k", "m")
    with pytest.raises(Refused) as refused:
        writer.write(SMALL, seed=1, ear=Ear(ear.hear, stop, ear.note))
    watch.end("writer.silent")
    assert watch.reason(refused.value).code == "writer.silent"
    assert 1 < time.monotonic() - before < 30
    assert states[-1][1] >= 1  # to ask is no sign of life
    assert states[-1][0] == ("waiting" if server == "silent" else "")
