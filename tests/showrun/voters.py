"""Guests who go on voting whatever happens to the show, and remember what they were told.

Each numbers its picks and sends the one that is not yet acknowledged again after a lost connection, as the page
does. They live in a thread of their own, so that a test can break things meanwhile.
"""

import asyncio
import json
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from itertools import count
from typing import Any

import httpx
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed, InvalidHandshake, InvalidMessage

PACE_S = 0.15  # ten frames a second are the limit of one socket
ANSWER_WITHIN_S = 15.0
AGAIN = {"server.busy", "message.too_fast"}


@dataclass
class Voter:
    url: str
    code: str
    token: str
    number: int
    picks: dict[int, int] = field(default_factory=dict)  # seq -> choice, of every pick ever sent
    acknowledged: int = 0  # the seq of the last one that was
    refused: set[str] = field(default_factory=set)
    place: tuple[str, int] = ("", 0)
    missed: int = 0  # events between two that it got, but for what a snapshot replaced
    snapshots: int = 0
    returns: int = -1
    poll: int = 0
    closed: dict[str, Any] = field(default_factory=dict)
    _choices: list[int] = field(default_factory=list)

    async def stay(self) -> None:
        while not self.closed:
            try:
                await self._sit()
            except (OSError, ConnectionClosed, InvalidHandshake, InvalidMessage, TimeoutError, EOFError):
                await asyncio.sleep(0.2)

    async def _sit(self) -> None:
        epoch, offset = self.place
        address = f"{self.url.replace('http', 'ws', 1)}/live/{self.code}/?token={self.token}"
        address += f"&epoch={epoch}&offset={offset}" if epoch else ""
        async with connect(address, compression=None, open_timeout=5, ping_interval=None) as socket:
            self.returns += 1
            answers: asyncio.Queue[dict[str, Any]] = asyncio.Queue()
            both = [asyncio.create_task(self._read(socket, answers)), asyncio.create_task(self._vote(socket, answers))]
            done, _ = await asyncio.wait(both, return_when=asyncio.FIRST_COMPLETED)
            for task in both:
                task.cancel()
            for task in done:
                task.result()

    async def _read(self, socket: ClientConnection, answers: "asyncio.Queue[dict[str, Any]]") -> None:
        async for text in socket:
            frame = json.loads(text)
            if "offset" in frame:
                self._heed(frame)
            elif "ref" in frame:
                answers.put_nowait(frame)
        raise ConnectionResetError

    def _heed(self, frame: dict[str, Any]) -> None:
        epoch, offset = frame["epoch"], frame["offset"]
        if frame["type"] == "performance.snapshot":
            self.snapshots += 1
            self._see(frame["poll"])
        elif frame["type"] != "performance.resumed":
            self.missed += epoch == self.place[0] and offset > self.place[1] + 1
        if frame["type"] == "poll.opened":
            self._see(frame["poll"])
        if frame["type"] == "poll.closed":
            self.closed = frame
        if frame["type"] != "performance.resumed":
            self.place = epoch, offset

    def _see(self, poll: dict[str, Any] | None) -> None:
        if poll and self.poll in (0, poll["id"]):  # the first one only: the next may follow at once
            self.poll, self._choices = poll["id"], [choice["id"] for choice in poll["choices"]]
        if poll and poll["id"] == self.poll and poll["state"] == "closed":
            self.closed = poll

    async def _vote(self, socket: ClientConnection, answers: "asyncio.Queue[dict[str, Any]]") -> None:
        while not self.closed:
            await asyncio.sleep(PACE_S)
            if self._choices and not await self._cast(socket, answers):
                await asyncio.sleep(PACE_S)

    async def _cast(self, socket: ClientConnection, answers: "asyncio.Queue[dict[str, Any]]") -> bool:
        """The next pick, or the one that was not acknowledged yet; True once it is."""
        seq = self.acknowledged + 1
        choice = self.picks.setdefault(seq, self._choices[(seq + self.number) % len(self._choices)])
        cast = {"type": "ballot.cast", "ref": f"v{seq}", "poll": self.poll, "choices": [choice], "seq": seq}
        await socket.send(json.dumps(cast))
        answer = await asyncio.wait_for(answers.get(), ANSWER_WITHIN_S)
        if answer["type"] == "ballot.accepted" and answer["ref"] == f"v{seq}":
            self.acknowledged = seq
            return True
        if answer["type"] == "error" and answer["code"] not in AGAIN:
            self.refused.add(answer["code"])
        return False


class Voters:
    """A thread full of voters; `with Voters(...) as voters`."""

    def __init__(self, url: str, code: str, number: int) -> None:
        with httpx.Client(base_url=url) as client:
            tokens = [client.post(f"/api/performances/{code}/guests").json()["token"] for _ in range(number)]
        self.all = [Voter(url, code, token, n) for n, token in zip(count(), tokens, strict=False)]
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_until_complete, args=(self._stay(),), daemon=True)

    async def _stay(self) -> None:
        self._task = asyncio.gather(*(voter.stay() for voter in self.all), return_exceptions=True)
        await asyncio.gather(self._task, return_exceptions=True)

    def __enter__(self) -> "Voters":
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._loop.call_soon_threadsafe(self._task.cancel)
        self._thread.join(10)

    def vote_on(self, times: int = 3, *, within_s: float = 30.0) -> None:
        """Wait until each of them has so many more ballots acknowledged."""
        wanted = {voter.number: voter.acknowledged + times for voter in self.all}
        wait_for(lambda: all(voter.acknowledged >= wanted[voter.number] for voter in self.all), within_s=within_s)


def wait_for(happened: Callable[[], object], *, within_s: float = 30.0) -> None:
    give_up = time.monotonic() + within_s
    while not happened():
        assert time.monotonic() < give_up, "it did not happen in time"
        time.sleep(0.05)
