"""One simulated evening: the players take their seats, the stand-ins theirs, and the show runs round by round.

The dress rehearsal and the benchmarks play it; both decide where the house leans and when a round is over.
"""

import asyncio
import time
from collections.abc import Callable, Iterable
from contextlib import suppress

import httpx
from django.db import connection

from storyengine.showrun.audience_players import House, Player
from storyengine.showrun.stand_ins import Browser, Editor, Showrunner
from storyengine.showrun.twin import Person

JOIN_TIMEOUT_S = 60.0
CURTAIN_TIMEOUT_S = 30.0
DOORS = 20  # guests who come in at the same moment
LOOK_S = 0.05
PATROL_EVERY_S = 1.0


class NotInTime(Exception):
    """Something that had to happen did not; the sentence says what, and after how long."""


def clock_offset() -> float:
    """What to add to this machine's clock to get the database's, to about a millisecond."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")  # the connection is open before the clock is asked
        asked = time.time()
        cursor.execute("SELECT extract(epoch FROM clock_timestamp())")
        (database,) = cursor.fetchone()
    return float(database) - (asked + time.time()) / 2


class Show:
    """Use as `async with Show(...) as show`; then `start`, `round` as often as wanted, `end`."""

    def __init__(
        self,
        house: House,
        people: dict[str, Person],
        *,
        audience: int,
        editor_every_s: float = 0.5,
        patrol: bool = True,
    ) -> None:
        self.house = house
        self.players = [Player(house, number) for number in range(1, audience + 1)]
        self._people, self._patrols = people, patrol
        self._desk, self._booth = Browser(house.url), Browser(house.url)
        self.editor = Editor(self._desk, house.code, every_s=editor_every_s)
        self.showrunner = Showrunner(self._booth, house.code)
        self._work: list[asyncio.Task[None]] = []
        self._seats: list[asyncio.Task[None]] = []

    async def __aenter__(self) -> "Show":
        return self

    async def __aexit__(self, *_: object) -> None:
        for task in self._work + self._seats:
            task.cancel()
        await asyncio.gather(*self._work, *self._seats, return_exceptions=True)
        await asyncio.gather(*(player.leave() for player in self.players), return_exceptions=True)
        for browser in (self._desk, self._booth):
            await browser.__aexit__(None, None, None)

    async def start(self) -> None:
        """Everybody comes in, then the curtain rises: all see the first scene."""
        await self._check_tables()
        await self._desk.sign_in(self._people["editor"], at="/desk/")
        await self._booth.sign_in(self._people["showrunner"], at=f"/console/{self.house.code}/")
        await self._seat()
        self._work.append(asyncio.create_task(self.editor.work(), name="the editor's stand-in"))
        if self._patrols:
            self._work.append(asyncio.create_task(patrol(self.house, self.players[0].token), name="the patrol"))
        await self.showrunner.start()
        await self.seen(1, timeout=CURTAIN_TIMEOUT_S, what="the first scene reached {} of {} guests")

    async def seen(self, position: int, *, timeout: float, what: str, each: Callable[[], None] | None = None) -> None:
        """Wait until every guest has the scene at this position; `each` is called while waiting."""
        await self._until(
            lambda: len(self.house.scenes[position]) >= len(self.players),
            timeout=timeout,
            what=lambda: what.format(len(self.house.scenes[position]), len(self.players)),
            each=each,
        )

    async def closed(self, position: int, *, timeout: float, each: Callable[[], None] | None = None) -> None:
        """Wait until every guest knows that the poll over the scene at this position is closed."""
        await self._until(
            lambda: len(self.house.closes[position]) >= len(self.players),
            timeout=timeout,
            what=lambda: (
                f"the end of the poll over scene {position} reached {len(self.house.closes[position])} of "
                f"{len(self.players)} guests"
            ),
            each=each,
        )

    async def end(self) -> None:
        """The curtain falls for all; every ballot that is on its way is answered before this returns."""
        await self.showrunner.end()
        await self._until(
            lambda: len(self.house.ended) >= len(self.players),
            timeout=CURTAIN_TIMEOUT_S,
            what=lambda: f"the end of the show reached {len(self.house.ended)} of {len(self.players)} guests",
        )
        await asyncio.wait(self._seats, timeout=CURTAIN_TIMEOUT_S)

    async def _check_tables(self) -> None:
        page = await self._booth.open(f"/join/{self.house.code}/")
        if page.status != 200:
            raise NotInTime(
                f"the show at {self.house.url} does not know this rehearsal ({page.status}): "
                "it must use the same DATABASE_URL"
            )

    async def _seat(self) -> None:
        limits = httpx.Limits(max_connections=DOORS)
        async with httpx.AsyncClient(base_url=self.house.url, timeout=JOIN_TIMEOUT_S, limits=limits) as client:
            try:
                await asyncio.gather(*(player.join(client) for player in self.players))
            except httpx.HTTPError as error:
                raise NotInTime(f"a guest could not join at {self.house.url}: {_reason(error)}") from error
        self._seats = [asyncio.create_task(player.attend(), name=player.name) for player in self.players]

    async def _until(
        self,
        ready: Callable[[], bool],
        *,
        timeout: float,
        what: Callable[[], str],
        each: Callable[[], None] | None = None,
    ) -> None:
        give_up = time.monotonic() + timeout
        while not ready():
            _raise_first(self._work)
            if time.monotonic() > give_up:
                raise NotInTime(f"{what()} within {timeout:.0f} s")
            if each:
                each()
            await asyncio.sleep(LOOK_S)


async def patrol(house: House, token: str) -> None:
    """Open every page and address that the audience can reach, again and again, the seat with a player's ticket.

    It joins nowhere, so that the house is as full as the rehearsal says.
    """
    code = house.code
    addresses = ["/", f"/join/{code}/", f"/show/{code}/", f"/screen/{code}/", f"/overlay/{code}/", f"/embed/{code}/",
                 f"/api/performances/{code}"]  # fmt: skip
    guarded = ["/desk/", f"/console/{code}/", f"/console/{code}/script.fountain"]  # these must lead to the sign-in page
    async with httpx.AsyncClient(base_url=house.url, timeout=30, follow_redirects=True) as client:
        while True:
            for address in [*addresses, *guarded]:
                with suppress(httpx.HTTPError):  # a page that fails now is asked for again in a second
                    ticket = {"Cookie": f"guest_{code}={token}"} if address.startswith("/show/") else {}
                    answer = await client.get(address, headers=ticket)
                    house.witness.saw(answer.text, at=house.now(), where=f"GET {address}")
            await asyncio.sleep(PATROL_EVERY_S)


def _raise_first(tasks: Iterable[asyncio.Task[None]]) -> None:
    for task in tasks:
        if task.done() and not task.cancelled() and (error := task.exception()):
            raise NotInTime(f"{task.get_name()} stopped: {error}") from error


def _reason(error: httpx.HTTPError) -> str:
    if isinstance(error, httpx.HTTPStatusError):
        return f"{error.response.status_code} {error.response.text[:200]}"
    return f"{type(error).__name__} {error}".strip()
