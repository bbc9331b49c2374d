"""Guests who send too much, open too many sockets or never read: they are told in codes, and nobody else suffers."""

import json
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import ExitStack, closing, contextmanager
from socket import SO_RCVBUF, SOL_SOCKET
from socket import socket as Socket
from urllib.parse import urlsplit

import psutil
import pytest
from websockets.exceptions import ConnectionClosed

from audience import consumers, live
from audience.consumers import BURST, CLOSE_OVERFLOW, MOST_SEATS, PATIENCE
from audience.outbox import LIMIT
from audience.wire import BESIDES, CLOSE_FLOOD
from storyengine.errors import Refused
from storyengine.plot.models import Performance
from tests.audience.conftest import TIMEOUT_S, House, answer, choices_of, poll_of, receive, refusal
from tests.conftest import Stack


def ballot(poll: int, choice: int) -> dict[str, object]:
    return {"type": "ballot.cast", "ref": "b1", "poll": poll, "choices": [choice]}


def test_frame_beyond_16_kib_closes_the_socket_with_1009(house: House) -> None:
    with house.sit(house.live()) as socket:
        receive(socket)
        socket.send("x" * 20_000)
        with pytest.raises(ConnectionClosed) as closed:
            receive(socket)
    assert closed.value.rcvd.code == 1009


def test_flood_is_slowed_and_then_hung_up(house: House) -> None:
    performance = house.live()
    with house.sit(performance) as socket:
        receive(socket)
        counted = {"pong": 0, "message.too_fast": 0}
        for _ in range(BURST + 20):
            frame = answer(socket, {"type": "ping"})
            counted[frame.get("code", frame["type"])] += 1
        assert counted["pong"] >= BURST
        assert counted["message.too_fast"] >= 1
        with pytest.raises(ConnectionClosed) as closed:
            for _ in range(400):
                answer(socket, {"type": "ping"})
    assert closed.value.rcvd.code == CLOSE_FLOOD
    with house.sit(performance) as socket:  # somebody else sits down as before
        assert receive(socket)["type"] == "performance.snapshot"


def test_ninety_frames_in_one_read_are_answered_before_the_hang_up(house: House) -> None:
    performance = house.live()
    with house.sit(performance) as socket:
        receive(socket)
        burst = b"".join(client_frame(json.dumps({"type": "ping"})) for _ in range(BURST + PATIENCE + 1))
        socket.socket.sendall(burst)
        answers = Counter()
        with pytest.raises(ConnectionClosed) as closed:
            while True:
                frame = receive(socket)
                answers[frame.get("code", frame["type"])] += 1
    assert closed.value.rcvd.code == CLOSE_FLOOD
    assert answers["pong"] >= BURST
    assert answers["message.too_fast"] == PATIENCE + 1


def client_frame(text: str, first: int = 0x81) -> bytes:
    """A short frame as a client sends it: masked, here with zeros; `first` is its first byte, a whole text's here."""
    return bytes((first, 0x80 | len(text))) + b"\0\0\0\0" + text.encode()


PING, PONG, FIRST_PART, NEXT_PART = 0x89, 0x8A, 0x01, 0x00


@pytest.mark.parametrize(
    ("opening", "flood"),
    [
        (b"", client_frame("x" * 125, PING)),
        (b"", client_frame("", PONG)),
        (client_frame("{", FIRST_PART), client_frame("", NEXT_PART)),
    ],
    ids=["pings", "pongs", "parts of a message that never ends"],
)
def test_flood_of_frames_that_are_no_command_is_hung_up_on(
    house: House, stack: Stack, opening: bytes, flood: bytes
) -> None:
    """A deaf end that pings as fast as it can had the server pile up 18 MB of pongs a second."""
    performance = house.live()
    web = psutil.Process(stack.supervisor.pids()["web"])
    with house.sit(performance) as other, deaf_socket(house, performance) as raw:
        receive(other)
        before = web.memory_info().rss
        raw.settimeout(TIMEOUT_S)
        raw.sendall(opening)
        with pytest.raises(OSError):  # noqa: PT011 - reset, or a broken pipe
            for _ in range(2000):
                raw.sendall(flood * 500)
        assert web.memory_info().rss - before < 8 << 20
        assert answer(other, {"type": "ping"})["type"] == "pong"


