"""Ink's lines as items: text, choices, gathers, statements; each with the conditions of the blocks around it."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Literal

from storyengine.plot.formats.ink.comments import noted, take_out
from storyengine.plot.formats.ink.names import NOTE, tag
from storyengine.plot.formats.ink.sequences import fold
from storyengine.plot.formats.intake import Sheet
from storyengine.plot.formats.report import Report

INCLUDE = re.compile(r"^[ \t]*INCLUDE[ \t]+(\S.*?)[ \t]*$", re.MULTILINE)
KNOT = re.compile(r"^\s*==+\s*(function\s+)?([A-Za-z_]\w*)\s*(\([^)]*\))?\s*=*\s*$")
STITCH = re.compile(r"^\s*=\s*([A-Za-z_]\w*)\s*(\([^)]*\))?\s*$")
POINT = re.compile(r"^\s*((?:[*+]\s*)+|(?:-(?!>)\s*)+)")
LABEL = re.compile(r"^\(\s*([A-Za-z_]\w*)\s*\)\s*")
BRANCH = re.compile(r"^\s*-(?!>)\s*([^\n]*?):(?!:)\s*(.*)$")
SEQUENCE = re.compile(r"^(?:stopping|shuffle|once|cycle|shuffle once|shuffle stopping|[&!~$]*)$")
LISTED = re.compile(r"^[ \t]*LIST\b[^\n]*[=,][ \t]*(?:\n(?:[^\n]*,)?[ \t]*)*\n[^\n]*", re.MULTILINE)
CONTINUED = re.compile(r"^(?:[^\n]*(?<!\\)\\\n)+[^\n]*", re.MULTILINE)  # lines that end in a backslash
GUARDS = re.compile(r"(?:\{(?:[^{}|:]|\|\|)*\}\s*)+")
AWAY = re.compile(r"->\s*[A-Za-z_][\w.]*")
MAX_DEPTH = 60
MAX_INCLUDES = 500


@dataclass(slots=True)
class Item:
    """`level` counts the bullets of a choice or gather; `conditions` are Ink's own words, outermost first.

    `blocks` are the branches of blocks in braces around it, each with a number of its own.
    """

    kind: Literal["text", "choice", "gather", "logic"]
    line: int
    text: str
    level: int = 0
    sticky: bool = False
    label: str = ""
    conditions: list[str] = field(default_factory=list)
    blocks: tuple[int, ...] = ()
    is_comment: bool = False

    @property
    def leaves(self) -> bool:
        """Whether it is one divert and nothing else."""
        return self.kind == "text" and not self.conditions and AWAY.fullmatch(self.text) is not None


@dataclass(slots=True)
class Part:
    """A knot or stitch with its items; the part before the first knot has no name."""

    name: str
    line: int
    items: list[Item] = field(default_factory=list)
    is_function: bool = False
    parameters: frozenset[str] = frozenset()
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
    reader = _Items(report)
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
            given = re.findall(r"(\w+)\s*(?:,|\))", (head[3] if head else stitch[2]) or "")  # type: ignore[index]
            parts.append(Part(name, line, is_function=bool(head and head[1]), parameters=frozenset(given)))
        elif words.strip() and not words.lstrip().startswith("TODO:"):
            items = list(reader.take(words.strip(" \t"), line))
            parts[-1].items += items
            parts[-1].offers |= any(item.kind in ("choice", "gather") for item in items)
    reader.end_part(bare.count("\n") + 1)
    for part in parts:
        if all(item.is_comment for item in part.items):  # a comment alone makes no scene
            comments.beside += [(item.line, item.text.partition(": ")[2]) for item in part.items]
            part.items.clear()
    for line, told in sorted(comments.beside):
        report.warn(line, "comment.left", words=told[:80])
    return parts


def _on_one_line(lines: re.Match[str]) -> str:
    return re.sub(r"\\\n[ \t]*", " ", lines[0]) + "\n" * lines[0].count("\n")


class _Items:
    """Lines in order; remembers which blocks in braces are open and under which condition."""

    def __init__(self, report: Report) -> None:
        self._report = report
        self._blocks: list[tuple[str, str]] = []  # (what the block switches on, the branch's condition now)
        self._dashed: list[int] = []  # of each block: how many dashes without a condition have been seen
        self._taken: list[list[str]] = []  # of each block: the conditions of its branches so far
        self._inside: list[int] = []  # of each block: the number of the branch that is open
        self._branches = 0
        self._unsaid: Item | None = None  # a choice of which only the conditions have been read

    @property
    def in_block(self) -> bool:
        return bool(self._blocks)

    def end_part(self, line: int) -> None:
        self._unsaid = None
        if self._blocks:
            self._report.warn(line, "ink.open_block")
            self._blocks.clear()
            self._dashed.clear()
            self._taken.clear()
            self._inside.clear()

    def take(self, words: str, line: int) -> Iterator[Item]:
        words = self._dashes(words) if self._blocks else words
        opened = self._opens(words)
        if opened is not None:
            words = self._dashes(opened)
        at = self._closes(words)
        inner = words if at < 0 else words[:at].rstrip()
        if inner:
            yield from self._items(inner, line)
        if at >= 0:
            self._blocks.pop()
            self._dashed.pop()
            self._taken.pop()
            self._inside.pop()
            if rest := words[at + 1 :].strip():
                yield from self.take(rest, line)

    def _dashes(self, words: str) -> str:
        """A dash in a block begins its next branch: `- x > 2:`, `- else:`, or one that has no condition of its own."""
        if not re.match(r"^-(?!>)", words):
            return words
        self._inside[-1] = self._branches = self._branches + 1
        head, _ = self._blocks[-1]
        branch = None if (head and SEQUENCE.match(head)) or re.match(r"-\s*\{", words) else BRANCH.match(words)
        if branch:
            self._branch(branch[1].strip())
            return branch[2].strip()
        self._plain_branch()
        return re.sub(r"^-\s*", "", words)

    def _plain_branch(self) -> None:
        """`{ x: - yes - no }`: the first dash is the condition itself, the next its opposite."""
        head, before = self._blocks[-1]
        if SEQUENCE.match(head) and head:
            return
        opposite = bool(before) and (self._dashed[-1] == 1 or (not head and not self._dashed[-1]))
        self._blocks[-1] = (head, f"not ({before})" if opposite else before)
        self._dashed[-1] += 1 if head or not opposite else 2

    def _opens(self, words: str) -> str | None:
        """The rest of a line that begins a block of several lines: `{ x > 2:` or `{` alone."""
        if not words.startswith("{") or words.count("{") <= words.count("}"):
            return None
        if len(self._blocks) >= MAX_DEPTH:
            return None
        inner = words[1:].strip()
        head, colon, rest = inner.partition(":")
        if inner and not colon:
            return None  # text that happens to begin so
        head = " ".join(head.split())
        self._blocks.append((head, f"ink: {head}" if head and SEQUENCE.match(head) else head))
        self._dashed.append(0)
        self._taken.append([])
        self._branches += 1
        self._inside.append(self._branches)
        return rest.strip()

    def _closes(self, words: str) -> int:
        """Where the brace stands that closes the block around the line; -1 if none does."""
        depth = 0
        for match in re.finditer(r"\\.|[{}]", words) if self._blocks else ():
            depth += (match[0] == "{") - (match[0] == "}")
            if depth < 0:
                return match.start()
        return -1

    def _branch(self, condition: str) -> None:
        head, taken = self._blocks[-1][0], self._taken[-1]
        if condition == "else":
            none = " or ".join(f"({when})" for when in taken) if len(taken) > 1 else "".join(taken) or head
            now = f"not ({none})" if none else "else"
        elif head and not re.search(r"[<>=!&|]|\b(?:not|and|or)\b", condition):
            now = f"({head}) == ({condition})"
        else:
            now = condition
        if condition != "else":
            taken.append(now)
        self._blocks[-1] = (head, now)

    def _items(self, words: str, line: int) -> Iterator[Item]:
        if self._says_more(words):
            return
        conditions, blocks = [now for _, now in self._blocks if now], tuple(self._inside)
        while point := POINT.match(words):
            bullets = re.sub(r"\s", "", point[1])
            words = words[point.end() :]
            item = Item("gather" if bullets[0] == "-" else "choice", line, "", len(bullets), "+" in bullets)
            item.blocks = blocks
            label = LABEL.match(words)
            if label:
                item.label, words = label[1], words[label.end() :]
            item.conditions = list(conditions)
            if item.kind == "choice":
                item.text = words
                self._unsaid = item if GUARDS.fullmatch(words) else None
                yield item
                return
            yield item
        if words.startswith("~"):
            yield Item("logic", line, words[1:].strip(), conditions=conditions, blocks=blocks)
        elif words:
            yield Item("text", line, words, conditions=conditions, blocks=blocks)

    def _says_more(self, words: str) -> bool:
        """Conditions of a choice may stand on lines of their own: what follows them is still what the choice says."""
        choice, self._unsaid = self._unsaid, None
        if choice is None or POINT.match(words) or words.startswith("~"):
            return False
        choice.text = f"{choice.text} {words}"
        self._unsaid = choice if GUARDS.fullmatch(words) else None
        return True
