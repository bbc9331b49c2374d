"""Whose turn it is in a sequence of Ink: the first time a place is come to its first branch, and so on.

A scene is come to once for each turn, so its visits tell the turn. Of what is drawn by lot each is offered.
"""

import re
from collections.abc import Iterable, Sequence

from storyengine.plot.expressions import Unclear, quote, tidy

TURN = re.compile(r"ink: (\S.*) (\d+)/(\d+)")
LAST = re.compile(r'visits\("[^"]*"\) >= (\d+)|\(visits\("[^"]*"\) - 1\) % (\d+) == \d+')


def turn_of(when: str, scene: str) -> str | None:
    """The condition of a branch, empty where it is drawn by lot; None for any other condition."""
    found = TURN.fullmatch(when)
    return _spelled(found, f"visits({quote(scene)})") if found else None


def is_drawn(conditions: Iterable[str]) -> bool:
    """Whether one of them is that of a branch that is drawn by lot."""
    return any(_is_drawn(found[1]) for found in map(TURN.fullmatch, conditions) if found)


def told(when: str) -> str:
    """The condition as it stands beside the words that it is for: of a sequence only its kind."""
    found = TURN.fullmatch(when)
    return found[1] if found else when.removeprefix("ink: ")


def _spelled(turn: re.Match[str], visits: str) -> str:
    """Empty for a branch that is always taken, and for one that is drawn."""
    kind, number, length = turn[1], int(turn[2]), int(turn[3])
    if _is_drawn(kind) or (length < 2 and kind != "once"):
        return ""
    if kind == "cycle":
        return f"({visits} - 1) % {length} == {number - 1}"
    return f"{visits} {'>=' if kind == 'stopping' and number == length else '=='} {number}"


def covers(asked: Sequence[str]) -> bool:
    """Whether one of these conditions holds for certain: an else, every turn, or one that asks nothing."""
    if not all(asked):
        return True
    before = " or ".join(f"({condition})" for condition in asked[:-1])
    turns = LAST.fullmatch(asked[-1])
    return asked[-1] == (_tidied(f"not ({before})") if before else "") or (
        turns is not None and len(asked) == int(turns[1] or turns[2]) and all("visits(" in when for when in asked)
    )


def _tidied(source: str) -> str:
    try:
        return tidy(source)
    except Unclear:
        return ""


def _is_drawn(kind: str) -> bool:
    return kind not in ("stopping", "once", "cycle")
