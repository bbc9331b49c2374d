"""`fanout`: how many frames a second one web process delivers to two thousand sockets.

All three servers get their news one event after the other, a few under way at any time: the next is sent when
every socket has the one before those. So none is measured by how much it can put into a queue.
"""

import json
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from websockets.sync.client import connect

from audience import live, messages
from audience.models import Poll
from storyengine.showrun.bench import Bench, Goal, benchmark
from storyengine.showrun.bench.rig import BARE, CHANNELS, Crowd, House, Server, crowd, open_house, own_database, serving

SOCKETS = 2000
FIRST = 100  # sockets that are there before the memory is read for the first time
UNDER_WAY = 4
EVENTS, GROUP_EVENTS = 200, 8
PACED_EVENTS, PACE_S = 15, live.TALLY_INTERVAL_S  # as fast as tallies go out
MARK = "poll.extended"

Publish = Callable[[dict[str, Any]], None]


@dataclass(frozen=True, slots=True)
class Delivery:
    per_s: float
    server_cpu: float
    crowd_cpu: float


@benchmark(
    "fanout",
    goals={
        "of_loop": Goal(">=", 0.9),
        "of_group_send": Goal(">=", 10),
        "kib_per_connection": Goal("<=", 40),
    },
)
def measure_fanout(bench: Bench) -> dict[str, Any]:
    """Frames delivered a second to 2,000 sockets of one web process, from the event's publication on.

    loop_per_s: a bare ASGI loop that sends the same bytes. group_send_per_s: Channels' group_send on the pub/sub
    layer. p99_ms: from publication to the socket, five events a second. kib_per_connection: of the web process.
    """
    with own_database(bench.say):
        house = open_house(SOCKETS)
        poll = Poll.objects.get(pk=house.poll)
        bench.say(f"{SOCKETS} sockets on a web process of our own")
        paths = [house.path(guest) for guest in house.guests]
        with serving() as product, _listeners(product, paths, greeted=True) as (kib, listeners):
            ours = _deliver(product, listeners, lambda event: live.publish(house.performance, event), poll, EVENTS)
            p99_ms = _pace(listeners, house, poll)
        bench.say("a bare ASGI loop")
        loop = _deliver_by_control(f"{BARE}:loop", "/", poll, EVENTS)
        bench.say("group_send of Channels")
        group = _deliver_by_control(f"{CHANNELS}:application", "/group", poll, GROUP_EVENTS)
    return {
        "per_s": ours.per_s,
        "loop_per_s": loop.per_s,
        "group_send_per_s": group.per_s,
        "p99_ms": p99_ms,
        "kib_per_connection": kib,
        "of_loop": ours.per_s / loop.per_s,
        "of_group_send": ours.per_s / group.per_s,
        "server_cpu": ours.server_cpu,
        "crowd_cpu": ours.crowd_cpu,
        "sockets": SOCKETS,
    }


@contextmanager
def _listeners(server: Server, paths: list[str], *, greeted: bool) -> Iterator[tuple[float, Crowd]]:
    """All sockets of a server, and what each of them costs it in KiB."""
    job = {"addresses": [server.address(path) for path in paths], "mark": MARK, "first": FIRST, "greeted": greeted}
    with crowd("listen", job) as listeners:
        before = server.memory_bytes()
        listeners.tell("the others")
        listeners.hear()
        kib = (server.memory_bytes() - before) / 1024 / (len(paths) - FIRST)
        yield kib, listeners


def _deliver(server: Server, listeners: Crowd, publish: Publish, poll: Poll, events: int) -> Delivery:
    event = messages.poll_extended(poll)
    for _ in range(UNDER_WAY):
        publish(event)
    first = listeners.hear()
    spent = server.cpu_s()
    for number in range(events - 1):
        if number < events - UNDER_WAY:
            publish(event)
        last = listeners.hear()
    lasted = last["at"] - first["at"]
    return Delivery(
        (events - 1) * SOCKETS / lasted, (server.cpu_s() - spent) / lasted, (last["cpu"] - first["cpu"]) / lasted
    )


def _pace(listeners: Crowd, house: House, poll: Poll) -> float:
    """The 99th of a hundred delays, in milliseconds, at the pace of tallies."""
    for _ in range(PACED_EVENTS):
        live.publish(house.performance, {"type": MARK, "at": time.monotonic()} | messages.poll_extended(poll))
        time.sleep(PACE_S)
        listeners.hear()
    listeners.tell("end")
    return float(listeners.hear()["p99_ms"])


def _deliver_by_control(application: str, path: str, poll: Poll, events: int) -> Delivery:
    """The same with a baseline: a socket of its own tells it what to send, with the bytes that our sockets get."""
    with (
        serving(application) as server,
        _listeners(server, [path] * SOCKETS, greeted=False) as (_, listeners),
        connect(server.address("/control"), compression=None) as control,
    ):
        position = {"epoch": "0" * 8, "offset": EVENTS}
        return _deliver(server, listeners, lambda event: control.send(json.dumps(position | event)), poll, events)
