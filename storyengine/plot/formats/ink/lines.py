"""Ink's files as one text, and that text as its knots and stitches with their items (see items.py)."""

import re
from dataclasses import dataclass, field

from storyengine.plot.formats.ink.comments import noted, take_out
from storyengine.plot.formats.ink.items import Item, Items
from storyengine.plot.formats.ink.names import NAMED, NOTE, tag
from storyengine.plot.formats.ink.sequences import fold
from storyengine.plot.formats.intake import Sheet
from storyengine.plot.formats.report import Report

INCLUDE = re.compile(r"^[ \t]*INCLUDE[ \t]+(\S.*?)[ \t]*$", re.MULTILINE)
KNOT = re.compile(rf"^\s*==+\s*(function\s+)?({NAMED})\s*(\([^)]*\))?\s*=*\s*$")
STITCH = re.compile(rf"^\s*=\s*({NAMED})\s*(\([^)]*\))?\s*$")
LISTED = re.compile(r"^[ \t]*LIST\b[^\n]*[=,][ \t]*(?:\n(?:[^\n]*,)?[ \t]*)*\n[^\n]*", re.MULTILINE)
CONTINUED = re.compile(r"^(?:[^\n]*(?<!\\)\\\n)+[^\n]*", re.MULTILINE)  # lines that end in a backslash
TURN = re.compile(r"ink: (.*) (\d+)/#(\d+)")  # a branch of a sequence whose length is not known yet
MAX_INCLUDES = 500


@dataclass(slots=True)
class Part:
    """A knot or stitch with its items; the part before the first knot has no name."""

    name: str
    line: int
    items: list[Item] = field(default_factory=list)
    is_function: bool = False
    parameters: tuple[str, ...] = ()
    refs: frozenset[str] = frozenset()  # the parameters that stand for a variable of the caller's
    offers: bool = False  # whether a choice or a gather has come

    def takes_notes(self) -> bool:
        """Whether it still says its first words: no choice has come yet, and nothing leads away."""
        last = self.items[-1] if self.items else None
        return bool(self.name) and not (self.is_function or self.offers or (last and "->" in last.text))


def merge(sheets: list[Sheet], report: Report) -> str:
    """One text: the file that no other includes first, each INCLUDE replaced by the file that it names."""
    by_name = {sheet.name.rsplit("/", 1)[-1]: sheet for sheet in sheets} | {sheet.name: sheet for sheet in sheets}
    included = {name.rsplit("/", 1)[-1] for sheet in sheets for name in INCLUDE.findall(sheet.text)}
    roots = [sheet for sheet in sheets if sheet.name.rsplit("/", 1)[-1] not in included] or sheets[:1]
    seen: set[str] = set()

    knots: list[str] = []

    def expand(sheet: Sheet) -> str:
        seen.add(sheet.name)
        return INCLUDE.sub(lambda match: follow(match[1]), sheet.text)

    def apart(text: str) -> str:
        """What an included file says before its first knot stays in its place; Ink puts its knots at the end."""
        first = re.search(r"^\s*==+", text, re.MULTILINE)
        if first is None:
            return text
        knots.append(text[first.start() :])
        return text[: first.start()]

    def follow(name: str) -> str:
        sheet = by_name.get(name) or by_name.get(name.rsplit("/", 1)[-1])
        if sheet is None:
            report.warn(0, "ink.include", name=name)
            return f"// INCLUDE {name}"
        return "" if sheet.name in seen or len(seen) > MAX_INCLUDES else apart(expand(sheet))

    whole = [expand(sheet) for sheet in roots if sheet.name not in seen]
    return "\n".join([*whole, *knots])


def parts_of(text: str, report: Report) -> list[Part]:
    """The knots and stitches in order, the text before them first."""
    comments = take_out(text)
    bare = LISTED.sub(lambda match: " ".join(match[0].split()) + "\n" * match[0].count("\n"), comments.bare)
    bare, _ = fold(CONTINUED.sub(_on_one_line, bare))
    parts, knot = [Part("", 1)], ""
    reader = Items(report)
    for line, words in enumerate(bare.split("\n"), 1):
        for told in noted(line, words, comments):
            if reader.in_block or not parts[-1].takes_notes():
                comments.beside.append((line, told))
            else:
                parts[-1].items.append(Item("text", line, tag(NOTE, told), is_comment=True))
        head, stitch = KNOT.match(words), STITCH.match(words)
        if head or (stitch and not reader.in_block):
            reader.end_part(line)
            if head:
                knot = head[2]
            name = knot if head else f"{knot}.{stitch[1]}".lstrip(".")  # type: ignore[index]
            wants = (head[3] if head else stitch[2]) or ""  # type: ignore[index]
            given, refs = re.findall(r"(\w+)\s*(?:,|\))", wants), re.findall(r"\bref\s+(\w+)", wants)
            is_function = bool(head and head[1])
            parts.append(Part(name, line, is_function=is_function, parameters=tuple(given), refs=frozenset(refs)))
        elif words.strip() and not words.lstrip().startswith("TODO:"):
            items = list(reader.take(words.strip(" \t"), line))
            parts[-1].items += items
            parts[-1].offers |= any(item.kind in ("choice", "gather") for item in items)
    reader.end_part(bare.count("\n") + 1)
    for part in parts:
        for item in part.items:
            item.conditions = [TURN.sub(lambda turn: _turn(turn, reader.lengths), when) for when in item.conditions]
        if all(item.is_comment for item in part.items):  # a comment alone makes no scene
            comments.beside += [(item.line, item.text.partition(": ")[2]) for item in part.items]
            part.items.clear()
    for line, told in sorted(comments.beside):
        report.warn(line, "comment.left", words=told[:80])
    return parts


def _turn(turn: re.Match[str], lengths: dict[int, int]) -> str:
    return f"ink: {turn[1]} {turn[2]}/{lengths[int(turn[3])]}"


def _on_one_line(lines: re.Match[str]) -> str:
    return re.sub(r"\\\n[ \t]*", " ", lines[0]) + "\n" * lines[0].count("\n")
