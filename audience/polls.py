"""Open, extend and close a poll. The caller holds the performance's row (see showrun/cycle.py)."""

from collections.abc import Mapping
from dataclasses import asdict, replace
from datetime import datetime, timedelta
from typing import Any, cast

from django.db import connection, transaction
from django.db.models import QuerySet
from django.db.models.functions import Now
from django.utils.translation import gettext, override

from audience import signals
from audience.models import Ballot, Poll, PollChoice, Tally
from audience.tally import Result, Round, Rules, Vote, decide, draw, strongest_first
from storyengine.errors import Refused
from storyengine.plot.models import PathStep, Performance
from storyengine.plot.offers import offer


def open_poll(performance: Performance, step: PathStep, *, every: bool = False) -> Poll | None:
    """Open the poll over the choices that the step's scene offers there; None where it has no choice at all.

    Raises Refused("poll.nothing_offered") where it has some and the condition of none holds; `every` offers them all.
    """
    choices = list(step.scene.choices.all()) if every else list(offer(step).choices)
    if not choices:
        if step.scene.choices.exists():
            raise Refused("poll.nothing_offered", reason=step.scene.heading)
        return None
    with override(performance.story.language):
        question = step.scene.question or gettext("What happens next?")
    with transaction.atomic():
        now = database_now()
        poll = Poll.objects.create(
            performance=performance,
            step=step,
            question=question,
            opened_at=now,
            closes_at=now + timedelta(seconds=performance.poll_seconds),
            **rules_of(performance, offered=len(choices)),
        )
        PollChoice.objects.bulk_create(
            PollChoice(poll=poll, choice=choice, position=choice.position, label=choice.label) for choice in choices
        )
    return poll


def rules_of(performance: Performance, *, offered: int) -> dict[str, Any]:
    """A poll's rules as its performance declares them, over so many choices. They stay, whatever is edited later."""
    kind = performance.poll_kind
    if kind == Poll.Kind.MULTIPLE:
        fewest = min(performance.min_choices, offered)
        bounds = fewest, max(fewest, min(performance.max_choices, offered))
    else:
        bounds = 1, 1 if kind == Poll.Kind.SINGLE else offered
    kept = {name: getattr(performance, name) for name in ("results", "tie_rule", "empty_rule")}
    return kept | {"kind": kind, "min_choices": bounds[0], "max_choices": bounds[1]}


def extend_poll(poll: Poll, *, seconds: int) -> Poll:
    """Move the deadline of an open poll; raises Refused("poll.closed")."""
    changed = Poll.objects.open().filter(pk=poll.pk, closes_at__gt=Now())
    if not changed.update(closes_at=poll.closes_at + timedelta(seconds=seconds)):
        raise Refused("poll.closed")
    poll.refresh_from_db()
    return poll


def move_deadline(poll: Poll, *, seconds: int) -> Poll:
    """Keep a poll open that is due: a new deadline from now on; raises Refused("poll.closed")."""
    if not Poll.objects.open().filter(pk=poll.pk).update(closes_at=database_now() + timedelta(seconds=seconds)):
        raise Refused("poll.closed")
    poll.refresh_from_db()
    return poll


def close_poll(poll: Poll, *, decide: bool = True) -> Tally:
    """Close the poll and freeze its tally; raises Refused("poll.closed") if it is closed already.

    The update waits for ballots that are being committed (they hold a share lock on the poll's row) and
    turns away all that come after it, so the frozen tally is a recount of the table, always. Where the show ends
    with the poll open nothing is decided: the ballots are counted, and no choice has won.
    """
    with transaction.atomic():
        if not Poll.objects.open().filter(pk=poll.pk).update(state=Poll.State.CLOSED, closed_at=Now()):
            raise Refused("poll.closed")
        poll.refresh_from_db()
        result = count_poll(poll) if decide else undecided(count_poll(poll))
        decided_at = poll.closed_at if result.winner else None
        tally = Tally.objects.create(poll=poll, decided_at=decided_at, **frozen(result))
        transaction.on_commit(
            lambda: signals.poll_closed.send(Poll, poll_id=poll.pk, performance_id=poll.performance_id)
        )
    return tally


