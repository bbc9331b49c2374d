"""News for the audience: published once through Redis, encoded once, written to every socket of a process.

Each performance is a stream with an `epoch` (new when Redis lost its memory) and an `offset` that grows by
one with each event. A client that comes back with both gets what it missed, all or nothing.
"""

import asyncio
import json
import logging
import secrets
from collections import deque
from collections.abc import Iterable
from contextlib import suppress
from typing import Any

import redis
import redis.asyncio
from channels.db import database_sync_to_async
from django.conf import settings
from django.db import transaction
from django.utils import timezone
from redis.backoff import NoBackoff
from redis.retry import Retry

from audience import messages
from audience.outbox import LIMIT, Frame, Outbox
from audience.sight import ForVoters, read_for_voters, read_snapshot
from audience.state import apply
from audience.tickets import Ticket
from storyengine.errors import Refused
from storyengine.plot.models import Performance

logger = logging.getLogger(__name__)

HISTORY = LIMIT - 64  # events kept for those who come back; about two hours of polls without their tallies
KEEP_S = 7 * 24 * 3600
MOST_WAIT_S = 4.0  # between attempts to reach Redis again
READY_WITHIN_S = 6.0
WARM_WITHIN_S = 1.0  # for one who asks over HTTP, and can have it from the table
REPLACEABLE = {"tally.updated", "reactions.counted"}  # of these only the newest matters to a socket that is behind
TALLY_INTERVAL_S = 0.2  # tallies go out at most five times a second
LINGER_S = 60  # a hub outlives its last socket or question by this, so that a storm of reconnections finds it warm

# One script, so that an event gets its offset, its place in history and its broadcast in one step.
PUBLISH = """
local epoch = redis.call('GET', KEYS[1])
if not epoch then
  epoch = ARGV[2]
  redis.call('SET', KEYS[1], epoch)
  redis.call('DEL', KEYS[2], KEYS[3])
end
local frame = ARGV[5] .. '{"epoch":"' .. epoch .. '","offset":' .. redis.call('INCR', KEYS[2]) .. ',' .. ARGV[1]
redis.call('RPUSH', KEYS[3], frame)
redis.call('LTRIM', KEYS[3], -tonumber(ARGV[3]), -1)
for _, key in ipairs(KEYS) do redis.call('EXPIRE', key, ARGV[4]) end
redis.call('PUBLISH', KEYS[4], frame)
return frame
"""

# A Redis that lost its last second (or a replica that took over) would give offsets out a second time, and clients
# would pass over the news that bear them. Whoever has seen a later one makes it a new stream.
RENEW = """
if redis.call('GET', KEYS[1]) == ARGV[1] and tonumber(redis.call('GET', KEYS[2]) or 0) < tonumber(ARGV[2]) then
  redis.call('SET', KEYS[1], ARGV[3], 'KEEPTTL')
  redis.call('DEL', KEYS[2], KEYS[3])
end
"""


def keys(code: str) -> list[str]:
    """A performance's keys, by its join code: a number would come again with a new database on an old Redis."""
    return [f"live:{code}:{name}" for name in ("epoch", "offset", "history", "channel")]


def _arguments(event: dict[str, Any], voters: Iterable[int] | None = None) -> list[str | int]:
    """With `voters` the event is for them alone: their ids go before the frame, in a line that no socket gets."""
    to = "" if voters is None else ",".join(map(str, voters)) + "\n"
    return [messages.encode(event)[1:], secrets.token_hex(4), HISTORY, KEEP_S, to]


_client: redis.Redis | None = None


def client() -> redis.Redis:
    """This process's connection pool for publishing from synchronous code."""
    global _client
    if _client is None:
        # One quick retry and no back-off: a transition that has committed must not wait for a Redis that is away.
        _client = redis.Redis.from_url(settings.REDIS_URL, socket_timeout=2, retry=Retry(NoBackoff(), 1))
    return _client


def publish(performance: Performance, event: dict[str, Any], *, voters: Iterable[int] | None = None) -> None:
    """Broadcast one event after the transaction commits; `voters` as in `publish_async`.

    If Redis is away the event is not lost for long: the table is the truth, and hubs that lose Redis send
    a fresh snapshot when it is back.
    """

    def send() -> None:
        try:
            client().eval(PUBLISH, 4, *keys(performance.code), *_arguments(event, voters))
        except redis.RedisError:
            logger.warning(
                "event %s of performance %s was not broadcast: Redis is away", event["type"], performance.code
            )

    transaction.on_commit(send)


