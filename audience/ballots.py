"""The durable ballot writer: gathers ballots for a few milliseconds, commits them together, then answers.

A ballot is accepted only after PostgreSQL has committed it. The database's clock and constraints decide;
the process's memory decides nothing.
"""

import asyncio
import logging
from datetime import UTC, datetime
from typing import Any

import psycopg
import redis
import redis.asyncio
from django.conf import settings
from django.db import connection as django_connection
from psycopg_pool import AsyncConnectionPool, PoolTimeout

from audience import messages
from audience.live import publish_async
from audience.messages import BallotCast
from audience.tickets import Ticket
from storyengine.errors import Refused

logger = logging.getLogger(__name__)

MOST_PER_BATCH = 2000
TALLY_INTERVAL_S = 0.2  # tallies go out at most five times a second

# The share lock on the poll's row makes closing wait for this commit, and makes this see a close that won.
CAST = """
WITH incoming AS (
    SELECT * FROM unnest(%(n)s::int[], %(poll)s::bigint[], %(choice)s::bigint[], %(guest)s::bigint[],
                         %(performance)s::bigint[], %(at)s::timestamptz[])
               AS t(n, poll, choice, guest, performance, at)
), polls AS (
    SELECT id, performance_id, state, closes_at FROM audience_poll WHERE id = ANY(%(poll)s) ORDER BY id FOR SHARE
), judged AS (
    SELECT i.*, CASE
        WHEN p.id IS NULL OR p.performance_id <> i.performance THEN 'poll.unknown'
        WHEN p.state <> 'open' OR p.closes_at <= clock_timestamp() THEN 'poll.closed'
        WHEN o.id IS NULL THEN 'choice.unknown'
        WHEN g.id IS NULL OR g.performance_id <> i.performance THEN 'guest.token_invalid'
        WHEN g.banned_at IS NOT NULL THEN 'guest.banned'
        ELSE '' END AS refusal
    FROM incoming i
    LEFT JOIN polls p ON p.id = i.poll
    LEFT JOIN audience_pollchoice o ON o.poll_id = i.poll AND o.choice_id = i.choice
    LEFT JOIN audience_guest g ON g.id = i.guest
), stored AS (
    INSERT INTO audience_ballot (poll_id, guest_id, choice_id, cast_at)
    SELECT poll, guest, choice, at FROM judged WHERE refusal = '' ORDER BY poll, guest
    ON CONFLICT (poll_id, guest_id) DO UPDATE SET choice_id = EXCLUDED.choice_id, cast_at = EXCLUDED.cast_at
        WHERE audience_ballot.cast_at <= EXCLUDED.cast_at
)
SELECT n, refusal FROM judged
"""

COUNT = """
SELECT o.choice_id, count(b.id) FILTER (WHERE g.banned_at IS NULL)
FROM audience_poll p
JOIN plot_performance f ON f.id = p.performance_id AND f.results = 'live'
JOIN audience_pollchoice o ON o.poll_id = p.id
LEFT JOIN audience_ballot b ON b.poll_id = p.id AND b.choice_id = o.choice_id
LEFT JOIN audience_guest g ON g.id = b.guest_id
WHERE p.id = %s AND p.state = 'open' GROUP BY o.choice_id, o.position ORDER BY o.position
"""


