"""Shut a guest out and let them in again: what they said and voted stops counting, and counts again."""

from collections.abc import Iterable

import redis
from django.contrib.auth.models import User
from django.db import transaction
from django.db.models import Q, QuerySet
from django.db.models.functions import Now

from audience import live, messages
from audience.ballots import told
from audience.models import Ballot, Ban, Comment, Guest, Poll, Strike
from audience.polls import count_poll
from storyengine.plot.models import Performance


def ban_guests(performance: Performance, guests: Iterable[int], *, by: User, strike: Strike | None = None) -> list[int]:
    """Ban those of the guests who are not banned yet; their shown comments go from the pages. Returns who."""
    with transaction.atomic():
        free = Guest.objects.select_for_update().filter(performance=performance, pk__in=list(guests), banned_at=None)
        chosen = list(free.order_by("pk").values_list("pk", flat=True))
        Guest.objects.filter(pk__in=chosen).update(banned_at=Now())
        Ban.objects.bulk_create(Ban(guest_id=pk, by=by, strike=strike) for pk in chosen)
        unshow(performance, Comment.objects.filter(guest__in=chosen))
        _tell_tally(performance)
    return chosen


def lift_bans(performance: Performance, bans: QuerySet[Ban]) -> list[int]:
    """Lift bans that stand; returns whose."""
    with transaction.atomic():
        standing = bans.select_for_update().filter(lifted_at=None, guest__performance=performance)
        found = list(standing.order_by("guest_id").values_list("pk", "guest_id"))
        Ban.objects.filter(pk__in=[pk for pk, _ in found]).update(lifted_at=Now())
        Guest.objects.filter(pk__in=[guest for _, guest in found]).update(banned_at=None)
        _tell_tally(performance)
    return [guest for _, guest in found]


def unban_guests(performance: Performance, guests: Iterable[int]) -> list[int]:
    """Let guests in again, whether a moderator or a strike had shut them out; returns who."""
    return lift_bans(performance, Ban.objects.filter(guest__in=list(guests)))


def unshow(performance: Performance, comments: QuerySet[Comment]) -> None:
    """Take comments that the audience has seen off its pages."""
    seen = list(comments.filter(shown_at__isnull=False).order_by("-id").values_list("pk", flat=True)[:1000])
    if seen:
        live.publish(performance, messages.comment_hidden(seen))


def _tell_tally(performance: Performance) -> None:
    """Those who see the counts of the open poll see at once what they are without, or again with, these guests."""
    poll = Poll.objects.open().filter(performance=performance).select_related("performance", "step").first()
    for_voters = poll is not None and poll.results == Poll.Results.VOTED
    if poll is None or not (poll.shows_counts or for_voters):
        return
    result = count_poll(poll)
    event = messages.tally_updated(poll.pk, result.counts, result.voters)
    live.publish(performance, event, voters=() if for_voters else None)
    # What the ballot writer told last is not what all have seen any more.
    transaction.on_commit(lambda: _forget(performance.code, poll.pk))


def _forget(code: str, poll: int) -> None:
    try:
        live.client().delete(told(code, poll))
    except redis.RedisError:
        pass  # it lost more than this


def counted_when_frozen(poll: int) -> QuerySet[Ballot]:
    """The ballots that a closed poll's tally was made of: those of guests who were not banned at that moment.

    A ban that came later, or one that was lifted later, changes the present and not what decided the show.
    """
    ballots = Ballot.objects.filter(poll=poll)
    frozen = ballots.filter(poll__tally__isnull=False)
    banned = Ban.objects.filter(
        Q(lifted_at=None) | Q(lifted_at__gt=frozen.values("poll__tally__frozen_at")[:1]),
        guest__ballots__poll=poll,
        at__lte=frozen.values("poll__tally__frozen_at")[:1],
    )
    return frozen.exclude(guest__in=banned.values("guest"))
