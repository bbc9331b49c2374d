"""What the house talks about: a scene's comments gathered into themes, with how many people stand behind each.

One person is one voice, however often they write. The rows are made by the worker and stored, so that a page never
computes them; each theme carries its comments' ids, its polarity and stances and its newest moment, for the brief.
"""

import time
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import Count, Max, Q
from django.db.models.functions import Now
from django.utils import timezone

from audience.models import Comment, Theme, ThemeRun
from storyengine.plot.models import PathStep, Performance
from storyengine.plot.path import current_step

MOST_COMMENTS = 20_000
MOST_THEMES = 12
FEWEST_PEOPLE = 2
PAUSE_S = 5.0  # between two gatherings of one scene; longer where one takes long


@dataclass(frozen=True, slots=True)
class Said:
    """One comment as a theme sees it. `stances` are by choice id; None and what is left out is unknown."""

    comment: int
    guest: int
    text: str
    key: str
    sentiment: float | None
    stances: dict[str, float]
    at: datetime


def gather_waiting() -> int:
    """Gather every live scene about which something new was said; returns how many. Safe to run twice at once."""
    steps = [current_step(performance) for performance in Performance.objects.live()]
    return sum(gather(step) for step in steps if step and _is_due(step))


def _is_due(step: PathStep) -> bool:
    run = ThemeRun.objects.filter(step=step).first()
    if run is None:
        return Comment.objects.counted().filter(step=step).exists()
    pause = timedelta(seconds=max(PAUSE_S, 4 * run.seconds))
    return timezone.now() - run.made_at >= pause and run.mark != _mark(step)


def _mark(step: PathStep) -> str:
    """Changes when a comment comes, is scored, hidden or struck out."""
    rows = Comment.objects.counted().filter(step=step)
    found = rows.aggregate(n=Count("pk"), last=Max("pk"), scored=Count("pk", filter=Q(scored_at__isnull=False)))
    return f"{found['n']}:{found['last']}:{found['scored']}"


def gather(step: PathStep) -> bool:
    """Read the scene's newest comments and replace its themes; False if another worker is at it."""
    ThemeRun.objects.get_or_create(step=step)
    with transaction.atomic():
        run = ThemeRun.objects.select_for_update(skip_locked=True).filter(step=step).first()
        if run is None:
            return False
        began, mark = time.monotonic(), _mark(step)
        said = _said(step)
        themes = themes_of(said)
        run.themes.all().delete()
        for position, theme in enumerate(themes, start=1):
            theme.run, theme.position = run, position
        Theme.objects.bulk_create(themes)
        run.comments, run.people = len(said), len({one.guest for one in said})
        run.mark, run.seconds, run.made_at = mark, round(time.monotonic() - began, 3), Now()
        run.save()
    return True


def _said(step: PathStep) -> list[Said]:
    rows = Comment.objects.counted().filter(step=step).order_by("-id")[:MOST_COMMENTS]
    fields = ("pk", "guest_id", "text", "key", "sentiment", "stances", "created_at")
    return [
        Said(pk, guest, text, key or str(pk), sentiment, stances or {}, at)
        for pk, guest, text, key, sentiment, stances, at in rows.values_list(*fields)
    ]


def themes_of(said: Sequence[Said]) -> list[Theme]:
    """Unsaved themes, those with most people first; none with fewer than two people behind it."""
    from audience.clusters import group  # scikit-learn: a second to import, and nothing for a web process

    clusters = group([one.text for one in said], [one.key for one in said])
    themes = []
    for cluster in clusters:
        members = [said[position] for position in cluster.members]
        if len({one.guest for one in members}) >= FEWEST_PEOPLE:
            themes.append(_theme(members, cluster.words, said[cluster.example].text))
    themes.sort(key=lambda theme: (-theme.people, -theme.newest_at.timestamp(), theme.label))
    return themes[:MOST_THEMES]


def _theme(members: Sequence[Said], words: Iterable[str], example: str) -> Theme:
    return Theme(
        label=" · ".join(words)[:120],
        example=example,
        people=len({one.guest for one in members}),
        comment_ids=sorted(one.comment for one in members),
        polarity=_voices((one.guest, one.sentiment) for one in members)[0],
        stances=_stances(members),
        newest_at=max(one.at for one in members),
    )


def _stances(members: Sequence[Said]) -> dict[str, dict[str, float | int]]:
    choices = sorted({choice for one in members for choice in one.stances}, key=int)
    found: dict[str, dict[str, float | int]] = {}
    for choice in choices:
        mean, people = _voices((one.guest, one.stances.get(choice)) for one in members)
        assert mean is not None, "somebody took a side, or the choice would not be here"
        found[choice] = {"stance": mean, "people": people}
    return found


def _voices(values: Iterable[tuple[int, float | None]]) -> tuple[float | None, int]:
    """The mean over people of each one's own mean, and how many have one; (None, 0) where nobody's is known."""
    known: dict[int, list[float]] = defaultdict(list)
    for guest, value in values:
        if value is not None:
            known[guest].append(value)
    if not known:
        return None, 0
    return round(sum(sum(own) / len(own) for own in known.values()) / len(known), 3), len(known)
