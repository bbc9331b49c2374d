"""Outboxes stay bounded and in order; a snapshot follows its events."""

import asyncio

import pytest
from websockets.frames import Frame as WireFrame
from websockets.frames import Opcode
from websockets.streams import StreamReader

from audience import live
from audience.live import Hub, apply
from audience.outbox import Frame, Outbox
from audience.tickets import Ticket
from audience.wire import whole_frame
from tests.audience.conftest import House, answer, poll_of, receive


def hub_at(offset: int) -> Hub:
    """A hub that has seen so many events and kept the last ten."""
    hub = Hub(Ticket(1, "CODE"))
    hub._epoch, hub._snapshot = "e", {"type": "performance.snapshot"}
    for number in range(1, offset + 1):
        hub.take(b'{"epoch":"e","offset":%d,"type":"x"}' % number)
    while len(hub._history) > 10:
        hub._history.popleft()
    return hub


class Line:
    """The other end of an outbox: reads everything, or nothing until it is told to."""

    def __init__(self, *, limit: int = 64, reads: bool = True, guest: int = 0) -> None:
        self.got: list[str] = []
        self.overflows = 0
        self._reads = asyncio.Event()
        if reads:
            self._reads.set()
        self.outbox = Outbox(self._send, self._write, overflow=self._overflow, limit=limit, guest=guest)

    def _write(self, wire: bytes) -> bool:
        if self._reads.is_set():
            self.got.append(wire[2:].decode() if len(wire) < 128 else wire[4:].decode())
        return self._reads.is_set()

    async def _send(self, message: dict[str, str]) -> None:
        await self._reads.wait()
        self.got.append(message["text"])

    def _overflow(self) -> None:
        self.overflows += 1

    def put(self, text: str, kind: str = "") -> None:
        self.outbox.put(Frame(text.encode(), kind))

    async def read_on(self) -> list[str]:
        self._reads.set()
        await asyncio.sleep(0)
        await asyncio.sleep(0)
        return self.got


async def test_outbox_writes_at_once_to_one_who_reads() -> None:
    line = Line()
    for text in "abc":
        line.put(text)
    assert line.got == ["a", "b", "c"]


async def test_outbox_keeps_the_order_when_the_other_end_reads_on() -> None:
    line = Line(reads=False)
    line.put("a")
    line.put("b")
    line._reads.set()
    line.put("c")  # what waits goes first
    assert line.got == []
    assert await line.read_on() == ["a", "b", "c"]


async def test_outbox_keeps_only_the_newest_tally_whatever_lies_between() -> None:
    line = Line(reads=False)
    line.put("first")
    await asyncio.sleep(0)  # on its way already
    for text, kind in (("a", ""), ("t1", "t"), ("b", ""), ("t2", "t"), ("u1", "u"), ("c", ""), ("t3", "t")):
        line.put(text, kind)
    assert await line.read_on() == ["first", "a", "b", "u1", "c", "t3"]


async def test_outbox_that_overflows_says_so_once_and_sends_nothing_more() -> None:
    line = Line(limit=2, reads=False)
    for text in "abcdef":
        line.put(text)
    assert (line.overflows, line.outbox.overflowed) == (1, True)
    assert await line.read_on() == []
    line.put("g")
    assert line.got == []


async def test_outbox_of_a_server_without_the_extension_sends_frame_by_frame() -> None:
    line = Line()
    outbox = Outbox(line._send, None, overflow=line._overflow)
    for text in "ab":
        outbox.put(Frame(text.encode()))
    assert await line.read_on() == ["a", "b"]


@pytest.mark.parametrize("size", [0, 1, 125, 126, 65_535, 65_536])
def test_whole_frame_is_what_websockets_reads(size: int) -> None:
    reader = StreamReader()
    reader.feed_data(whole_frame(b"x" * size))
    parsing = WireFrame.parse(reader.read_exact, mask=False)
    with pytest.raises(StopIteration) as done:
        next(parsing)
    frame = done.value.value
    assert (frame.opcode, frame.fin, frame.rsv1, len(frame.data)) == (Opcode.TEXT, True, False, size)