def test_few_pings_and_a_message_in_parts_are_in_order(house: House) -> None:
    with house.sit(house.live()) as socket:
        receive(socket)
        for _ in range(BESIDES // 2):
            socket.ping()
        assert answer(socket, ['{"type":', '"ping"', "}"])["type"] == "pong"


def test_flood_of_pings_is_told_why(house: House) -> None:
    with house.sit(house.live()) as socket:
        receive(socket)
        socket.socket.sendall(client_frame("", PING) * (BESIDES + 1))
        with pytest.raises(ConnectionClosed) as closed:
            receive(socket)
    assert (closed.value.rcvd.code, closed.value.rcvd.reason) == (CLOSE_FLOOD, "message.too_fast")


def test_guest_with_too_many_sockets_is_told_and_others_sit_down(house: House) -> None:
    performance = house.live()
    _, token = house.join(performance)
    with ExitStack() as opened:
        for _ in range(MOST_SEATS):
            assert receive(opened.enter_context(house.sit(performance, token)))["type"] == "performance.snapshot"
        for _ in range(200 - MOST_SEATS):
            with house.sit(performance, token) as socket:
                assert refusal(receive(socket)) == ("guest.too_many_sockets", None)
                with pytest.raises(ConnectionClosed) as closed:
                    receive(socket)
                assert closed.value.rcvd.code == CLOSE_FLOOD
        with house.sit(performance) as other:
            assert receive(other)["type"] == "performance.snapshot"
            assert answer(other, ballot(poll_of(performance).pk, choices_of(poll_of(performance))[0]))["type"] == (
                "ballot.accepted"
            )
    for _ in range(50):  # a place is free again once the server has seen one go
        with house.sit(performance, token) as socket:
            if receive(socket)["type"] == "performance.snapshot":
                return
        time.sleep(0.1)
    pytest.fail("no place became free")


def test_onlookers_leave_room_for_guests(monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in {"MOST_ONLOOKERS": 2, "_seats": {}, "_taken": 0}.items():
        monkeypatch.setattr(consumers, name, value)
    for _ in range(2):
        consumers._take_seat(0)
    with pytest.raises(Refused) as refused:
        consumers._take_seat(0)
    assert refused.value.code == "server.full"
    consumers._take_seat(7)
    assert consumers._seats == {0: 2, 7: 1}


def test_socket_that_never_reads_costs_little_and_slows_nobody(house: House, stack: Stack) -> None:
    """Its news pile up to the outbox's limit, then it is hung up; meanwhile everybody else gets theirs."""
    performance = house.live()
    poll = poll_of(performance)
    news = {"type": "poll.extended", "poll": poll.pk, "closes_at": "2030-01-01T00:00:00Z", "filling": "x" * 16_000}
    web = psutil.Process(stack.supervisor.pids()["web"])
    with house.sit(performance) as reader, deaf_socket(house, performance) as late, deaf_socket(house, performance):
        receive(reader)
        before = web.memory_info().rss
        for number in range(LIMIT + 400):
            live.publish(performance, news)
            assert receive(reader)["offset"] == 4 + number  # at once, whatever the deaf ones do
        grown = web.memory_info().rss - before
        assert answer(reader, ballot(poll.pk, choices_of(poll)[0]))["type"] == "ballot.accepted"
        assert read_to_the_end(late).endswith(b"\x88\x02" + CLOSE_OVERFLOW.to_bytes(2, "big"))
    assert grown < 24 << 20  # the history itself is 4 MiB; an unbounded queue for two would be 23 more


@contextmanager
def deaf_socket(house: House, performance: Performance) -> Iterator[Socket]:
    """A guest's socket over plain TCP that reads the handshake and then nothing any more."""
    url = urlsplit(house.address(performance.code, token=house.join(performance)[1]))
    with closing(Socket()) as raw:
        raw.setsockopt(SOL_SOCKET, SO_RCVBUF, 4096)
        raw.connect((url.hostname, url.port))
        ask = [
            f"GET {url.path}?{url.query} HTTP/1.1",
            f"Host: {url.netloc}",
            "Upgrade: websocket",
            "Connection: Upgrade",
        ]
        ask += ["Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==", "Sec-WebSocket-Version: 13", "", ""]
        raw.sendall("\r\n".join(ask).encode())
        assert raw.recv(12) == b"HTTP/1.1 101"
        yield raw


def read_to_the_end(raw: Socket) -> bytes:
    """The last bytes up to the server's close frame."""
    raw.settimeout(TIMEOUT_S)
    tail = b""
    while not tail.endswith(CLOSE_OVERFLOW.to_bytes(2, "big")) and (more := raw.recv(1 << 16)):
        tail = (tail + more)[-8:]
    return tail
