"""Sets beats as blocks: how wide each kind of line is, and where it stands."""

import re
from collections.abc import Sequence

from storyengine.plot.branch import BranchBeat, Styles, capitals
from storyengine.script.blocks import LEFT, RIGHT, Block, Dual, Line, Paragraph, Part, Row, Spoken
from storyengine.script.screenplay import ScriptScene, Speech, bracketed, section_of
from storyengine.script.wrapping import NARROW, Widths, wrap

CONTINUED = re.compile(r"CONT(INUED|['’]?D)|续|續", re.IGNORECASE)
SCOTS = re.compile(r"\bMa?c(?=[A-Z]{2})")
DIALOGUE, DIALOGUE_WIDTH = 25, 35
ASIDE, ASIDE_WIDTH = 30, 25
CUE = 37
NUMBER_END, NUMBER_RIGHT = 13, 4  # scene numbers: where the left one ends, how far the right one is from the edge
GUTTER = 4  # between two voices
DUAL_CUE, DUAL_ASIDE = 8, 3


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