async def publish_async(
    connection: redis.asyncio.Redis, code: str, event: dict[str, Any], *, voters: Iterable[int] | None = None
) -> None:
    """Broadcast to all or, where `voters` is given, to these guests and to those of the same poll's events before."""
    await connection.eval(PUBLISH, 4, *keys(code), *_arguments(event, voters))


def snapshot_now(performance: Performance, *, guest: int = 0) -> dict[str, Any]:
    """The snapshot with the stream's position, as this guest (0: anybody) may see it, for one who asks over HTTP."""
    epoch, offset = "", 0
    try:
        # The position first: an event between the two reads is then in the snapshot, and replayed harmlessly.
        found: Any = client().mget(keys(performance.code)[:2])
        epoch, offset = (found[0] or b"").decode(), int(found[1] or 0)
    except redis.RedisError:
        logger.warning("a snapshot of performance %s goes out without its position: Redis is away", performance.code)
    return stamped(read_snapshot(performance.pk, guest=guest), epoch, offset)


def stamped(snapshot: dict[str, Any], epoch: str, offset: int) -> dict[str, Any]:
    position = {"epoch": epoch, "offset": offset, "recovered": False}
    return snapshot | position | {"server_time": messages.iso(timezone.now())}


def framed(message: dict[str, Any]) -> Frame:
    return Frame(messages.encode(message).encode())


class Hub:
    """One performance in one process: its state in memory, its sockets, its one subscription."""

    def __init__(self, ticket: Ticket) -> None:
        self.performance, self.code = ticket.performance, ticket.code
        self.outboxes: set[Outbox] = set()
        self.ready = asyncio.Event()
        self.follows = False  # at this moment: what it remembers is what there is
        self.used_at = asyncio.get_running_loop().time()
        self._snapshot: dict[str, Any] = {}
        self._epoch, self._offset = "", 0
        self._history: deque[tuple[int, Frame, bool]] = deque(maxlen=HISTORY)  # offset, event, for voters alone
        self._for_voters = ForVoters()

    def join(self, outbox: Outbox, *, epoch: str, offset: int) -> None:
        """Give a socket what it missed or, failing that, everything; then every event from now on."""
        missed = [(frame, private) for number, frame, private in self._history if number > offset]
        if epoch == self._epoch and 0 <= self._offset - offset == len(missed):
            resumed = {"type": "performance.resumed", "epoch": epoch, "offset": self._offset, "recovered": True}
            outbox.put(framed(resumed | {"server_time": messages.iso(timezone.now())}))
            mine = self._is_for_voter(outbox.guest)
            for frame, private in missed:
                if not private or (mine and frame is self._for_voters.frame):
                    outbox.put(frame)
        else:
            outbox.put(self.snapshot(guest=outbox.guest))
        self.outboxes.add(outbox)

    def leave(self, outbox: Outbox) -> None:
        self.outboxes.discard(outbox)
        self.used_at = asyncio.get_running_loop().time()

    def snapshot(self, *, guest: int = 0) -> Frame:
        """All that this guest (0: anybody) may see now."""
        shape = self._snapshot
        if self._is_for_voter(guest):
            shape = shape | {"poll": shape["poll"] | self._for_voters.shown}
        return framed(stamped(shape, self._epoch, self._offset))

    def _is_for_voter(self, guest: int) -> bool:
        return self._for_voters.shows(guest, self._snapshot.get("poll"))

    async def follow(self) -> None:
        """Stay subscribed for ever; after each loss of Redis start again from the table."""
        wait = 0.25
        while True:
            began = asyncio.get_running_loop().time()
            try:
                await self._subscribe()
            except (redis.RedisError, OSError) as error:
                logger.warning("performance %s: Redis is away (%s)", self.performance, error)
            except Exception:
                logger.exception("performance %s: the hub failed and starts again", self.performance)
            finally:
                self.follows = False
            lasted = asyncio.get_running_loop().time() - began
            wait = 0.25 if lasted > MOST_WAIT_S else min(MOST_WAIT_S, wait * 2)
            await asyncio.sleep(wait)

    async def _subscribe(self) -> None:
        connection = redis.asyncio.Redis.from_url(settings.REDIS_URL, health_check_interval=10)
        async with connection, connection.pubsub() as subscription:
            await subscription.subscribe(keys(self.code)[3])
            await self._load(connection)
            task = asyncio.current_task()
            if task is not None and task.cancelling():  # asgiref finishes its thread's work and forgets the cancelling
                raise asyncio.CancelledError
            self.follows = True
            async for message in subscription.listen():
                if message["type"] == "message":
                    self.take(message["data"])

    async def _load(self, connection: redis.asyncio.Redis) -> None:
        epoch, offset, history, _ = keys(self.code)
        if self._offset:
            await connection.eval(RENEW, 3, epoch, offset, history, self._epoch, self._offset, secrets.token_hex(4))
        async with connection.pipeline(transaction=True) as pipe:
            pipe.get(epoch)
            pipe.get(offset)
            pipe.lrange(history, 0, -1)
            found = await pipe.execute()
        self._epoch, self._offset = (found[0] or b"").decode(), int(found[1] or 0)
        kept = [message.rpartition(b"\n") for message in found[2]]
        entries = ((json.loads(frame)["offset"], Frame(frame), bool(line)) for _, line, frame in kept)
        self._history = deque(entries, maxlen=HISTORY)
        self._snapshot = await database_sync_to_async(read_snapshot, thread_sensitive=False)(self.performance)
        self._for_voters = await database_sync_to_async(read_for_voters, thread_sensitive=False)(self.performance)
        again = self.ready.is_set()
        self.ready.set()
        if again:
            for outbox in self.outboxes:
                outbox.put(self.snapshot(guest=outbox.guest))

    def take(self, message: bytes) -> None:
        """One event from Redis: remembered, applied, and put as it is into every outbox that may have it."""
        voters, private, frame = message.rpartition(b"\n")
        event = json.loads(frame)
        if event["epoch"] == self._epoch and event["offset"] <= self._offset:
            return
        self._epoch, self._offset = event["epoch"], event["offset"]
        whole = Frame(frame, kind=event["type"] if event["type"] in REPLACEABLE else "")
        self._history.append((self._offset, whole, bool(private)))
        if private:
            self._for_voters.take(event, whole, voters.decode())
            outboxes = [outbox for outbox in self.outboxes if outbox.guest in self._for_voters.guests]
        else:
            apply(self._snapshot, event)
            outboxes = list(self.outboxes)
        for outbox in outboxes:
            outbox.put(whole)


