"""From a sentence of influence back to the people behind it: each comment of a wish, or for or against a character."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal

from django.core.paginator import Page, Paginator

from audience.models import Comment
from storyengine.generation.brief import context_of, evidence_of
from storyengine.generation.evidence import Evidence
from storyengine.generation.models import Brief
from storyengine.generation.prompt import Wish
from storyengine.generation.wishes import Voice

Kind = Literal["wish", "unwanted", "loved", "hated", "lone"]

MOST_SHOWN = 40  # comments of one influence on the brief's own page; all of them have pages
PER_PAGE = 50


@dataclass(frozen=True, slots=True)
class Behind:
    """One influence of a brief by its kind and number, with the ids of its comments.

    `voices` has, by comment, what each guest's counted comment adds to a wish's weight; empty where that was not kept.
    """

    kind: Kind
    number: int  # among those of its kind, from 0
    name: str  # the wish's words, or the character
    people: int
    ids: tuple[int, ...]
    wish: Wish | None = None
    voices: Mapping[int, Voice] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Quoted:
    """A comment with its voice. Without a comment: it was hidden since, and is not quoted."""

    comment: Comment | None
    voice: Voice | None


def all_behind(brief: Brief) -> list[Behind]:
    """Every influence of the brief that comes from comments, as its row has it: no query."""
    context, evidence = context_of(brief), evidence_of(brief)
    told: tuple[tuple[Kind, Sequence[Wish], Sequence[Sequence[Voice]]], ...] = (
        ("wish", context.wishes, evidence.voices if evidence else ()),
        ("unwanted", context.unwanted, evidence.unwanted if evidence else ()),
    )
    found = [
        Behind(kind, number, wish.text, wish.guests, wish.comments, wish, _by_comment(kept[number : number + 1]))
        for kind, wishes, kept in told
        for number, wish in enumerate(wishes)
    ]
    felt: tuple[tuple[Kind, Sequence[tuple[str, int]], Sequence[tuple[int, ...]]], ...] = (
        ("loved", context.loved, evidence.loved if evidence else ()),
        ("hated", context.hated, evidence.hated if evidence else ()),
    )
    for kind, people, ids in felt:
        for number, (name, guests) in enumerate(people):
            found.append(Behind(kind, number, name, guests, ids[number] if number < len(ids) else ()))
    return [*found, *lone_behind(evidence)]


def lone_behind(evidence: Evidence | None) -> list[Behind]:
    """What was asked for by one person each, if anything was: no influence, but whoever asks may read it."""
    ids = evidence.lone if evidence else ()
    return [Behind("lone", 0, "", len(ids), ids)] if ids else []


def quote(behind: Iterable[Behind]) -> dict[int, Comment]:
    """The comments behind all of these in one query, by id; those that were hidden since are left out."""
    wanted = {pk for one in behind for pk in one.ids}
    return {comment.pk: comment for comment in Comment.objects.counted().filter(pk__in=wanted)}


def page_of(behind: Behind, number: str | None) -> tuple[Page[int], list[Quoted]]:
    """One page of its comments, the heaviest voices first: one query."""
    ids = sorted(behind.ids, key=lambda pk: (-behind.voices[pk].weight if pk in behind.voices else 0.0, pk))
    page: Page[int] = Paginator(ids, PER_PAGE).get_page(number)
    rows = {comment.pk: comment for comment in Comment.objects.counted().filter(pk__in=list(page))}
    return page, [Quoted(rows.get(pk), behind.voices.get(pk)) for pk in page]


def _by_comment(kept: Iterable[Iterable[Voice]]) -> dict[int, Voice]:
    return {voice.comment: voice for voices in kept for voice in voices}
