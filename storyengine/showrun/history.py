"""What was decided in a story's performances, gathered from the rooms that know it, as plain data for a story file.

Rows have no numbers in it: a choice is called by its scene's key and its place there, a poll by its place in the list.
"""

from collections import Counter
from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from audience.models import Guest, Poll, Tally
from storyengine.editorial.models import Release, Revision
from storyengine.plot.formats.load import Place, choice_places
from storyengine.plot.models import Performance, Story
from storyengine.showrun.models import LogEntry


def records_of(story: Story) -> dict[int, dict[str, Any]]:
    """Performance id -> polls, releases and log of each performance that was played here; ten queries for all."""
    performances = Performance.objects.filter(story=story, record__isnull=True).exclude(state=Performance.State.DRAFT)
    found: dict[int, dict[str, Any]] = {pk: {"guests": 0} for pk in performances.values_list("pk", flat=True)}
    guests = Counter(Guest.objects.filter(performance__in=found).values_list("performance_id", flat=True))
    for pk, record in found.items():
        record |= {"guests": guests[pk], "polls": [], "releases": [], "log": []}
    places = choice_places(story) if found else {}
    polls: dict[int, int] = {}
    for poll in _polls(story, found):
        told = found[poll.performance_id]["polls"]
        told.append(_poll(poll, places))
        polls[poll.pk] = len(told)
    for release in _releases(story, found):
        found[release.revision.performance_id]["releases"].append(_release(release, places))
    revisions = dict(Revision.objects.filter(performance__in=found).values_list("pk", "choice_id"))
    for entry in LogEntry.objects.filter(performance__in=found).select_related("by").order_by("id"):
        detail = _detail(entry.detail, polls, revisions, places)
        told = {"event": entry.event, "by": str(entry.by) if entry.by else None, "detail": detail}
        found[entry.performance_id]["log"].append(told | {"at": _moment(entry.created_at)})
    return found


def _polls(story: Story, performances: Iterable[int]) -> Iterable[Poll]:
    polls = Poll.objects.filter(performance__in=performances, step__scene__story=story).select_related("step", "tally")
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
        "winner": places[tally.winner_id] if tally.winner_id else None,  # a tie that waits, or the show ended first
        "voters": tally.voters,
        "decided_by": tally.decided_by,
        "rounds": [
            {
                "counts": _counts(one["counts"], places),
                "exhausted": one["exhausted"],
                "out": [places.get(choice) for choice in one["out"]],
                "by": one["by"],
            }
            for one in tally.rounds
        ],
        "rule": tally.rule,
        "seed": tally.seed,
        "frozen_at": _moment(tally.frozen_at),
    }


def _releases(story: Story, performances: Iterable[int]) -> Iterable[Release]:
    releases = Release.objects.filter(revision__performance__in=performances, choice__scene__story=story).order_by("id")
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


def _counts(counts: Mapping[str, int], places: dict[int, Place]) -> list[dict[str, Any]]:
    return [{"choice": places.get(int(choice)), "votes": votes} for choice, votes in counts.items()]


def _detail(
    detail: Mapping[str, Any], polls: dict[int, int], revisions: dict[int, int], places: dict[int, Place]
) -> dict[str, Any]:
    """A log entry's own words, with every row called as the file calls it; what has no name there is left out."""
    found = {name: value for name, value in detail.items() if name not in ("revision", "strike")}
    if "poll" in found:
        found["poll"] = polls.get(found["poll"])
    if "revision" in detail:
        found["choice"] = places.get(revisions.get(detail["revision"], 0))
    if "recounts" in found:
        found["recounts"] = [
            {
                "poll": polls.get(one["poll"]),
                "counts": _counts(one["counts"], places),
                "winner": places.get(one["winner"]),
            }
            for one in found["recounts"]
        ]
    return found


def _moment(value: datetime | None) -> str | None:
    return value.isoformat() if value else None
