"""The simulated audience: guests who join over HTTP, then vote and comment over real WebSockets.

Every moment is on the database's clock (seconds since 1970), so that moments of guests, of rows and of
deadlines can be compared.
"""

import asyncio
import json
import random
import time
from collections import defaultdict
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import httpx
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed, InvalidHandshake
from websockets.typing import Origin

from storyengine.showrun.intentions import Intention, Offer, intentions
from storyengine.showrun.leaks import Witness

ANSWER_TIMEOUT_S = 15.0
CONNECT_TIMEOUT_S = 20.0
RETURNS = 5  # how often a guest whose socket breaks comes back


@dataclass(frozen=True, slots=True)
class Lead:
    """Where most of the house wants to go, and within how many seconds it votes (None: the poll's own time)."""

    choice: int
    seconds: float | None = None


@dataclass(slots=True)
class Cast:
    """One ballot as its guest saw it: `answer` is "ballot.accepted", an error's code, or empty for none."""

    poll: int
    player: str
    choices: tuple[int, ...]
    answer: str = ""
    ms: float = 0.0


@dataclass(slots=True)
class House:
    """What all players share: where the show is, how the house leans, and what came of it."""

    url: str
    code: str
    offset_s: float  # what to add to this machine's clock for the database's
    lead: Callable[[dict[str, Any]], Awaitable[Lead]]
    seed: int = 0
    wish: str = ""
    language: str = "en"
    talk: bool = True
    witness: Witness = field(default_factory=Witness)
    casts: list[Cast] = field(default_factory=list)
    comments: list[str] = field(default_factory=list)  # the answer to each
    scenes: dict[int, dict[str, float]] = field(default_factory=lambda: defaultdict(dict))  # position -> player -> when
    closes: dict[int, dict[str, float]] = field(default_factory=lambda: defaultdict(dict))  # the same, of its poll
    endings: set[int] = field(default_factory=set)  # positions of scenes that lead nowhere
    ended: set[str] = field(default_factory=set)  # players who saw the curtain fall
    trouble: list[str] = field(default_factory=list)
    returns: int = 0

    def now(self) -> float:
        return time.time() + self.offset_s


