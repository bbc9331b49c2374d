"""Reactions as counters: sent through Redis, stored and told to all by the clock, never one by one.

A reaction costs one step in Redis: the guest's own bucket, and one more in the performance's counter. Twice a second
`flush` moves the counters into the scene's rows and broadcasts their sums. Who sent what is not kept.
"""

import logging
import time
from dataclasses import dataclass
from typing import Any

import redis
from channels.db import database_sync_to_async
from django.db.models import F

from audience import buckets, commands, live, messages
from audience.commands import ReactionSend
from audience.models import Guest, ReactionCount
from audience.rules import rules_of
from audience.tickets import Ticket
from storyengine.errors import Refused
from storyengine.plot.models import PathStep, Performance
from storyengine.plot.path import current_step

logger = logging.getLogger(__name__)

RATE, BURST = 1.0, 5.0  # of one guest
FACTS_FOR_S = 2.0  # how long a process may act on rules and bans that were changed meanwhile
MOST_KEPT = 200  # performances whose facts a process remembers


@dataclass(frozen=True, slots=True)
class _Facts:
    """What decides about reactions of one performance, read at most once in two seconds."""

    refusal: str
    banned: frozenset[int]
    until: float


_facts: dict[int, _Facts] = {}


def counter(code: str) -> str:
    return f"reactions:{code}"


async def send_reaction(command: ReactionSend, ticket: Ticket) -> None:
    """Count one reaction. Raises Refused: reaction.closed, reaction.too_fast, guest.banned,
    performance.not_started, performance.ended, server.busy.
    """
    facts = _facts.get(ticket.performance)
    if facts is None or facts.until < time.monotonic():
        facts = await database_sync_to_async(_look, thread_sensitive=False)(ticket.performance)
    if facts.refusal or ticket.guest in facts.banned:
        raise Refused(facts.refusal or "guest.banned")
    try:
        wait = await buckets.take_async((f"reacts:{ticket.performance}:{ticket.guest}", RATE, BURST))
        if wait:
            raise Refused("reaction.too_fast", retry_after=round(wait, 1))
        await buckets.client().hincrby(counter(ticket.code), command.kind, 1)
    except (redis.RedisError, OSError) as error:
        raise Refused("server.busy") from error


def _look(performance: int) -> _Facts:
    states = {Performance.State.DRAFT: "performance.not_started", Performance.State.ENDED: "performance.ended"}
    found = Performance.objects.filter(pk=performance).first()
    refusal = states.get(Performance.State(found.state), "") if found else "guest.token_invalid"
    if not refusal and not rules_of(performance).reactions_open:
        refusal = "reaction.closed"
    banned = Guest.objects.filter(performance=performance, banned_at__isnull=False).values_list("pk", flat=True)
    if len(_facts) > MOST_KEPT:
        _facts.clear()
    _facts[performance] = _Facts(refusal, frozenset(banned), time.monotonic() + FACTS_FOR_S)
    return _facts[performance]


def flush() -> int:
    """Store what was sent since the last time and tell each audience the sums; returns how many performances had any.

    The rows are written before the counters are lowered, by as much as was read: what comes in between is kept.
    A process that dies between the two counts that half second twice; a reaction is not a ballot.
    """
    moved = 0
    for performance in Performance.objects.live():
        sent: Any = live.client().hgetall(counter(performance.code))
        counts = {kind.decode(): int(number) for kind, number in sent.items() if int(number) > 0}
        step = current_step(performance) if counts else None
        if step:
            _store(step, counts)
            _lower(performance.code, counts)
            sums = dict(step.reactions.values_list("kind", "number"))
            live.publish(performance, messages.reactions_counted(sums))
            moved += 1
    return moved


def _store(step: PathStep, counts: dict[str, int]) -> None:
    for kind in sorted(set(counts) & set(commands.REACTIONS)):
        ReactionCount.objects.update_or_create(
            step=step, kind=kind, defaults={"number": F("number") + counts[kind]},
            create_defaults={"number": counts[kind]},
        )  # fmt: skip


def _lower(code: str, counts: dict[str, int]) -> None:
    pipe = live.client().pipeline(transaction=True)
    for kind, number in counts.items():
        pipe.hincrby(counter(code), kind, -number)
    pipe.expire(counter(code), 24 * 3600)
    pipe.execute()
