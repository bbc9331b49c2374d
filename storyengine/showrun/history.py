"""What was decided in a story's performances, gathered from the rooms that know it, as plain data for a story file."""

from collections import Counter
from collections.abc import Iterable
from datetime import datetime
from typing import Any

from audience.models import Guest, Poll, Tally
from storyengine.editorial.models import Release
from storyengine.plot.formats.load import Place, choice_places
from storyengine.plot.models import Performance, Story
from storyengine.showrun.models import LogEntry


def records_of(story: Story) -> dict[int, dict[str, Any]]:
    """Performance id -> polls, releases and log of each performance that was played here; nine queries for all."""
    performances = Performance.objects.filter(story=story, record__isnull=True).exclude(state=Performance.State.DRAFT)
    found: dict[int, dict[str, Any]] = {pk: {"guests": 0} for pk in performances.values_list("pk", flat=True)}
    guests = Counter(Guest.objects.filter(performance__in=found).values_list("performance_id", flat=True))
    for pk, record in found.items():
        record |= {"guests": guests[pk], "polls": [], "releases": [], "log": []}
    places = choice_places(story) if found else {}
    for poll in _polls(found):
        found[poll.performance_id]["polls"].append(_poll(poll, places))
    for release in _releases(found):
        found[release.revision.performance_id]["releases"].append(_release(release, places))
    for entry in LogEntry.objects.filter(performance__in=found).select_related("by").order_by("id"):
        told = {"event": entry.event, "by": str(entry.by) if entry.by else None, "detail": entry.detail}
        found[entry.performance_id]["log"].append(told | {"at": _moment(entry.created_at)})
    return found


def _polls(performances: Iterable[int]) -> Iterable[Poll]:
    polls = Poll.objects.filter(performance__in=performances).select_related("step", "tally")
    return polls.prefetch_related("offers").order_by("id")


def _poll(poll: Poll, places: dict[int, Place]) -> dict[str, Any]:
    tally: Tally | None = getattr(poll, "tally", None)
    return {
        "step": poll.step.position,
        "question": poll.question,
        "kind": poll.kind,
        "state": poll.state,
        "opened_at": _moment(poll.opened_at),
        "closes_at": _moment(poll.closes_at),
        "closed_at": _moment(poll.closed_at),
        "offers": [
            {
                "choice": places[offer.choice_id],
                "label": offer.label,
                "votes": tally.counts.get(str(offer.choice_id)) if tally else None,
            }
            for offer in poll.offers.all()
        ],
        "tally": _tally(tally, places) if tally else None,
    }


def _tally(tally: Tally, places: dict[int, Place]) -> dict[str, Any]:
    return {
        "winner": places[tally.winner_id] if tally.winner_id else None,  # a tie that nobody has decided yet
        "voters": tally.voters,
        "decided_by": tally.decided_by,
        "rounds": tally.rounds,
        "rule": tally.rule,
        "seed": tally.seed,
        "frozen_at": _moment(tally.frozen_at),
    }


def _releases(performances: Iterable[int]) -> Iterable[Release]:
    releases = Release.objects.filter(revision__performance__in=performances).order_by("id")
    related = releases.select_related("revision__draft", "scene", "approved_by")
    return related.prefetch_related("revision__reviews__by")


def _release(release: Release, places: dict[int, Place]) -> dict[str, Any]:
    reviews = list(release.revision.reviews.all())
    approvals = [review for review in reviews if review.verdict == "approved"]
    draft = release.revision.draft
    return {
        "choice": places[release.choice_id],
        "scene": release.scene.key,
        "approved_by": str(release.approved_by),
        "approved_at": _moment(approvals[-1].created_at) if approvals else None,
        "released_at": _moment(release.created_at),
        "version": release.revision.version,
        "writer": draft.model if draft else None,
        "reviews": [
            {
                "verdict": review.verdict,
                "by": str(review.by),
                "note": review.note,
                "version": review.version,
                "at": _moment(review.created_at),
            }
            for review in reviews
        ],
    }


def _moment(value: datetime | None) -> str | None:
    return value.isoformat() if value else None
