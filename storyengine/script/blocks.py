"""The blocks that pages are built of: a heading, a paragraph, a speech, two speeches side by side.

Each knows its lines, what must stay beside it, and how it divides where a page ends.
"""

from bisect import bisect_right
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING

from storyengine.plot.branch import Styles
from storyengine.script.markup import cut
from storyengine.script.wrapping import sentence_ends

if TYPE_CHECKING:
    from storyengine.script.setter import Setter

MOST_IN_A_ROW = 200  # characters, the invisible among them
LEAST = 2  # lines of a paragraph on either side of a page's end
LEFT, RIGHT = 15, 10  # the margins, in characters: 1.5 and 1 inch


@dataclass(frozen=True, slots=True)
class Line:
    """One line of text at a place; `kind` says how it is drawn."""

    left: int
    text: str
    styles: Styles = ()
    kind: str = "action"


Row = tuple[Line, ...]


@dataclass(slots=True)
class Block:
    """Rows that belong together, with `above` free rows over them unless they open a page."""

    rows: list[Row]
    above: int = 1
    keeps_next: bool = False
    keeps_previous: bool = False
    starts_page: bool = False
    scene: int | None = None

    def divide(self, room: int, *, force: bool) -> "tuple[Block, Block] | None":
        """Two blocks of which the first fits into `room` rows, or None. `force`: wherever a line ends."""
        if not force or room < 1 or room >= len(self.rows):
            return None
        rest = Block(self.rows[room:], self.above, self.keeps_next)
        return Block(self.rows[:room], self.above, scene=self.scene), rest


@dataclass(slots=True)
class Paragraph(Block):
    """Action and what is set like it."""

    text: str = ""
    styles: Styles = ()
    setter: "Setter | None" = None
    kind: str = "action"

    def divide(self, room: int, *, force: bool) -> tuple[Block, Block] | None:
        ends = _within(sentence_ends(self.text), room)
        # A longer beginning never takes fewer rows.
        fitting = bisect_right(ends, room, key=lambda end: len(self._part(0, end).rows))
        for end in reversed(ends[:fitting]):
            head = self._part(0, end)
            if len(head.rows) < LEAST:
                break
            tail = self._part(_after(self.text, end), len(self.text))
            if len(tail.rows) >= LEAST:
                head.scene, tail.keeps_next = self.scene, self.keeps_next
                return head, tail
        return Block.divide(self, room, force=force)

    def _part(self, start: int, end: int) -> "Paragraph":
        assert self.setter is not None
        return self.setter.paragraph(self.kind, self.text[start:end].rstrip(), cut(self.styles, start, end))


def _within(ends: list[int], room: int) -> list[int]:
    """Those ends that so many rows may hold: a text of a book's length is not set whole for each of them."""
    return ends[: bisect_right(ends, room * MOST_IN_A_ROW)]


def _after(text: str, end: int) -> int:
    """Where the next sentence begins."""
    while end < len(text) and text[end].isspace():
        end += 1
    return end


Part = tuple[str, str, Styles]  # kind, text, styles


@dataclass(slots=True)
class Spoken(Block):
    """A speech: the cue and its parts."""

    cue: str = ""
    parts: tuple[Part, ...] = ()
    setter: "Setter | None" = None
    styles: Styles = ()  # of the cue

    def divide(self, room: int, *, force: bool) -> tuple[Block, Block] | None:
        assert self.setter is not None
        places = self._places(room, force=force)
        begin = partial(self.setter.spoken, self.cue, styles=self.styles, more=True)
        # A longer beginning never takes fewer rows; to set each of a monologue's thousand would take minutes.
        fitting = bisect_right(places, room, key=lambda place: len(begin(self._head(*place)).rows))
        for place in reversed(places[:fitting]):
            first = begin(self._head(*place))
            if len(first.rows) - 2 < (1 if force else LEAST):
                return None
            second = self.setter.spoken(self.setter.continued(self.cue), self._tail(*place), styles=self.styles)
            if len(second.rows) - 1 >= (1 if force else LEAST):
                first.scene = self.scene
                return first, second
        return None

    def _places(self, room: int, *, force: bool) -> list[tuple[int, int]]:
        """Every place to divide at, as a part and how far into it: before a part, and at the end of each sentence."""
        assert self.setter is not None
        places, before = [], 0
        for number, (kind, text, _) in enumerate(self.parts):
            if number and self.parts[number - 1][0] != "parenthetical":
                places.append((number, 0))
            ends = sentence_ends(text) if kind != "parenthetical" else []
            if force:
                ends = self.setter.line_ends(kind, text)
            places += [(number, end) for end in _within(ends, room)]
            before += len(text)
            if before > room * MOST_IN_A_ROW:
                break
        return places

    def _head(self, number: int, end: int) -> tuple[Part, ...]:
        kind, text, styles = self.parts[number]
        own = ((kind, text[:end].rstrip(), cut(styles, 0, end)),) if end else ()
        return (*self.parts[:number], *own)

    def _tail(self, number: int, end: int) -> tuple[Part, ...]:
        kind, text, styles = self.parts[number]
        start = _after(text, end) if end else 0
        return ((kind, text[start:], cut(styles, start, len(text))), *self.parts[number + 1 :])


@dataclass(slots=True)
class Dual(Block):
    """Two speeches side by side; they part only where one of them is longer than a page."""

    columns: tuple[list[Line], ...] = ()
    cues: tuple[Line, ...] = ()
    setter: "Setter | None" = None

    def divide(self, room: int, *, force: bool) -> tuple[Block, Block] | None:
        if not force or room < 4 or room >= len(self.rows) or self.setter is None:
            return None
        heads, tails, cues = [], [], []
        for column, cue in zip(self.columns, self.cues, strict=True):
            more = Line(cue.left, self.setter.more, (), "more")
            goes_on = len(column) > room
            heads.append([*column[: room - 1], more] if goes_on else column)
            again = Line(cue.left, self.setter.continued(cue.text), cue.styles, "cue")
            tails.append([again, *column[room - 1 :]] if goes_on else [])
            cues.append(again)
        first = self.setter.side_by_side(heads, self.cues)
        first.scene = self.scene
        return first, self.setter.side_by_side(tails, tuple(cues))