_hubs: dict[int, tuple[Hub, asyncio.Task[None]]] = {}


async def hub_for(ticket: Ticket) -> Hub:
    """The process's hub of the ticket's performance, started at need and ready to be joined.

    However many come at once, a cold process reads the snapshot once. Raises Refused("server.busy") where the
    database or Redis keeps it waiting for longer than anybody in front of a page would.
    """
    hub = _hub(ticket)
    if not hub.ready.is_set():
        try:
            async with asyncio.timeout(READY_WITHIN_S):
                await hub.ready.wait()
        except TimeoutError as error:
            raise Refused("server.busy") from error
    return hub


async def remembered(ticket: Ticket) -> bytes | None:
    """The snapshot as JSON from the hub's memory, for one who asks over HTTP; None where it may be out of date.

    When sockets are blocked, or while they come back, a whole house asks every three seconds: that reads nothing
    from PostgreSQL.
    """
    hub = _hub(ticket)
    hub.used_at = asyncio.get_running_loop().time()
    with suppress(TimeoutError):
        async with asyncio.timeout(WARM_WITHIN_S):
            await hub.ready.wait()
    return hub.snapshot(guest=ticket.guest).payload if hub.follows else None


def _hub(ticket: Ticket) -> Hub:
    if ticket.performance not in _hubs:
        _sweep()
        hub = Hub(ticket)
        _hubs[ticket.performance] = hub, asyncio.create_task(hub.follow())
    return _hubs[ticket.performance][0]


def _sweep() -> None:
    now = asyncio.get_running_loop().time()
    for performance, (hub, task) in list(_hubs.items()):
        if not hub.outboxes and now - hub.used_at > LINGER_S:
            task.cancel()
            del _hubs[performance]
