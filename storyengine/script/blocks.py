"""The blocks that pages are built of: a heading, a paragraph, a speech, two speeches side by side.

Each knows its lines, what must stay beside it, and how it divides where a page ends.
"""

import re
from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial

from storyengine.plot.branch import BranchBeat, Styles, capitals
from storyengine.script.markup import cut
from storyengine.script.screenplay import ScriptScene, Speech, bracketed, section_of
from storyengine.script.wrapping import NARROW, Widths, sentence_ends, wrap

CONTINUED = re.compile(r"CONT(INUED|['’]?D)|续|續", re.IGNORECASE)
SCOTS = re.compile(r"\bMa?c(?=[A-Z]{2})")
LEAST = 2  # lines of a paragraph on either side of a page's end
LEFT, RIGHT = 15, 10  # the margins, in characters: 1.5 and 1 inch
DIALOGUE, DIALOGUE_WIDTH = 25, 35
ASIDE, ASIDE_WIDTH = 30, 25
CUE = 37
NUMBER_END, NUMBER_RIGHT = 13, 4  # scene numbers: where the left one ends, how far the right one is from the edge
GUTTER = 4  # between two voices
DUAL_CUE, DUAL_ASIDE = 8, 3


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
        assert self.setter is not None
        for end in reversed(sentence_ends(self.text)):
            start = end + len(self.text[end:]) - len(self.text[end:].lstrip())
            head = self.setter.paragraph(self.kind, self.text[:end].rstrip(), cut(self.styles, 0, end))
            if not LEAST <= len(head.rows) <= room:
                continue
            tail = self.setter.paragraph(self.kind, self.text[start:], cut(self.styles, start, len(self.text)))
            if len(tail.rows) >= LEAST:
                head.scene, tail.keeps_next = self.scene, self.keeps_next
                return head, tail
        return Block.divide(self, room, force=force)


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
        cuts = self._cuts(force=force)
        begin = partial(self.setter.spoken, self.cue, styles=self.styles, more=True)
        # A longer beginning never takes fewer rows; to set each of a monologue's thousand would take minutes.
        fitting = bisect_right(cuts, room, key=lambda parts: len(begin(parts[0]).rows))
        for head, tail in reversed(cuts[:fitting]):
            first = begin(head)
            if len(first.rows) - 2 < (1 if force else LEAST):
                return None
            second = self.setter.spoken(self.setter.continued(self.cue), tail, styles=self.styles)
            if len(second.rows) - 1 >= (1 if force else LEAST):
                first.scene = self.scene
                return first, second
        return None

    def _cuts(self, *, force: bool) -> list[tuple[tuple[Part, ...], tuple[Part, ...]]]:
        """Every way to divide: before what is not the last part's own, and at the end of each sentence."""
        assert self.setter is not None
        cuts = []
        for number, (kind, text, styles) in enumerate(self.parts):
            if number and self.parts[number - 1][0] != "parenthetical":
                cuts.append((self.parts[:number], self.parts[number:]))
            ends = sentence_ends(text) if kind != "parenthetical" else []
            if force:
                ends = self.setter.line_ends(kind, text)
            for end in ends:
                start = end + len(text[end:]) - len(text[end:].lstrip())
                first = (kind, text[:end].rstrip(), cut(styles, 0, end))
                second = (kind, text[start:], cut(styles, start, len(text)))
                cuts.append(((*self.parts[:number], first), (second, *self.parts[number + 1 :])))
        return cuts


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


