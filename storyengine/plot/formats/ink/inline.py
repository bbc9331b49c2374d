"""Diverts inside a line: those that the line itself follows, and those that stand in its logic in braces.

Logic that only leads somewhere becomes ways on; logic that also says or computes something stays in the words as it was
written. An arrow that is a value (`TURNS_SINCE(-> here)`, `{-> a == -> b: …}`) leads nowhere.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Literal

from storyengine.plot.formats.ink.items import SEQUENCE
from storyengine.plot.formats.ink.letters import ESCAPED, lifted
from storyengine.plot.formats.ink.names import PATH, single
from storyengine.plot.formats.markup import unstyled
from storyengine.plot.formats.prose import styled
from storyengine.plot.formats.twine.letters import settle

DIVERT = re.compile(rf"(?<!\\)(->->|->|<-)\s*({PATH})?\s*(\((?:[^()]|\([^()]*\))*\))?")
SIGNS = {"&": "cycle", "!": "once", "~": "shuffle", "$": "stopping"}
IN_BRACKETS = re.compile(r"\([^()]*\)")


@dataclass(frozen=True, slots=True)
class Way:
    """`condition` is Ink's own words, or marked where only Ink can tell; `given` what is handed on in brackets."""

    kind: Literal["go", "embed", "call", "return"]
    name: str = ""
    given: str = ""
    condition: str = ""
    is_inside: bool = False
    group: int = -1  # where the braces begin in which it stands


def ways_of(words: str) -> tuple[str, list[Way]]:
    """(the words that are shown, the ways on in order)."""
    shown, ways, at = "", list[Way](), 0
    for start, end in [*_groups(words), (len(words), len(words))]:
        plain = words[at:start]
        shown += DIVERT.sub("", plain)
        ways += _ways(plain, "", is_inside=False)
        group, at = words[start:end], end
        inside = [replace(way, group=start) for way in _inside(group)]
        ways += inside
        if not inside or _says(group):
            shown += group
    return shown, ways


def leaves(ways: list[Way]) -> bool:
    """Whether the story goes away for certain at the end of such a line."""
    return bool(ways) and ways[-1].kind not in ("embed", "call") and not ways[-1].is_inside


def _groups(words: str) -> Iterator[tuple[int, int]]:
    """Where the outermost braces of a line stand; one that is not closed is none."""
    depth, start = 0, 0
    for match in re.finditer(r"\\.|[{}]", words):
        if match[0] == "{":
            start = match.start() if depth == 0 else start
            depth += 1
        elif match[0] == "}" and depth:
            depth -= 1
            if depth == 0:
                yield start, match.end()


def _inside(group: str) -> Iterator[Way]:
    if "->" not in group and "<-" not in group:
        return
    head, alternatives = _split(group)
    is_sequence = not head or SEQUENCE.match(head) is not None
    kind = SIGNS.get(alternatives[0].lstrip()[:1], "stopping")
    for number, words in enumerate(alternatives):
        if not head and "{" not in words:
            condition = f"ink: {kind} {number + 1}/{len(alternatives)}"
        elif is_sequence or "{" in words or number > 1 or "->" in head:
            condition = f"ink: {head or 'one of several'}"
        else:
            condition = f"not ({head})" if number else head
        yield from _ways(words, condition, is_inside=True)


def _says(group: str) -> bool:
    return bool(re.sub(r"[{}|&!~$\s]", "", "".join(DIVERT.sub("", part) for part in _split(group)[1])))


def _split(group: str) -> tuple[str, list[str]]:
    """`{head: a|b}` in its parts; without a colon the head is empty. Brackets and inner braces are not looked into."""
    inner, depth, cuts, colon = group[1:-1], 0, [-1], -1
    for at, sign in enumerate(inner):
        depth += (sign in "{(") - (sign in "})")
        if depth:
            continue
        if sign == ":" and colon < 0 and len(cuts) == 1:
            colon = at
            cuts = [at]
        elif sign == "|" and "||" not in (inner[at : at + 2], inner[at - 1 : at + 1]):
            cuts.append(at)
    parts = [inner[start + 1 : end] for start, end in zip(cuts, [*cuts[1:], len(inner)], strict=True)]
    return inner[: max(colon, 0)].strip(), parts


def _ways(words: str, condition: str, *, is_inside: bool) -> Iterator[Way]:
    values = [match.span() for match in IN_BRACKETS.finditer(words)]
    found = [m for m in DIVERT.finditer(words) if not any(a < m.start() < b for a, b in values)]
    if is_inside and "==" in words:
        return
    for number, match in enumerate(found):
        following = found[number + 1] if number + 1 < len(found) else None
        arrow, name, given = match[1], match[2], match[3] or ""
        back = following is not None and following[1] != "<-" and match.end() >= following.start() - 1
        if arrow == "->->":
            yield Way("return", condition=condition, is_inside=is_inside)
        if name is not None and arrow != "->->":
            yield Way("embed" if arrow == "<-" else "call" if back else "go", name, given, condition, is_inside)


def spoken(words: str) -> tuple[str, str]:
    """(what the choice says, what is said once it is taken): `Hello [back!] right`."""
    match = re.match(r"^((?:\\.|[^\[\\])*)\[((?:\\.|\{[^{}]*\}|[^\]\\])*)\](.*)$", words)
    if match is None:
        return words, words
    return match[1] + match[2], match[1] + match[3] if match[1].strip() else match[3]


def plain(words: str) -> str:
    """The words of a choice as its reader sees them: without emphasis, glue and escapes, on one line."""
    return single(settle(styled(unstyled(ESCAPED.sub(lifted, words).replace("<>", "")))[0]))
