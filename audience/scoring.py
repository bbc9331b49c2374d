"""What a comment feels, and where it stands on each choice: scored in the worker, unknown where nobody can tell."""

import re
from collections.abc import Callable, Sequence
from functools import cache
from typing import Any

from django.db import transaction
from django.db.models.functions import Now

from audience.models import Comment
from audience.stance import stances

# Texts to scores from -1 to 1, None where it cannot tell. The worker may be given one for languages that VADER lacks.
Classifier = Callable[[Sequence[str]], Sequence[float | None]]

LATIN = re.compile("[a-zA-Z\u00c0-\u024f]")
OTHER = re.compile("[\u0370-\u1fff\u2c00-\ud7ff\uf900-\ufaff\uff66-\uffdc]")


def score_waiting(classify: Classifier | None = None, *, most: int = 1000) -> int:
    """Score comments that have not been; returns how many. Safe to run twice and in parallel."""
    with transaction.atomic():
        waiting = list(
            Comment.objects.select_for_update(skip_locked=True, of=("self",))
            .select_related("performance__story")
            .filter(scored_at=None)[:most]
        )
        _score(waiting, classify)
        if waiting:
            Comment.objects.bulk_update(waiting, ["sentiment", "stances"])
            Comment.objects.filter(pk__in=[comment.pk for comment in waiting]).update(scored_at=Now())
    return len(waiting)


def _score(comments: Sequence[Comment], classify: Classifier | None) -> None:
    offered = _offered({comment.step_id for comment in comments})
    foreign = []
    for comment in comments:
        comment.sentiment = sentiment(comment.text, language=comment.performance.story.language)
        sides = stances(comment.text, offered.get(comment.step_id, {}))
        comment.stances = {str(choice): side.value for choice, side in sides.items()}
        if comment.sentiment is None:
            foreign.append(comment)
    if classify and foreign:
        scores = classify([comment.text for comment in foreign])
        for comment, score in zip(foreign, scores, strict=True):
            comment.sentiment = score


def _offered(steps: set[int]) -> dict[int, dict[int, str]]:
    """Step -> {choice id: label}, as the scene offers them now."""
    from storyengine.plot.models import Choice

    found: dict[int, dict[int, str]] = {}
    rows = Choice.objects.filter(scene__steps__in=steps).values_list("scene__steps__pk", "pk", "label")
    for step, choice, label in rows:
        if step in steps:
            found.setdefault(step, {})[choice] = label
    return found


def sentiment(text: str, *, language: str) -> float | None:
    """VADER's compound score, -1 to 1; None for a text in a language that it does not know.

    A show in English may still be spoken to in another one: there VADER's 0.0 would mean "no word of it", not
    "neutral".
    """
    if not language.startswith("en") or not is_latin(text):
        return None
    return float(_vader().polarity_scores(text)["compound"])


def is_latin(text: str) -> bool:
    """Whether most of a text's letters are Latin ones; a text without letters (":-)", "!!!") is."""
    return len(LATIN.findall(text)) >= len(OTHER.findall(text))


@cache
def _vader() -> Any:
    from vaderSentiment.vaderSentiment import SentimentIntensityAnalyzer

    return SentimentIntensityAnalyzer()