class Setter:
    """Sets beats as blocks, in one width of page and one width of characters."""

    def __init__(self, widths: Widths, page: int, *, is_cjk: bool) -> None:
        self.widths = widths
        self._page = page
        self._is_cjk = is_cjk
        self._column = page - (LEFT + RIGHT) * NARROW
        self.more = "（转下页）" if is_cjk else "(MORE)"

    def continued(self, cue: str) -> str:
        """The cue on the page after; one that says so already is not told twice."""
        if CONTINUED.search(cue):
            return cue
        return f"{cue}（续）" if self._is_cjk else f"{cue} (CONT'D)"

    def heading(self, scene: ScriptScene) -> Block:
        """A slugline in capitals, its number in both margins."""
        overhang = max(0, self.widths.text(scene.number) - (RIGHT - NUMBER_RIGHT - 1) * NARROW)
        lines = wrap(capitals(scene.heading), scene.heading_styles, self._column - overhang, self.widths)
        rows: list[Row] = [(Line(LEFT * NARROW, text, styles, "heading"),) for text, styles in lines]
        if scene.number:
            width = self.widths.text(scene.number)
            left = Line(max(NARROW, NUMBER_END * NARROW - width), scene.number, (), "number")
            right = Line(self._page - NUMBER_RIGHT * NARROW - width, scene.number, (), "number")
            rows[0] = (left, *rows[0], right)
        return Block(rows, above=2, keeps_next=True)

    def element(self, beat: BranchBeat) -> Block:
        """Any beat that nobody speaks."""
        match beat.kind:
            case "page_break":
                return Block([], starts_page=True)
            case "transition":
                return self._aligned(beat, capitals(beat.text), 1)
            case "centred":
                return self._aligned(beat, beat.text, 2)
            case "note" | "synopsis":
                text, styles = f"[{beat.text}]", tuple((s + 1, e + 1, n) for s, e, n in beat.styles)
                return self.paragraph("note", text, styles)
            case "section":
                block = self.paragraph("section", section_of(beat.text)[1] or " ", ())
                block.keeps_next = True
                return block
            case "shot":
                block = self.paragraph("shot", capitals(beat.text), beat.styles)
                block.keeps_next = True
                return block
        return self.paragraph(beat.kind, beat.text, beat.styles)

    def paragraph(self, kind: str, text: str, styles: Styles) -> Paragraph:
        """Full-width text that may divide at the end of a sentence. A song stands where dialogue does."""
        left, width = (
            (DIALOGUE * NARROW, DIALOGUE_WIDTH * NARROW)
            if kind == "lyric"
            else (
                LEFT * NARROW,
                self._column,
            )
        )
        rows: list[Row] = [(Line(left, line, runs, kind),) for line, runs in wrap(text, styles, width, self.widths)]
        return Paragraph(rows, text=text, styles=styles, setter=self, kind=kind)

    def _aligned(self, beat: BranchBeat, text: str, share: int) -> Block:
        """Lines at the right margin (`share` 1) or in the middle (2)."""
        rows: list[Row] = []
        for line, styles in wrap(text, beat.styles, self._column, self.widths):
            free = self._column - self.widths.text(line)
            rows.append((Line(LEFT * NARROW + max(0, free // share), line, styles, beat.kind),))
        return Block(rows, keeps_previous=beat.kind == "transition")

    def speech(self, speech: Speech) -> Spoken:
        return self.spoken(speech.cue, self.parts(speech), styles=speech.styles)

    def parts(self, speech: Speech) -> tuple[Part, ...]:
        """What is said, each parenthetical in its brackets; an empty line of dialogue only holds a song's cue."""
        found: list[Part] = []
        for beat in speech.lines:
            if beat.kind == "parenthetical":
                found.append((beat.kind, *bracketed(beat.text, beat.styles, wide=self._is_cjk)))
            elif beat.text:
                found.append((beat.kind, beat.text, beat.styles))
        return tuple(found)

    def spoken(self, cue: str, parts: Sequence[Part], *, styles: Styles = (), more: bool = False) -> Spoken:
        width = self._page - (CUE + RIGHT) * NARROW
        rows: list[Row] = [
            (Line(CUE * NARROW, text, runs, "cue"),)
            for text, runs in wrap(cue_capitals(cue), styles, width, self.widths)
        ]
        rows += [(line,) for part in parts for line in self._lines(part, DIALOGUE, ASIDE)]
        if more:
            rows.append((Line(CUE * NARROW, self.more, (), "more"),))
        return Spoken(rows, cue=cue, parts=tuple(parts), setter=self, styles=styles)

    def _lines(self, part: Part, dialogue: int, aside: int, width: int = 0, aside_width: int = 0) -> list[Line]:
        kind, text, styles = part
        left = aside if kind == "parenthetical" else dialogue
        room = (aside_width or ASIDE_WIDTH) if kind == "parenthetical" else (width or DIALOGUE_WIDTH)
        lines = wrap(text, styles, room * NARROW, self.widths)
        # The second line of a parenthetical stands under the first one's words, not under its bracket.
        hang = [0] + [NARROW if kind == "parenthetical" else 0] * (len(lines) - 1)
        return [Line(left * NARROW + by, line, runs, kind) for (line, runs), by in zip(lines, hang, strict=True)]

    def line_ends(self, kind: str, text: str) -> list[int]:
        """Where the lines of a part end in its text, for speeches that nothing else divides."""
        ends, at = [], 0
        room = (ASIDE_WIDTH if kind == "parenthetical" else DIALOGUE_WIDTH) * NARROW
        for line, _ in wrap(text, (), room, self.widths)[:-1]:
            at = text.index(line, at) + len(line)
            ends.append(at)
        return [end for end in ends if text[end:].strip()]

    def dual(self, left: Speech, right: Speech) -> Dual:
        """Two voices at once, the first at the left."""
        width = (self._column // NARROW - GUTTER) // 2
        columns, cues = [], []
        for speech, start in ((left, LEFT), (right, LEFT + width + GUTTER)):
            cue = Line((start + DUAL_CUE) * NARROW, cue_capitals(speech.cue), speech.styles, "cue")
            lines = [cue]
            for part in self.parts(speech):
                lines += self._lines(part, start, start + DUAL_ASIDE, width, width - 2 * DUAL_ASIDE)
            columns.append(lines)
            cues.append(cue)
        return self.side_by_side(columns, tuple(cues))

    def side_by_side(self, columns: Sequence[list[Line]], cues: tuple[Line, ...]) -> Dual:
        height = max(map(len, columns))
        rows: list[Row] = [
            tuple(column[number] for column in columns if number < len(column)) for number in range(height)
        ]
        return Dual(rows, columns=tuple(columns), cues=cues, setter=self)


def cue_capitals(name: str) -> str:
    """A cue in capitals, but for the small letters of a McCLANE or a MacLEOD.

    Final Draft shows every cue in capitals, so that files are full of EdWARDs that nobody meant.
    """
    found = SCOTS.finditer(name)
    kept = {at for match in found for at in range(match.start() + 1, match.end())}
    return "".join(ch if at in kept else capitals(ch) for at, ch in enumerate(name))
