"""The durable ballot writer: gathers ballots for a few milliseconds, commits them together, then answers.

A ballot is accepted only after PostgreSQL has committed it. The database's clock and constraints decide;
the process's memory decides nothing.
"""

import asyncio
import hashlib
import itertools
import logging
import secrets
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

import psycopg
import redis
import redis.asyncio
from django.conf import settings
from django.db import connection as django_connection
from psycopg_pool import AsyncConnectionPool, PoolTimeout

from audience import messages
from audience.commands import BallotCast
from audience.live import TALLY_INTERVAL_S, publish_async
from audience.tickets import Ticket
from storyengine.errors import Refused

logger = logging.getLogger(__name__)

MOST_PER_BATCH = 2000
DATABASE_WITHIN_S = 2.0  # then the ballots that wait are refused with server.busy, and clients send them again
TOLD_S = 3600
AWAY_S = 1.0  # between attempts to publish a tally while PostgreSQL or Redis is away
MOST_OF_ONE = 64  # ballots of one guest that wait, from all their sockets and over HTTP; more are too fast
AT_ONCE = 2  # batches on their way to PostgreSQL; whatever their order, CAST keeps the pick that was received last
REMEMBERED = (
    128  # commands of one guest in one poll: a kilobyte at most, and nobody picks as often within a lost answer
)

# The share lock on the poll's row makes closing wait for this commit, and makes this see a close that won.
#
# Which of a guest's picks stands (ON CONFLICT): a command that was taken before changes nothing; a smaller number of
# the client's never replaces a greater one; without numbers, what this process received later wins over what it
# received earlier (a statement may be stuck on its way), and another process's pick was received before this one.
CAST = """
WITH incoming AS (
    SELECT n, poll, choices::bigint[] AS choices, guest, performance, seq, print, receipt
    FROM unnest(%(n)s::int[], %(poll)s::bigint[], %(choices)s::text[], %(guest)s::bigint[],
                %(performance)s::bigint[], %(seq)s::bigint[], %(print)s::bigint[], %(receipt)s::bigint[])
               AS t(n, poll, choices, guest, performance, seq, print, receipt)
), polls AS (
    SELECT id, performance_id, state, closes_at, min_choices, max_choices,
           ARRAY(SELECT choice_id FROM audience_pollchoice o WHERE o.poll_id = p.id) AS offered
    FROM audience_poll p WHERE id = ANY(%(poll)s) ORDER BY id FOR SHARE
), judged AS (
    SELECT i.*, CASE
        WHEN p.id IS NULL OR p.performance_id <> i.performance THEN 'poll.unknown'
        WHEN p.state <> 'open' OR p.closes_at <= clock_timestamp() THEN CASE
            WHEN EXISTS (SELECT FROM audience_ballot b
                         WHERE b.poll_id = i.poll AND b.guest_id = i.guest AND b.seen @> ARRAY[i.print]) THEN 'known'
            ELSE 'poll.closed' END
        WHEN NOT i.choices <@ p.offered THEN 'choice.unknown'
        WHEN cardinality(i.choices) > 1 AND NOT audience_each_once(i.choices) THEN 'ballot.repeated'
        WHEN cardinality(i.choices) < p.min_choices THEN 'ballot.too_few'
        WHEN cardinality(i.choices) > p.max_choices THEN 'ballot.too_many'
        WHEN g.id IS NULL OR g.performance_id <> i.performance THEN 'guest.token_invalid'
        WHEN g.banned_at IS NOT NULL THEN 'guest.banned'
        ELSE '' END AS refusal
    FROM incoming i
    LEFT JOIN polls p ON p.id = i.poll
    LEFT JOIN audience_guest g ON g.id = i.guest
), stored AS (
    INSERT INTO audience_ballot AS b (poll_id, guest_id, choices, cast_at, seq, seen, writer, receipt)
    SELECT poll, guest, choices, clock_timestamp() + n * interval '1 microsecond', seq, ARRAY[print], %(writer)s,
           receipt
    FROM judged WHERE refusal = '' ORDER BY poll, guest
    ON CONFLICT (poll_id, guest_id) DO UPDATE SET
        choices = EXCLUDED.choices, cast_at = EXCLUDED.cast_at, seq = greatest(b.seq, EXCLUDED.seq),
        seen = (EXCLUDED.seen || b.seen)[1:%(remembered)s], writer = EXCLUDED.writer, receipt = EXCLUDED.receipt
    WHERE NOT b.seen @> EXCLUDED.seen AND CASE
        WHEN EXCLUDED.seq <> b.seq THEN EXCLUDED.seq > b.seq
        WHEN EXCLUDED.writer = b.writer THEN EXCLUDED.receipt > b.receipt
        ELSE true END
)
SELECT n, refusal FROM judged WHERE refusal NOT IN ('', 'known')
"""

