"""Ink's lines as items: text, choices, gathers, statements; each with the conditions of the blocks around it."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Literal

from storyengine.plot.formats.ink.names import NAMED, PATH
from storyengine.plot.formats.report import Report

POINT = re.compile(r"^\s*((?:[*+]\s*)+|(?:-(?!>)\s*)+)")
LABEL = re.compile(rf"^\(\s*({NAMED})\s*\)\s*")
GATHERED = re.compile(rf"^(?:-(?!>)\s*)+(?:\(\s*{NAMED}\s*\)\s*)?(?=\{{)")
BRANCH = re.compile(r"^\s*-(?!>)\s*([^\n]*?):(?!:)\s*(.*)$")
SEQUENCE = re.compile(r"^(?:(?:shuffle )?(?:stopping|once|cycle)|(?:(?:stopping|once) )?shuffle|[&!~$]*)$")
GUARDS = re.compile(r"(?:\{(?:[^{}|:]|\|\|)*\}\s*)+")
AWAY, CALLS = re.compile(rf"->\s*{PATH}"), re.compile(rf"->\s*{PATH}\s*(?:\([^()]*\))?\s*->")
MAX_DEPTH = 60


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
    switch: int = 0  # the number of the innermost block, 0 outside of all
    is_comment: bool = False

    @property
    def leaves(self) -> bool:
        """Whether it is one divert and nothing else."""
        return self.kind == "text" and not self.conditions and AWAY.fullmatch(self.text) is not None

    def calls_in_turn(self, other: "Item") -> bool:
        """Whether both are a tunnel and nothing else, in two branches of one block: one of them is gone through."""
        both_call = all(item.kind == "text" and CALLS.fullmatch(item.text) for item in (self, other))
        return both_call and self.switch == other.switch != 0 and self.blocks != other.blocks


@dataclass(slots=True)
class Block:
    """A block in braces that is open: what it switches on, its number, the number of the branch that is read now."""

    head: str
    number: int
    inside: int
    now: str = ""  # the condition of that branch
    dashed: int = 0  # how many dashes without a condition have been seen
    turns: int = 0  # how many dashes of any kind
    taken: list[str] = field(default_factory=list)  # the conditions of the branches so far

    @property
    def is_sequence(self) -> bool:
        return bool(self.head) and SEQUENCE.match(self.head) is not None

    def branch(self, condition: str) -> None:
        if condition == "else":
            none = self._any() or self.head
            self.now = f"not ({none})" if none else "else"
            return
        if self.head and not re.search(r"[<>=!&|]|\b(?:not|and|or)\b", condition):
            condition = f"({self.head}) == ({condition})"
        self.now = condition
        self.taken.append(condition)

    def plain_branch(self) -> None:
        """`{ x: - yes - no }`: the first dash is the condition itself, the next its opposite."""
        if self.is_sequence:
            self.now = f"ink: {self.head} {self.turns}/#{self.number}"
            return
        before = self._any() if len(self.taken) > 1 else self.now
        opposite = bool(before) and (self.dashed == 1 or (not self.head and not self.dashed))
        self.now = f"not ({before})" if opposite else before
        self.dashed += 1 if self.head or not opposite else 2

    def _any(self) -> str:
        return " or ".join(f"({when})" for when in self.taken) if len(self.taken) > 1 else "".join(self.taken)


class Items:
    """Lines in order; remembers which blocks in braces are open and under which condition."""

    def __init__(self, report: Report) -> None:
        self._report = report
        self._blocks = list[Block]()
        self._count = 0
        self.lengths: dict[int, int] = {}  # of every block that is closed: how many branches it has
        self._unsaid: Item | None = None  # a choice of which only the conditions have been read

    @property
    def in_block(self) -> bool:
        return bool(self._blocks)

    def end_part(self, line: int) -> None:
        self._unsaid = None
        if self._blocks:
            self._report.warn(line, "ink.open_block")
        while self._blocks:
            self._close()

    def take(self, words: str, line: int) -> Iterator[Item]:
        words = self._dashes(words) if self._blocks else words
        if (gather := GATHERED.match(words)) and words.count("{") > words.count("}"):
            yield from self._items(gather[0], line)  # a block may begin right behind it
            words = words[gather.end() :]
        opened = self._opens(words)
        if opened is not None:
            words = self._dashes(opened)
        at = self._closes(words)
        inner = words if at < 0 else words[:at].rstrip()
        if inner:
            yield from self._items(inner, line)
        if at >= 0:
            self._close()
            if rest := words[at + 1 :].strip():
                yield from self.take(rest, line)

    def _close(self) -> None:
        block = self._blocks.pop()
        self.lengths[block.number] = block.turns

    def _dashes(self, words: str) -> str:
        """A dash in a block begins its next branch: `- x > 2:`, `- else:`, or one that has no condition of its own."""
        if not re.match(r"^-(?!>)", words):
            return words
        block = self._blocks[-1]
        block.inside = self._next()
        block.turns += 1
        branch = None if block.is_sequence or re.match(r"-\s*\{", words) else BRANCH.match(words)
        if branch:
            block.branch(branch[1].strip())
            return branch[2].strip()
        block.plain_branch()
        return re.sub(r"^-\s*", "", words)

    def _next(self) -> int:
        self._count += 1
        return self._count

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
        number = self._next()
        block = Block(" ".join(head.split()), number, number)
        block.now = f"ink: {block.head}" if block.is_sequence else block.head
        self._blocks.append(block)
        return rest.strip()

    def _closes(self, words: str) -> int:
        """Where the brace stands that closes the block around the line; -1 if none does."""
        depth = 0
        for match in re.finditer(r"\\.|[{}]", words) if self._blocks else ():
            depth += (match[0] == "{") - (match[0] == "}")
            if depth < 0:
                return match.start()
        return -1

    def _items(self, words: str, line: int) -> Iterator[Item]:
        if self._says_more(words):
            return
        conditions, blocks = [block.now for block in self._blocks if block.now], tuple(b.inside for b in self._blocks)
        switch = self._blocks[-1].number if self._blocks else 0
        while point := POINT.match(words):
            bullets = re.sub(r"\s", "", point[1])
            words = words[point.end() :]
            item = Item("gather" if bullets[0] == "-" else "choice", line, "", len(bullets), "+" in bullets)
            item.blocks, item.switch = blocks, switch
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
            yield Item("logic", line, words[1:].strip(), conditions=conditions, blocks=blocks, switch=switch)
        elif words:
            yield Item("text", line, words, conditions=conditions, blocks=blocks, switch=switch)

    def _says_more(self, words: str) -> bool:
        """Conditions of a choice may stand on lines of their own: what follows them is still what the choice says."""
        choice, self._unsaid = self._unsaid, None
        if choice is None or POINT.match(words) or words.startswith("~"):
            return False
        choice.text = f"{choice.text} {words}"
        self._unsaid = choice if GUARDS.fullmatch(words) else None
        return True
