"""Open, extend and close a poll. The caller holds the performance's row (see showrun/cycle.py)."""

from datetime import datetime, timedelta
from typing import cast

from django.db import connection, transaction
from django.db.models.functions import Now
from django.utils.translation import gettext, override

from audience import signals
from audience.models import Ballot, Poll, PollChoice, Tally
from audience.tally import Result, Vote, decide
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
        )
        PollChoice.objects.bulk_create(
            PollChoice(poll=poll, choice=choice, position=choice.position, label=choice.label) for choice in choices
        )
    return poll


def extend_poll(poll: Poll, *, seconds: int) -> Poll:
    """Move the deadline of an open poll; raises Refused("poll.closed")."""
    changed = Poll.objects.open().filter(pk=poll.pk, closes_at__gt=Now())
    if not changed.update(closes_at=poll.closes_at + timedelta(seconds=seconds)):
        raise Refused("poll.closed")
    poll.refresh_from_db()
    return poll


def close_poll(poll: Poll) -> Tally:
    """Close the poll and freeze its tally; raises Refused("poll.closed") if it is closed already.

    The update waits for ballots that are being committed (they hold a share lock on the poll's row) and
    turns away all that come after it, so the frozen tally is a recount of the table, always.
    """
    with transaction.atomic():
        if not Poll.objects.open().filter(pk=poll.pk).update(state=Poll.State.CLOSED, closed_at=Now()):
            raise Refused("poll.closed")
        poll.refresh_from_db()
        result = count_poll(poll)
        tally = Tally.objects.create(
            poll=poll,
            counts={str(choice): number for choice, number in result.counts.items()},
            voters=result.voters,
            winner_id=result.winner,
            decided_by=result.decided_by,
            rule=result.rule,
            seed=result.seed,
        )
        transaction.on_commit(
            lambda: signals.poll_closed.send(Poll, poll_id=poll.pk, performance_id=poll.performance_id)
        )
    return tally


def count_poll(poll: Poll) -> Result:
    """The poll's result from the ballots in the table, whether it is open or closed."""
    choices = list(poll.offers.order_by("position").values_list("choice_id", flat=True))
    standing = Ballot.objects.filter(poll=poll, guest__banned_at=None)
    votes = [Vote(choice, cast_at) for choice, cast_at in standing.values_list("choice_id", "cast_at")]
    performance = poll.performance
    return decide(
        choices,
        votes,
        tie_rule=performance.tie_rule,
        empty_rule=performance.empty_rule,
        seed=f"{performance.seed}:{poll.step.position}",
    )


def database_now() -> datetime:
    """The database's clock: deadlines are made and checked by one clock, whatever the machines' say."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT clock_timestamp()")
        (now,) = cursor.fetchone()
    return cast(datetime, now)