class Player:
    """One guest with a phone."""

    def __init__(self, house: House, number: int) -> None:
        self.house, self.number, self.name = house, number, f"player {number}"
        self.token = ""
        self._socket: ClientConnection | None = None
        self._answers: dict[str, asyncio.Future[str]] = {}
        self._tasks: set[asyncio.Task[None]] = set()
        self._polls: dict[int, asyncio.Event] = {}  # the polls that this guest takes part in: set once closed
        self._curtain = asyncio.Event()
        self._place = ("", 0)  # epoch and offset, to come back with
        self._position = 0

    async def join(self, client: httpx.AsyncClient) -> None:
        """Become a guest; raises httpx.HTTPError."""
        address = f"/api/performances/{self.house.code}/guests"
        answer = await client.post(address, json={"nickname": self.name})
        self.house.witness.saw(answer.text, at=self.house.now(), where=f"POST {address}")
        answer.raise_for_status()
        self.token = answer.json()["token"]

    async def attend(self) -> None:
        """Stay until the curtain falls, and come back when the socket breaks."""
        for again in range(RETURNS + 1):
            try:
                await self._sit()
                return
            except (OSError, ConnectionClosed, InvalidHandshake, TimeoutError) as error:
                reason = f"{type(error).__name__}: {error}"
                self.house.returns += 1
                await asyncio.sleep(0.2 * 2**again)
        self.house.trouble.append(f"{self.name} lost the socket {RETURNS + 1} times; at last {reason}")

    async def leave(self) -> None:
        for task in list(self._tasks):
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        if self._socket is not None:
            await self._socket.close()

    async def _sit(self) -> None:
        epoch, offset = self._place
        address = f"{self.house.url.replace('http', 'ws', 1)}/live/{self.house.code}/?token={self.token}"
        address += f"&epoch={epoch}&offset={offset}" if epoch else ""
        async with connect(
            address, origin=Origin(self.house.url), compression=None, open_timeout=CONNECT_TIMEOUT_S, max_queue=256
        ) as socket:
            self._socket = socket
            reading = asyncio.create_task(self._read(socket))
            fallen = asyncio.create_task(self._curtain.wait())
            try:
                await asyncio.wait({reading, fallen}, return_when=asyncio.FIRST_COMPLETED)
                if not self._curtain.is_set():
                    reading.result()
                    raise ConnectionResetError("the server closed the socket")
                if self._tasks:  # what is on its way is still answered
                    await asyncio.wait(self._tasks, timeout=ANSWER_TIMEOUT_S)
            finally:
                reading.cancel()
                fallen.cancel()

    async def _read(self, socket: ClientConnection) -> None:
        async for frame in socket:
            at = self.house.now()
            self.house.witness.saw(str(frame), at=at, where="socket")
            self._heed(json.loads(frame), at)

    def _heed(self, event: dict[str, Any], at: float) -> None:
        if "offset" in event:
            self._place = str(event["epoch"]), int(event["offset"])
        match event["type"]:
            case "ballot.accepted" | "comment.accepted" | "error":
                self._answered(event)
            case "scene.released":
                self._see(event["scene"], at)
            case "poll.opened":
                self._take_part(event["poll"])
            case "poll.closed":
                self.house.closes[self._position].setdefault(self.name, at)
                self._poll(event["poll"]).set()
            case "performance.ended":
                self._leave_quietly()
            case "performance.snapshot":
                self._catch_up(event, at)

    def _catch_up(self, snapshot: dict[str, Any], at: float) -> None:
        if snapshot["scene"]:
            self._see(snapshot["scene"], at)
        if snapshot["poll"] and snapshot["poll"]["state"] == "open":
            self._take_part(snapshot["poll"])
        if snapshot["performance"]["state"] == "ended":
            self._leave_quietly()

    def _leave_quietly(self) -> None:
        self.house.ended.add(self.name)
        for closed in self._polls.values():
            closed.set()
        self._curtain.set()

    def _poll(self, poll: int) -> asyncio.Event:
        return self._polls.setdefault(poll, asyncio.Event())

    def _see(self, scene: dict[str, Any], at: float) -> None:
        self._position = scene["position"]
        self.house.scenes[self._position].setdefault(self.name, at)
        if scene["is_ending"]:
            self.house.endings.add(self._position)

    def _take_part(self, poll: dict[str, Any]) -> None:
        if poll["id"] not in self._polls:
            self._poll(poll["id"])
            task = asyncio.create_task(self._act(poll))
            self._tasks.add(task)
            task.add_done_callback(self._tasks.discard)

    async def _act(self, poll: dict[str, Any]) -> None:
        """Carry out what this guest means to do while the poll is open."""
        lead = await self.house.lead(poll)
        began, lasts = asyncio.get_running_loop().time(), lead.seconds
        if lasts is None:
            lasts = datetime.fromisoformat(poll["closes_at"]).timestamp() - self.house.now()
        choices = [choice["id"] for choice in poll["choices"]]
        offer = Offer(choices, poll["kind"], poll["min_choices"], poll["max_choices"])
        rng = random.Random(f"{self.house.seed}:{self.number}:{poll['id']}")
        plans = intentions(
            self.number, offer, lead.choice, rng=rng, language=self.house.language, wish=self.house.wish,
            talk=self.house.talk,
        )  # fmt: skip
        for plan in plans:
            wait = began + plan.share * lasts - asyncio.get_running_loop().time()
            if await _happened(self._poll(poll["id"]), within_s=wait):
                return
            await self._carry_out(plan, poll["id"])

    async def _carry_out(self, plan: Intention, poll: int) -> None:
        ref = f"{poll}-{plan.share:.4f}"
        if not plan.choices:
            self.house.comments.append(await self._ask({"type": "comment.post", "ref": ref, "text": plan.text}))
            return
        cast = Cast(poll, self.name, plan.choices)
        self.house.casts.append(cast)
        started = time.perf_counter()
        cast.answer = await self._ask({"type": "ballot.cast", "ref": ref, "poll": poll, "choices": plan.choices})
        cast.ms = (time.perf_counter() - started) * 1000

    async def _ask(self, command: dict[str, Any]) -> str:
        """Send a command and wait for its answer: its type, an error's code, or empty if none came."""
        answer: asyncio.Future[str] = asyncio.get_running_loop().create_future()
        self._answers[command["ref"]] = answer
        try:
            assert self._socket is not None
            await self._socket.send(json.dumps(command, ensure_ascii=False))
            return await asyncio.wait_for(answer, ANSWER_TIMEOUT_S)
        except (ConnectionClosed, TimeoutError):
            return ""
        finally:
            self._answers.pop(command["ref"], None)

    def _answered(self, event: dict[str, Any]) -> None:
        answer = self._answers.get(event.get("ref", ""))
        if answer is None:
            self.house.trouble.append(f"{self.name} was told {event.get('code', event['type'])} without asking")
        elif not answer.done():
            answer.set_result(event["code"] if event["type"] == "error" else event["type"])


async def _happened(event: asyncio.Event, *, within_s: float) -> bool:
    try:
        await asyncio.wait_for(event.wait(), max(0.0, within_s))
    except TimeoutError:
        return event.is_set()
    return True
