"""What stands here twice, and what earlier scenes said already."""

from collections.abc import Iterator, Mapping
from typing import TypeVar

from django.utils.translation import gettext as _

from storyengine.editorial.checks.finding import Finding
from storyengine.editorial.checks.ground import Ground
from storyengine.editorial.checks.words import spans, tokens
from storyengine.plot.branch import Branch

# A run of this many words in common is chance in neither: idioms end at five.
WITHIN, BEFORE = 5, 7
WITHIN_ZH, BEFORE_ZH = 8, 10
Run = tuple[str, ...]
Placed = list[tuple[str, int, int]]
T = TypeVar("T")


def check_repetition(branch: Branch, ground: Ground) -> Iterator[Finding]:
    """At most one finding a beat: the longest run that stood before, in this scene or in an earlier one."""
    within, before = (WITHIN_ZH, BEFORE_ZH) if ground.chinese else (WITHIN, BEFORE)
    earlier = _runs_of_earlier(ground, before)
    here: dict[Run, str] = {}
    for index, beat in enumerate(branch.scenes[0].beats):
        placed = spans(beat.text)
        before_this = _longest(placed, earlier, before)
        if before_this:
            start, end, (line, heading) = before_this
            why = _("an earlier scene says this already")
            yield Finding("repetition", "beat", index, start, end, beat.text[start:end], why, 2, line, heading)
        elif again := _longest(placed, here, within):
            start, end, _line = again
            yield Finding(
                "repetition", "beat", index, start, end, beat.text[start:end], _("this scene says it twice"), 1
            )
        for at in range(len(placed) - within + 1):
            here.setdefault(tuple(word for word, _start, _end in placed[at : at + within]), beat.text)


def _longest(placed: Placed, known: Mapping[Run, T], size: int) -> tuple[int, int, T] | None:
    """(start, end, what `known` says of it) of the longest run of words that is known already."""
    runs = [tuple(word for word, _start, _end in placed[at : at + size]) for at in range(len(placed) - size + 1)]
    best: tuple[int, int, T] | None = None
    at = 0
    while at < len(runs):
        first = at
        while at < len(runs) and runs[at] in known:
            at += 1
        if at > first:
            start, end = placed[first][1], placed[at + size - 2][2]
            if best is None or end - start > best[1] - best[0]:
                best = (start, end, known[runs[first]])
        at += 1
    return best


def _runs_of_earlier(ground: Ground, size: int) -> dict[Run, tuple[str, str]]:
    """Every run of the path so far with the beat that it stands in and that beat's scene."""
    runs: dict[Run, tuple[str, str]] = {}
    for scene in ground.earlier:
        for beat in scene.beats:
            words = tokens(beat.text)
            for at in range(len(words) - size + 1):
                runs.setdefault(tuple(words[at : at + size]), (beat.text, scene.heading))
    return runs
