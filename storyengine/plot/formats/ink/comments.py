"""Ink's comments: one on lines of its own, among the first words of a knot, is a note there; any other is reported.

Below a choice a note would be one more line of what follows the choice, and the graph would be another one.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from storyengine.plot.formats.ink.names import single

RULE = re.compile(r"[-=*_#/~]{4,}")  # a line that is drawn
COMMENT = re.compile(r"/\*.*?\*/|//[^\n]*", re.DOTALL)


@dataclass(slots=True)
class Comments:
    """`alone`: line -> what the comment says that stands there alone; `beside`: those behind words on the same line."""

    bare: str = ""
    alone: dict[int, str] = field(default_factory=dict)
    beside: list[tuple[int, str]] = field(default_factory=list)


def take_out(text: str) -> Comments:
    """The text without its comments, its lines where they were."""
    found, parts, at, line = Comments(), list[str](), 0, 1
    for match in COMMENT.finditer(text):
        parts += [text[at : match.start()], "\n" * match[0].count("\n")]
        line += text.count("\n", at, match.start())
        before = text[text.rfind("\n", 0, match.start()) + 1 : match.start()]
        after = text[match.end() : (text.find("\n", match.end()) + 1 or len(text) + 1) - 1]
        words = single(RULE.sub(" ", match[0].removeprefix("//").removeprefix("/*").removesuffix("*/")))
        if re.search(r"\w", words) and not words.startswith("INCLUDE "):  # else a line that parts, or one of ours
            if before.strip() or after.strip():
                found.beside.append((line, words))
            else:
                found.alone[line] = words
        line += match[0].count("\n")
        at = match.end()
    found.bare = "".join([*parts, text[at:]])
    return found


def noted(line: int, words: str, comments: Comments) -> Iterator[str]:
    """What a line notes and does not say: a comment, or what its author has still to do."""
    if line in comments.alone:
        yield comments.alone[line]
    if words.lstrip().startswith("TODO:"):
        yield words.strip()
