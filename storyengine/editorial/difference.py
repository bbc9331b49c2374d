"""Two texts side by side, word by word; and two editors' texts of one origin made one. Pure."""

import re
from collections.abc import Hashable, Sequence
from dataclasses import dataclass, replace
from difflib import SequenceMatcher
from itertools import zip_longest
from typing import Any, Literal, TypeVar

from storyengine.plot.branch import Branch

Op = Literal["same", "added", "removed"]
TOKEN = re.compile(r"\s+|[\u3400-\u9fff]|[^\W\u3400-\u9fff]+|[^\w\s]")
T = TypeVar("T", bound=Hashable)


@dataclass(frozen=True, slots=True)
class Line:
    """One beat, choice or other part in both texts; `words` joined without the removed is the new one."""

    name: str  # heading, a beat's kind, choice, summary
    character: str
    op: Literal["same", "changed", "added", "removed"]
    words: tuple[tuple[Op, str], ...]


@dataclass(frozen=True, slots=True)
class Merged:
    """`clashes` quotes what the other editor had where both changed the same place; there `mine` stands."""

    branch: Branch
    clashes: tuple[str, ...]


def difference(old: Branch, new: Branch) -> list[Line]:
    """Every part of both first scenes in the new one's order, with what was removed where it stood."""
    before, after = _parts(old), _parts(new)
    lines: list[Line] = []
    for op, a, b, c, d in SequenceMatcher(None, before, after, autojunk=False).get_opcodes():
        if op == "equal":
            lines += [Line(name, who, "same", (("same", text),)) for name, who, text in after[c:d]]
            continue
        for left, right in zip_longest(before[a:b], after[c:d]):
            lines += _line(left, right)
    return lines


def words_between(old: str, new: str) -> tuple[tuple[Op, str], ...]:
    """Runs of words that stayed, came and went; Chinese by characters."""
    before, after = TOKEN.findall(old), TOKEN.findall(new)
    runs: list[tuple[Op, str]] = []
    for op, a, b, c, d in SequenceMatcher(None, before, after, autojunk=False).get_opcodes():
        if op == "equal":
            runs.append(("same", "".join(after[c:d])))
            continue
        runs += [("removed", "".join(before[a:b]))] if b > a else []
        runs += [("added", "".join(after[c:d]))] if d > c else []
    return tuple(runs)


def merge(base: Branch, theirs: Branch, mine: Branch) -> Merged:
    """Both editors' changes where they touch different places; mine, and theirs quoted, where they touch the same."""
    origin, other, own = base.scenes[0], theirs.scenes[0], mine.scenes[0]
    beats, clashes = merge_lists(origin.beats, other.beats, own.beats)
    choices, more = merge_lists(origin.choices, other.choices, own.choices)
    quoted = ["\n".join(f"{beat.character} {beat.text}".strip() for beat in clash) for clash in clashes]
    quoted += ["\n".join(clash) for clash in more]
    plain: dict[str, str] = {}
    for name in ("heading", "summary"):
        was, they, me = getattr(origin, name), getattr(other, name), getattr(own, name)
        plain[name] = they if me == was else me
        if they not in (was, me) and me != was:
            quoted.append(they)
    scene = replace(own, beats=tuple(beats), choices=tuple(choices), **plain)
    return Merged(Branch((scene, *mine.scenes[1:])), tuple(clash for clash in quoted if clash))


def merge_lists(base: Sequence[T], theirs: Sequence[T], mine: Sequence[T]) -> tuple[list[T], list[Sequence[T]]]:
    """A three-way merge of lists: (the merged one, what `theirs` had at each place that both changed differently)."""
    left, right = _matches(base, theirs), _matches(base, mine)
    merged: list[T] = []
    clashes: list[Sequence[T]] = []
    at = (0, 0, 0)
    for anchor in [*sorted(left.keys() & right.keys()), None]:
        end = (len(base), len(theirs), len(mine)) if anchor is None else (anchor, left[anchor], right[anchor])
        was, they, me = base[at[0] : end[0]], theirs[at[1] : end[1]], mine[at[2] : end[2]]
        merged += they if list(me) == list(was) else me
        if list(me) != list(was) and list(they) not in (list(was), list(me)):
            clashes.append(they)
        if anchor is not None:
            merged.append(base[anchor])
            at = (end[0] + 1, end[1] + 1, end[2] + 1)
    return merged, clashes


def _matches(base: Sequence[T], other: Sequence[T]) -> dict[int, int]:
    """Where each element of the base that is still there stands in the other list."""
    blocks = SequenceMatcher(None, base, other, autojunk=False).get_matching_blocks()
    return {block.a + n: block.b + n for block in blocks for n in range(block.size)}


def _parts(branch: Branch) -> list[tuple[str, str, str]]:
    scene = branch.scenes[0]
    beats: list[tuple[str, str, str]] = [(beat.kind, beat.character, beat.text) for beat in scene.beats]
    choices = [("choice", "", label) for label in scene.choices]
    return [("heading", "", scene.heading), *beats, *choices, ("summary", "", scene.summary)]


def _line(left: tuple[str, str, str] | None, right: tuple[str, str, str] | None) -> list[Line]:
    if left is None or right is None:
        name, who, text = left or right or ("", "", "")
        op: Any = "removed" if right is None else "added"
        return [Line(name, who, op, ((op, text),))] if text else []
    if left[0] in ("heading", "choice", "summary") and left[0] != right[0]:
        return [*_line(left, None), *_line(None, right)]
    name, who, text = right
    return [Line(name, who, "changed", words_between(left[2], text))]