def leave_undecided(performance: Performance) -> None:
    """The show is over: neither an open poll nor a tie that waits gets a winner any more."""
    for poll in Poll.objects.open().filter(performance=performance).select_related("performance", "step"):
        close_poll(poll, decide=False)
    waiting = Tally.objects.filter(poll__performance=performance, winner=None)
    waiting.update(decided_by=Tally.DecidedBy.ENDED, rule="", seed="")


def undecided(result: Result) -> Result:
    """The same count where the show ended before anything came of it."""
    return replace(result, winner=None, decided_by="ended", rule="", seed="")


def count_poll(poll: Poll, ballots: QuerySet[Ballot] | None = None) -> Result:
    """The poll's result from the ballots in the table, whether it is open or closed; or from those given."""
    choices = list(poll.offers.order_by("position").values_list("choice_id", flat=True))
    standing = Ballot.objects.filter(poll=poll, guest__banned_at=None) if ballots is None else ballots
    votes = [Vote(tuple(named), cast_at) for named, cast_at in standing.values_list("choices", "cast_at")]
    return decide(choices, votes, Rules(poll.kind, poll.tie_rule, poll.empty_rule, seed_of(poll)))


def seed_of(poll: Poll) -> str:
    return f"{poll.performance.seed}:{poll.step.position}"


def reveal(poll: Poll) -> None:
    """Show the counts that waited for the showrunner's hand; raises Refused("poll.revealed")."""
    hidden = Poll.objects.filter(pk=poll.pk, results=Poll.Results.BY_HAND, revealed_at=None)
    if not hidden.update(revealed_at=Now()):
        raise Refused("poll.revealed")
    poll.refresh_from_db()


def decide_tie(tally: Tally, choice: int) -> Tally:
    """The showrunner's word on a tie that waits; raises Refused: tie.decided, choice.unknown."""
    if choice not in tally.leaders:
        raise Refused("choice.unknown")
    return _settle(tally, choice, rule=tally.rule)


def draw_winner(tally: Tally) -> Tally:
    """Nobody decided in time: the draw that anybody can check; raises Refused("tie.decided")."""
    seed = seed_of(tally.poll)
    return _settle(tally, draw(tally.leaders, seed), rule=Performance.TieRule.DRAW, seed=seed)


def _settle(tally: Tally, winner: int, **told: str) -> Tally:
    waiting = Tally.objects.filter(pk=tally.pk, winner=None, leaders__len__gt=1)
    if not waiting.update(winner=winner, decided_at=Now(), **told):
        raise Refused("tie.decided")
    tally.refresh_from_db()
    return tally


def order_of(tally: Tally) -> list[int]:
    """Every choice that was offered, the strongest first."""
    offered = tally.poll.offers.order_by("position").values_list("choice_id", flat=True)
    counts = {choice: tally.counts[str(choice)] for choice in offered}
    return strongest_first(counts, [round_from_json(one) for one in tally.rounds])


def frozen(result: Result) -> dict[str, Any]:
    """A result as the columns of a tally."""
    return {
        "counts": as_json(result.counts),
        "voters": result.voters,
        "rounds": [asdict(one) | {"counts": as_json(one.counts), "out": list(one.out)} for one in result.rounds],
        "leaders": list(result.leaders),
        "winner_id": result.winner,
        "decided_by": result.decided_by,
        "rule": result.rule,
        "seed": result.seed,
    }


def round_from_json(one: Mapping[str, Any]) -> Round:
    counts = {int(choice): number for choice, number in one["counts"].items()}
    return Round(counts, one["exhausted"], tuple(one["out"]), one["by"])


def as_json(counts: Mapping[int, int]) -> dict[str, int]:
    return {str(choice): number for choice, number in counts.items()}


def database_now() -> datetime:
    """The database's clock: deadlines are made and checked by one clock, whatever the machines' say."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT clock_timestamp()")
        (now,) = cursor.fetchone()
    return cast(datetime, now)
