"""A crowd of sockets in a process of its own: `python -P crowd.py vote|listen|return`, a JSON job on stdin.

It knows nothing of Django and little of the show: addresses, frames to send, marks to look for. What it found
out goes to stdout, one JSON object a line. picows parses frames in C, so that the crowd is not the bottleneck.
"""

import asyncio
import contextlib
import json
import resource
import sys
import time
from collections import Counter, deque
from collections.abc import Callable
from typing import Any

import uvloop
from picows import WSError, WSFrame, WSListener, WSMsgType, WSTransport, ws_connect

AT_ONCE = 100  # handshakes
SPARE_FILES = 64
CONNECT_TIMEOUT_S = 30.0
PATIENCE_S = 30.0
LULL_S = 0.02


class Seat(WSListener):
    """One guest's socket; what comes in goes to `heard(seat, payload)`."""

    def __init__(self, number: int, heard: Callable[["Seat", bytes], None]) -> None:
        self.number, self.heard = number, heard
        self.transport: WSTransport | None = None
        self.casts, self.casts_before, self.sent_at = 0, 0, 0.0  # casts_before: those of earlier turns
        self.greeted = asyncio.Event()

    def on_ws_connected(self, transport: WSTransport) -> None:
        self.transport = transport

    def on_ws_disconnected(self, transport: WSTransport) -> None:
        self.transport = None

    def on_ws_frame(self, transport: WSTransport, frame: WSFrame) -> None:
        if frame.msg_type == WSMsgType.TEXT:
            self.greeted.set()
            self.heard(self, frame.get_payload_as_bytes())
        elif frame.msg_type == WSMsgType.CLOSE:
            code: Any = frame.get_close_code()
            say(closed=getattr(code, "value", code), seat=self.number)  # a number where the RFC has no name for it
            transport.disconnect()

    def send(self, frame: bytes) -> None:
        assert self.transport is not None
        self.transport.send(WSMsgType.TEXT, frame)

    def leave(self) -> None:
        if self.transport is not None:
            self.transport.disconnect(False)


def say(**facts: Any) -> None:
    sys.stdout.write(json.dumps(facts) + "\n")
    sys.stdout.flush()


async def hear() -> str:
    """The next line from the benchmark."""
    line: str = await asyncio.to_thread(sys.stdin.readline)
    return line.strip()


async def sit_down(addresses: list[str], heard: Callable[[Seat, bytes], None], *, greeted: bool) -> list[Seat]:
    """Open all sockets, a hundred handshakes at a time; with `greeted`, each waits for the server's first frame."""
    seats, gate = [Seat(number, heard) for number in range(len(addresses))], asyncio.Semaphore(AT_ONCE)

    async def open_one(seat: Seat, address: str) -> None:
        async with gate:
            await ws_connect(lambda: seat, address, websocket_handshake_timeout=CONNECT_TIMEOUT_S)
        if greeted:
            await asyncio.wait_for(seat.greeted.wait(), CONNECT_TIMEOUT_S)

    await asyncio.gather(*(open_one(seat, address) for seat, address in zip(seats, addresses, strict=True)))
    return seats


def cpu_s() -> float:
    spent = resource.getrusage(resource.RUSAGE_SELF)
    return spent.ru_utime + spent.ru_stime


def quantile(values: list[float], share: float) -> float:
    return sorted(values)[min(len(values) - 1, int(len(values) * share))] if values else 0.0


class Voting:
    """`flight` ballots are under way at any time; each guest waits for its answer before it casts again.

    No guest casts faster than the server lets one: `burst` at once in a turn, then `per_second`.
    """

    def __init__(self, job: dict[str, Any]) -> None:
        self.frames = [frame.encode().partition(b"REF") for frame in job["frames"]]
        self.mark, self.flight = job["mark"].encode(), job["flight"]
        self.burst, self.per_second = job["burst"], job["per_second"]
        self.began = 0.0
        self.idle: deque[Seat] = deque()
        self.sending = self.counting = False
        self.flying, self.accepted, self.answers = 0, 0, 0
        self.waits: list[float] = []
        self.refused: Counter[str] = Counter()
        self.last: dict[int, int] = {}

    def heard(self, seat: Seat, payload: bytes) -> None:
        if self.mark in payload:
            self.last[seat.number] = seat.casts - 1
            if self.counting:
                self.accepted += 1
                self.waits.append(time.perf_counter() - seat.sent_at)
        elif b'"error"' in payload:
            self.refused[json.loads(payload).get("code", "?")] += 1
        else:
            return  # news, not an answer
        self.flying -= 1
        self.answers += 1
        self.idle.append(seat)
        self.cast()

    def cast(self) -> None:
        """One more ballot while the turn lasts; a moment later where whoever is next has cast its fill."""
        if not self.sending:
            return
        seat, now = self.idle[0], time.perf_counter()
        if seat.casts - seat.casts_before >= self.burst + self.per_second * (now - self.began):
            asyncio.get_running_loop().call_later(LULL_S, self.cast)
            return
        self.idle.popleft()
        seat.sent_at = now
        head, _, tail = self.frames[seat.casts % len(self.frames)]
        seat.send(b"%ba%d%b" % (head, seat.casts, tail))  # the same ref again would be the same ballot again
        seat.casts += 1
        self.flying += 1

    async def measure(self, seconds: float) -> dict[str, Any]:
        """Cast for so long and a warm-up before it, wait for every answer, and say what came of it."""
        self.accepted, self.answers, self.waits, self.last, self.sending = 0, 0, [], {}, True
        self.began = time.perf_counter()
        for seat in self.idle:
            seat.casts_before = seat.casts
        for _ in range(min(self.flight, len(self.idle))):
            self.cast()
        await asyncio.sleep(min(1.0, seconds / 4))
        began, spent, self.counting = time.perf_counter(), cpu_s(), True
        await asyncio.sleep(seconds)
        lasted, self.counting, self.sending = time.perf_counter() - began, False, False
        cpu = (cpu_s() - spent) / lasted
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(PATIENCE_S):
                while self.flying:
                    await asyncio.sleep(0.01)
        return {
            "seconds": time.perf_counter() - self.began,
            "answers": self.answers,
            "per_s": self.accepted / lasted,
            "p99_ms": quantile(self.waits, 0.99) * 1000,
            "cpu": cpu,
            "refused": self.refused,
            "unanswered": self.flying,
            "last": {number: casts % len(self.frames) for number, casts in self.last.items()},
        }


