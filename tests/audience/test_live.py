"""Outboxes stay bounded and in order; a snapshot follows its events."""

import asyncio

import pytest

from audience import live
from audience.live import Hub, Outbox, apply
from audience.tickets import Ticket
from tests.audience.conftest import House, answer, poll_of, receive


def hub_at(offset: int) -> Hub:
    """A hub that has seen so many events and kept the last ten."""
    hub = Hub(Ticket(1, "CODE"))
    hub._epoch, hub._snapshot = "e", {"type": "performance.snapshot"}
    for number in range(1, offset + 1):
        hub.take(f'{{"epoch":"e","offset":{number},"type":"x"}}')
    while len(hub._history) > 10:
        hub._history.popleft()
    return hub


async def frames(outbox: Outbox) -> list[str]:
    found = []
    while outbox._frames and (frame := await outbox.get()) is not None:
        found.append(frame)
    return found


async def test_outbox_keeps_only_the_newest_of_waiting_tallies() -> None:
    outbox = Outbox()
    for frame, replaceable in (("a", False), ("t1", True), ("t2", True), ("b", False), ("t3", True)):
        outbox.put(frame, replaceable=replaceable)
    assert await frames(outbox) == ["a", "t2", "b", "t3"]


async def test_outbox_that_overflows_says_so() -> None:
    outbox = Outbox(limit=2)
    for frame in "abc":
        outbox.put(frame)
    assert await outbox.get() is None


async def test_outbox_waits_for_a_frame() -> None:
    outbox = Outbox()
    with pytest.raises(TimeoutError):
        await asyncio.wait_for(outbox.get(), 0.01)
    outbox.put("a")
    assert await outbox.get() == "a"


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
    outbox = Outbox()
    hub_at(20).join(outbox, epoch=epoch, offset=offset)
    found = await frames(outbox)
    assert len(found) == count
    assert f'"recovered":{str(recovered).lower()}' in found[0]


async def test_take_passes_over_an_event_that_it_has_seen() -> None:
    hub, outbox = hub_at(3), Outbox()
    hub.outboxes.add(outbox)
    hub.take('{"epoch":"e","offset":3,"type":"x"}')
    hub.take('{"epoch":"e","offset":4,"type":"x"}')
    assert await frames(outbox) == ['{"epoch":"e","offset":4,"type":"x"}']


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
    for event in missed:
        live.publish(performance, event)
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