class BallotWriter:
    """One per process, bound to the event loop that first uses it."""

    def __init__(self) -> None:
        # Django builds the parameters: one place knows how a database is reached.
        parameters = django_connection.get_connection_params()
        kept = ("dbname", "user", "password", "host", "port", "sslmode")
        arguments = {name: parameters[name] for name in kept if parameters.get(name)}
        self._pool = AsyncConnectionPool(
            kwargs=arguments | {"autocommit": True}, min_size=1, max_size=2, open=False, timeout=10
        )
        self._redis = redis.asyncio.Redis.from_url(settings.REDIS_URL)
        self._waiting: list[tuple[BallotCast, Ticket, datetime, asyncio.Future[str]]] = []
        self._wake = asyncio.Event()
        self._tallies: dict[int, asyncio.Task[None]] = {}
        self._dirty: set[int] = set()
        self._loop = asyncio.create_task(self._write_for_ever())

    async def cast(self, command: BallotCast, ticket: Ticket) -> None:
        """Return once the ballot is committed; raise Refused with the reason why it is not."""
        answer: asyncio.Future[str] = asyncio.get_running_loop().create_future()
        self._waiting.append((command, ticket, datetime.now(UTC), answer))
        self._wake.set()
        refusal = await answer
        if refusal:
            raise Refused(refusal)

    async def _write_for_ever(self) -> None:
        await self._pool.open()
        while True:
            await self._wake.wait()
            await asyncio.sleep(settings.BALLOT_BATCH_MS / 1000)
            batch, self._waiting = self._waiting[:MOST_PER_BATCH], self._waiting[MOST_PER_BATCH:]
            if not self._waiting:
                self._wake.clear()
            await self._write(batch)

    async def _write(self, batch: list[tuple[BallotCast, Ticket, datetime, asyncio.Future[str]]]) -> None:
        # One upsert cannot touch a row twice: of a guest's several picks in one batch the last one is written.
        rows = {(command.poll, ticket.guest): (command, ticket, at) for command, ticket, at, _ in batch}
        try:
            verdicts = await self._store(rows)
        except (psycopg.Error, PoolTimeout, OSError):
            logger.warning("%d ballots could not be stored", len(rows), exc_info=True)
            verdicts = dict.fromkeys(rows, "server.busy")
        for command, ticket, _, answer in batch:
            if not answer.done():
                answer.set_result(verdicts[command.poll, ticket.guest])
        for (poll, guest), refusal in verdicts.items():
            if not refusal:
                self._publish_tally(poll, rows[poll, guest][1].code)

    async def _store(
        self, rows: dict[tuple[int, int], tuple[BallotCast, Ticket, datetime]]
    ) -> dict[tuple[int, int], str]:
        parameters: dict[str, list[Any]] = {
            "n": list(range(len(rows))),
            "poll": [command.poll for command, _, _ in rows.values()],
            "choice": [command.choice for command, _, _ in rows.values()],
            "guest": [ticket.guest for _, ticket, _ in rows.values()],
            "performance": [ticket.performance for _, ticket, _ in rows.values()],
            "at": [at for _, _, at in rows.values()],
        }
        order = list(rows)
        async with self._pool.connection() as connection:
            found = await (await connection.execute(CAST, parameters)).fetchall()
        return {order[n]: refusal for n, refusal in found}

    def _publish_tally(self, poll: int, code: str) -> None:
        self._dirty.add(poll)
        if poll not in self._tallies:
            self._tallies[poll] = asyncio.create_task(self._publish_tallies(poll, code))

    async def _publish_tallies(self, poll: int, code: str) -> None:
        """Publish while ballots come in; a key in Redis keeps several processes together under the limit."""
        try:
            while poll in self._dirty:
                if await self._redis.set(f"live:tally:{poll}", 1, nx=True, px=int(TALLY_INTERVAL_S * 1000)):
                    self._dirty.discard(poll)
                    await self._publish_one(poll, code)
                await asyncio.sleep(TALLY_INTERVAL_S)
        except (psycopg.Error, PoolTimeout, redis.RedisError, OSError):
            logger.warning("the tally of poll %s was not published", poll, exc_info=True)
        finally:
            self._tallies.pop(poll, None)

    async def _publish_one(self, poll: int, code: str) -> None:
        async with self._pool.connection() as connection:
            rows = await (await connection.execute(COUNT, [poll])).fetchall()
        if rows:
            await publish_async(self._redis, code, messages.tally_updated(poll, dict(rows)))


_writer: BallotWriter | None = None


def writer() -> BallotWriter:
    """The process's ballot writer; call it from inside the event loop."""
    global _writer
    if _writer is None or _writer._loop.done():
        _writer = BallotWriter()
    return _writer