# A ranked poll shows first preferences while it runs. Voters are ballots, not the marks on them.
COUNT = """
WITH standing AS (
    SELECT CASE p.kind WHEN 'ranked' THEN b.choices[1:1] ELSE b.choices END AS named
    FROM audience_poll p
    JOIN audience_ballot b ON b.poll_id = p.id
    JOIN audience_guest g ON g.id = b.guest_id AND g.banned_at IS NULL
    WHERE p.id = %(poll)s
), counted AS (
    SELECT choice, count(*) AS number FROM standing, unnest(named) AS choice GROUP BY choice
)
SELECT o.choice_id, coalesce(c.number, 0), (SELECT count(*) FROM standing), p.results = 'voted'
FROM audience_poll p
JOIN audience_pollchoice o ON o.poll_id = p.id
LEFT JOIN counted c ON c.choice = o.choice_id
WHERE p.id = %(poll)s AND p.state = 'open' AND (p.results IN ('live', 'voted') OR p.revealed_at IS NOT NULL)
ORDER BY o.position
"""

Key = tuple[int, int]  # poll and guest
Answer = Callable[[str], object]  # told the refusal's code, or "" once the ballot is committed


@dataclass(slots=True)
class Waiting:
    """A ballot that has been received and not yet answered."""

    command: BallotCast
    ticket: Ticket
    receipt: int
    answer: Answer