async def vote(job: dict[str, Any]) -> None:
    """Cast ballots whenever told "go SECONDS", and say what came of it and which frame of each was accepted last."""
    voting = Voting(job)
    seats = await sit_down(job["addresses"], voting.heard, greeted=job["greeted"])
    voting.idle.extend(seats)
    say(ready=len(seats))
    while (line := await hear()).startswith("go"):
        say(**await voting.measure(float(line.split()[1])))


class Listening:
    """Counts events by their mark and offset; `whole` is told when every seat has one more."""

    def __init__(self, job: dict[str, Any]) -> None:
        self.mark, self.seats = job["mark"].encode(), len(job["addresses"])
        self.frames = 0
        self.delays: list[float] = []

    def heard(self, seat: Seat, payload: bytes) -> None:
        if self.mark not in payload:
            return
        self.frames += 1
        at = payload.find(b'"at":')
        if at > 0:
            self.delays.append(time.monotonic() - float(payload[at + 5 : payload.find(b",", at)]))
        if self.frames % self.seats == 0:
            say(whole=self.frames // self.seats, at=time.monotonic(), cpu=cpu_s())


async def listen(job: dict[str, Any]) -> None:
    """Take in what comes; say when so many frames are here as make one more for every seat."""
    listening = Listening(job)
    seats = await sit_down(job["addresses"][: job["first"]], listening.heard, greeted=job["greeted"])
    say(ready=len(seats))
    await hear()
    seats += await sit_down(job["addresses"][job["first"] :], listening.heard, greeted=job["greeted"])
    say(ready=len(seats))
    await hear()
    say(frames=listening.frames, p99_ms=quantile(listening.delays, 0.99) * 1000)


class Place:
    """Where one guest is in the stream: what it saw, and whether anything is missing in between."""

    def __init__(self) -> None:
        self.epoch, self.offset, self.missed, self.recovered = "", 0, 0, 0

    def take(self, payload: bytes) -> None:
        frame = json.loads(payload)
        if frame["type"] in ("performance.snapshot", "performance.resumed"):
            self.recovered += frame["recovered"]
            if not frame["recovered"]:
                # A snapshot says how things stand, not what happened: what lies between was missed.
                self.missed += max(0, frame["offset"] - self.offset) if self.epoch else 0
                self.epoch, self.offset = frame["epoch"], frame["offset"]
        elif "offset" in frame:
            self.missed += frame["offset"] - self.offset - 1
            self.offset = frame["offset"]


async def come_back(job: dict[str, Any]) -> None:
    """At "drop" lose every socket at once and open them all again; done when all have the event that is named."""
    places = [Place() for _ in job["addresses"]]

    def heard(seat: Seat, payload: bytes) -> None:
        places[seat.number].take(payload)

    seats = await sit_down(job["addresses"], heard, greeted=True)
    say(ready=len(seats))
    await hear()
    began = time.monotonic()
    for seat in seats:
        seat.leave()
    again = [f"{url}&epoch={p.epoch}&offset={p.offset}" for url, p in zip(job["addresses"], places, strict=True)]
    seats = await sit_down(again, heard, greeted=True)
    say(back=len(seats), seconds=time.monotonic() - began)
    last = int((await hear()).split()[1])
    with contextlib.suppress(TimeoutError):
        async with asyncio.timeout(PATIENCE_S):
            while any(place.offset < last for place in places):
                await asyncio.sleep(0.01)
    say(
        seconds=time.monotonic() - began,
        missed=sum(place.missed + max(0, last - place.offset) for place in places),
        recovered=sum(place.recovered for place in places),
    )


MODES = {"vote": vote, "listen": listen, "return": come_back}


def allow_files(sockets: int) -> None:
    """Raise the limit on open files as far as we may; ends with one sentence where that is not enough."""
    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    if most != resource.RLIM_INFINITY and most < sockets + SPARE_FILES:
        say(trouble=f"{sockets} sockets need {sockets + SPARE_FILES} open files and {most} are allowed: ulimit -n")
        sys.exit(1)
    resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))


def main() -> None:
    job = json.loads(sys.stdin.readline())
    allow_files(len(job["addresses"]))
    try:
        uvloop.run(MODES[sys.argv[1]](job))
    except (OSError, WSError, TimeoutError) as error:
        say(trouble=f"{type(error).__name__}: {error}")
        sys.exit(1)


if __name__ == "__main__":
    main()