@pytest.mark.parametrize(
    ("epoch", "offset", "count", "recovered"),
    [
        ("e", 20, 1, True),
        ("e", 15, 6, True),
        ("e", 10, 11, True),
        ("e", 9, 1, False),
        ("f", 15, 1, False),
        ("e", 21, 1, False),
    ],
)
async def test_join_gives_what_was_missed_or_everything(epoch: str, offset: int, count: int, recovered: bool) -> None:
    line = Line()
    hub_at(20).join(line.outbox, epoch=epoch, offset=offset)
    found = line.got
    assert len(found) == count
    assert f'"recovered":{str(recovered).lower()}' in found[0]


async def test_take_passes_over_an_event_that_it_has_seen() -> None:
    hub, line = hub_at(3), Line()
    hub.outboxes.add(line.outbox)
    hub.take(b'{"epoch":"e","offset":3,"type":"x"}')
    hub.take(b'{"epoch":"e","offset":4,"type":"x"}')
    assert line.got == ['{"epoch":"e","offset":4,"type":"x"}']


def test_apply_ignores_news_of_an_older_poll() -> None:
    state = {"scene": {"position": 2}, "poll": {"id": 9, "state": "open"}}
    apply(state, {"type": "tally.updated", "poll": 8, "counts": {"1": 5}, "voters": 5})
    apply(state, {"type": "poll.opened", "poll": {"id": 8}})
    apply(state, {"type": "scene.released", "scene": {"position": 1}})
    assert state == {"scene": {"position": 2}, "poll": {"id": 9, "state": "open"}}


def test_apply_leaves_a_closed_poll_as_it_was_counted() -> None:
    state = {"scene": None, "poll": {"id": 9, "state": "open", "counts": None}}
    closed = {"counts": {"1": 2}, "voters": 2, "winner": 1, "tie": None, "decided_by": "votes", "rounds": None}
    apply(state, {"type": "poll.closed", "poll": 9, **closed})
    apply(state, {"type": "tally.updated", "poll": 9, "counts": {"1": 1}, "voters": 1})
    assert state["poll"] == {"id": 9, "state": "closed", **closed}


def test_guest_who_comes_back_gets_exactly_what_was_missed(house: House) -> None:
    performance = house.live()
    poll = poll_of(performance)
    _, token = house.join(performance)
    with house.sit(performance, token) as socket:
        seen = receive(socket)
    missed = [{"type": "poll.extended", "poll": poll.pk, "closes_at": f"2030-01-0{day}T00:00:00Z"} for day in (1, 2, 3)]
    with house.sit(performance) as watcher:
        receive(watcher)
        for event in missed:
            live.publish(performance, event)
            assert receive(watcher)["offset"] > seen["offset"]  # the hub has it
    with house.sit(performance, token, epoch=seen["epoch"], offset=seen["offset"]) as socket:
        resumed, *events = [receive(socket) for _ in range(4)]
        assert answer(socket, {"type": "ping"})["type"] == "pong"  # and nothing else
    assert resumed.pop("server_time")
    assert resumed == {
        "type": "performance.resumed", "epoch": seen["epoch"], "offset": seen["offset"] + 3, "recovered": True,
    }  # fmt: skip
    assert events == [
        {"epoch": seen["epoch"], "offset": seen["offset"] + number} | event for number, event in enumerate(missed, 1)
    ]


@pytest.mark.parametrize(
    ("epoch", "offset"), [("ffffffff", "3"), (None, "999"), (None, "-1"), (None, "x"), ("", "3"), (None, "9" * 40)]
)
def test_guest_whose_place_is_unknown_gets_everything(house: House, epoch: str | None, offset: str) -> None:
    performance = house.live()
    if epoch is None:
        with house.sit(performance) as socket:
            epoch = receive(socket)["epoch"]
    with house.sit(performance, epoch=epoch, offset=offset) as socket:
        frame = receive(socket)
    assert (frame["type"], frame["recovered"], frame["offset"]) == ("performance.snapshot", False, 3)