class BallotWriter:
    """One per process, bound to the event loop that first uses it."""

    def __init__(self) -> None:
        # Django builds the parameters: one place knows how a database is reached.
        parameters = django_connection.get_connection_params()
        kept = ("dbname", "user", "password", "host", "port", "sslmode")
        arguments = {name: parameters[name] for name in kept if parameters.get(name)}
        self._pool = AsyncConnectionPool(
            kwargs=arguments | {"autocommit": True},
            min_size=1,
            max_size=AT_ONCE + 1,
            open=False,
            timeout=DATABASE_WITHIN_S,
            reconnect_timeout=DATABASE_WITHIN_S,
        )
        self._redis = redis.asyncio.Redis.from_url(settings.REDIS_URL)
        # By guest and in order of receipt, so that a guest who floods waits for nobody but themself.
        self._waiting: dict[Key, list[Waiting]] = {}
        self._me, self._receipts = secrets.randbits(31), itertools.count(1)
        self._wake, self._free = asyncio.Event(), asyncio.Semaphore(AT_ONCE)
        self._tallies: dict[int, asyncio.Task[None]] = {}
        self._dirty: dict[int, set[int]] = {}  # by poll, the guests whose ballots no tally has told of yet
        self._loop = asyncio.create_task(self._write_for_ever())

    async def cast(self, command: BallotCast, ticket: Ticket) -> None:
        """Return once the ballot is committed, or was before; raise Refused with the reason why it is not."""
        answered: asyncio.Future[str] = asyncio.get_running_loop().create_future()

        def answer(refusal: str) -> None:
            if not answered.done():  # its caller may have gone
                answered.set_result(refusal)

        self.take(command, ticket, answer)
        if refusal := await answered:
            raise Refused(refusal)

    def take(self, command: BallotCast, ticket: Ticket, answer: Answer) -> None:
        """Receive a ballot; `answer` is called once, when it is committed or refused."""
        queue = self._waiting.setdefault((command.poll, ticket.guest), [])
        if len(queue) >= MOST_OF_ONE:
            answer("message.too_fast")
            return
        queue.append(Waiting(command, ticket, next(self._receipts), answer))
        self._wake.set()

    async def _write_for_ever(self) -> None:
        """Gather, and hand on: while PostgreSQL commits one batch the next is gathered, and may be sent too."""
        await self._pool.open()
        writing: set[asyncio.Task[None]] = set()
        while True:
            await self._wake.wait()
            await asyncio.sleep(settings.BALLOT_BATCH_MS / 1000)
            await self._free.acquire()
            batch = next_batch(self._waiting)
            if not self._waiting:
                self._wake.clear()
            task = asyncio.create_task(self._write(batch))
            writing.add(task)
            task.add_done_callback(writing.discard)

    async def _write(self, batch: list[Waiting]) -> None:
        try:
            refusals = await self._store(batch)
        except (psycopg.Error, PoolTimeout, OSError):
            logger.warning("%d ballots could not be stored", len(batch), exc_info=True)
            refusals = dict.fromkeys(range(len(batch)), "server.busy")
        finally:
            self._free.release()
        for n, one in enumerate(batch):
            refusal = refusals.get(n, "")
            one.answer(refusal)
            if not refusal:
                self._publish_tally(one.command.poll, one.ticket)

    async def _store(self, batch: list[Waiting]) -> dict[int, str]:
        """Commit a batch in one statement; the refusals by place in the batch, and nothing of what is committed."""
        commands = [one.command for one in batch]
        parameters: dict[str, Any] = {
            "n": array(range(len(batch))),
            "poll": array(command.poll for command in commands),
            "choices": array(f'"{array(command.choices)}"' for command in commands),
            "guest": array(one.ticket.guest for one in batch),
            "performance": array(one.ticket.performance for one in batch),
            "seq": array("NULL" if command.seq is None else command.seq for command in commands),
            "print": array(print_of(command) for command in commands),
            "receipt": array(one.receipt for one in batch),
            "writer": self._me,
            "remembered": REMEMBERED,
        }
        async with self._pool.connection() as connection:
            return dict(await (await connection.execute(CAST, parameters)).fetchall())

    def _publish_tally(self, poll: int, ticket: Ticket) -> None:
        self._dirty.setdefault(poll, set()).add(ticket.guest)
        if poll not in self._tallies:
            self._tallies[poll] = asyncio.create_task(self._publish_tallies(poll, ticket.code))

    async def _publish_tallies(self, poll: int, code: str) -> None:
        """Publish while ballots come in; a key in Redis keeps several processes together under the limit."""
        try:
            while poll in self._dirty:
                try:
                    if await self._redis.set(f"live:tally:{poll}", 1, nx=True, px=int(TALLY_INTERVAL_S * 1000)):
                        await self._publish_one(poll, code)
                except (psycopg.Error, PoolTimeout, redis.RedisError, OSError) as error:
                    logger.warning("the tally of poll %s was not published and will be: %s", poll, error)
                    await asyncio.sleep(AWAY_S)
                await asyncio.sleep(TALLY_INTERVAL_S)
        finally:
            self._tallies.pop(poll, None)

    async def _publish_one(self, poll: int, code: str) -> None:
        async with self._pool.connection() as connection:
            guests = self._dirty.pop(poll)
            try:
                rows = await (await connection.execute(COUNT, {"poll": poll})).fetchall()
                if rows:
                    _, _, voters, private = rows[0]
                    event = messages.tally_updated(poll, {choice: number for choice, number, *_ in rows}, voters)
                    await self._tell(code, event, guests if private else None)
            except (psycopg.Error, redis.RedisError, OSError):
                self._dirty.setdefault(poll, set()).update(guests)  # the next tally tells of them
                raise

    async def _tell(self, code: str, event: dict[str, Any], voters: set[int] | None) -> None:
        """Publish a tally, unless all have seen these very counts; to a new voter any are news."""
        key, text = told(code, event["poll"]), messages.encode(event).encode()
        if voters is None and await self._redis.get(key) == text:
            return
        await publish_async(self._redis, code, event, voters=voters)
        await self._redis.set(key, text, ex=TOLD_S)


def told(code: str, poll: int) -> str:
    """The key that remembers what counts the audience of a poll was told last.

    With the performance's code, for a database made anew beside the same Redis gives its numbers out again.
    """
    return f"live:told:{code}:{poll}"


def array(values: Iterable[object]) -> str:
    """Numbers as a PostgreSQL array's text: psycopg's own way from a list costs a tenth of the whole ballot."""
    return "{" + ",".join(map(str, values)) + "}"


def next_batch(waiting: dict[Key, list[Waiting]]) -> list[Waiting]:
    """Take the oldest ballot of each guest: one statement cannot touch a row twice, so the next ones wait a turn."""
    batch = []
    for key in list(itertools.islice(waiting, MOST_PER_BATCH)):
        queue = waiting.pop(key)
        batch.append(queue.pop(0))
        if queue:
            waiting[key] = queue
    return batch


def print_of(command: BallotCast) -> int:
    """64 bits that stand for the command: the same ref with the same content is the same command, sent again."""
    content = f"{command.ref}\0{command.seq}\0{command.choices}".encode()
    return int.from_bytes(hashlib.blake2b(content, digest_size=8).digest(), signed=True)


_writer: BallotWriter | None = None


def writer() -> BallotWriter:
    """The process's ballot writer; call it from inside the event loop."""
    global _writer
    if _writer is None or _writer._loop.done():
        _writer = BallotWriter()
    return _writer
