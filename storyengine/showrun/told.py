"""What a performance's record says: the history that came in with a story file, for its page and its script.

The record is what another house wrote, so nothing of it is taken for granted: what is not of the shape that the schema
of story files gives is passed over.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.utils.dateparse import parse_datetime
from django.utils.translation import override

from storyengine.plot.models import PathStep, Performance
from storyengine.script.screenplay import Offer, Played
from storyengine.showrun.played import decided_in_words

Told = Mapping[str, Any]
MOST_ENTRIES = 500  # of a log on one page


@dataclass(frozen=True, slots=True)
class Approval:
    """Who let a scene out, and who wrote it; `writer` is "" where it was written by hand."""

    by: str
    writer: str
    at: datetime | None
    reviews: tuple[tuple[str, str, str], ...]  # verdict, by, note


@dataclass(frozen=True, slots=True)
class ToldStep:
    """One scene of the path with what was decided in it; `decided_by` is a sentence or ""."""

    step: PathStep
    question: str
    offers: tuple[Offer, ...]
    voters: int | None
    decided_by: str
    approval: Approval | None


@dataclass(frozen=True, slots=True)
class Entry:
    """One line of the log."""

    at: datetime | None
    event: str
    by: str


@dataclass(frozen=True, slots=True)
class History:
    """A performance that was played elsewhere, as it is told."""

    guests: int | None
    steps: tuple[ToldStep, ...]
    log: tuple[Entry, ...]


def history_of(performance: Performance) -> History:
    """The record beside the path's rows, in the language that is active now; one query."""
    record = performance.record if isinstance(performance.record, dict) else {}
    polls = {_number(poll, "step"): poll for poll in _objects(record, "polls")}
    releases = {_text(release, "scene"): release for release in _objects(record, "releases")}
    steps = performance.steps.select_related("scene", "choice").order_by("position")
    return History(
        _number(record, "guests"),
        tuple(_step(step, polls.get(step.position), releases.get(step.scene.key)) for step in steps),
        tuple(_entries(record)),
    )


def played_as_told(performance: Performance) -> dict[int, Played]:
    """What a script tells of each step, by its position, in the story's language."""
    with override(performance.story.language):
        return {told.step.position: _played(told) for told in history_of(performance).steps}


def _played(told: ToldStep) -> Played:
    return Played(
        entered_at=told.step.entered_at,
        question=told.question,
        offers=told.offers,
        decided_by=told.decided_by,
        approved_by=told.approval.by if told.approval else "",
        written_by=told.approval.writer.rsplit("/", 1)[-1] if told.approval else "",
    )


def _step(step: PathStep, poll: Told | None, release: Told | None) -> ToldStep:
    poll = poll or {}
    tally = poll["tally"] if isinstance(poll.get("tally"), dict) else {}
    return ToldStep(
        step,
        _text(poll, "question"),
        tuple(_offers(poll, tally)),
        _number(tally, "voters"),
        decided_in_words(_text(tally, "decided_by")),
        _approval(release) if release else None,
    )


def _offers(poll: Told, tally: Told) -> Iterator[Offer]:
    winner = tally.get("winner")
    for offer in _objects(poll, "offers"):
        yield Offer(_text(offer, "label"), _number(offer, "votes"), bool(winner) and offer.get("choice") == winner)


def _approval(release: Told) -> Approval:
    reviews = ((_text(one, "verdict"), _text(one, "by"), _text(one, "note")) for one in _objects(release, "reviews"))
    at = _moment(release, "approved_at") or _moment(release, "released_at")
    return Approval(_text(release, "approved_by"), _text(release, "writer"), at, tuple(reviews))


def _entries(record: Told) -> Iterator[Entry]:
    for entry in _objects(record, "log")[:MOST_ENTRIES]:
        yield Entry(_moment(entry, "at"), _text(entry, "event"), _text(entry, "by"))


def _objects(data: Told, name: str) -> list[Told]:
    found = data.get(name)
    return [item for item in found if isinstance(item, dict)] if isinstance(found, list) else []


def _text(data: Told, name: str) -> str:
    found = data.get(name)
    return found if isinstance(found, str) else ""


def _number(data: Told, name: str) -> int | None:
    found = data.get(name)
    return found if isinstance(found, int) and not isinstance(found, bool) else None


def _moment(data: Told, name: str) -> datetime | None:
    try:
        found = parse_datetime(_text(data, name))
    except ValueError:
        return None
    return found if found and found.tzinfo else None
