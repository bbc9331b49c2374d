"""A screenplay on pages: which line stands where, in the industry's layout. Pure; drawing is the formats' work.

Rows are counted from 0 at the top of the text, columns in thirds of a Courier character from the page's left edge
(ten characters an inch). `paginate` holds the rules: no page ends on a heading or a cue, none starts with a
transition, action divides after two lines at the end of a sentence, divided dialogue says so on both pages.
"""

from dataclasses import dataclass

from storyengine.plot.branch import BranchBeat
from storyengine.script.blocks import Block, Line
from storyengine.script.screenplay import Options, Paper, Screenplay, ScriptScene, Speech, blocks
from storyengine.script.setter import Setter
from storyengine.script.wrapping import NARROW, Widths, is_cjk

ROWS: dict[tuple[Paper, bool], int] = {  # 9 inches of Letter, 9.7 of A4, by 12 points; Chinese by 18
    ("letter", False): 54,
    ("letter", True): 36,
    ("a4", False): 58,
    ("a4", True): 38,
}
CHARACTERS: dict[Paper, int] = {"letter": 85, "a4": 82}
EIGHTHS = 8


@dataclass(frozen=True, slots=True)
class Page:
    """The lines of one page: (row, line), several on one row where two voices or scene numbers stand side by side."""

    number: int
    lines: tuple[tuple[int, Line], ...]


@dataclass(frozen=True, slots=True)
class Layout:
    """All pages, and how they are set: `rows` fit on one, `width` is the page's own."""

    pages: tuple[Page, ...]
    rows: int
    width: int
    widths: Widths
    scene_starts: tuple[int, ...]  # the page on which each scene begins, 1 for the first
    scene_eighths: tuple[int, ...]  # how long each scene is, in eighths of a page, 1 at least
    rows_used: int  # on the last page

    @property
    def minutes(self) -> float:
        """A page is a minute, the last one as far as it goes."""
        return max(0.0, len(self.pages) - 1 + self.rows_used / self.rows)


def lay_out(script: Screenplay, options: Options, *, wide: int = 5) -> Layout:
    """The script on pages. `wide`: the width of a Chinese character, 5 on paper, 6 in plain text."""
    cjk = is_cjk(script.language, "".join(beat.text for scene in script.scenes for beat in scene.beats))
    widths = Widths(wide, cjk)
    width = CHARACTERS[options.paper] * NARROW
    setter = Setter(widths, width, is_cjk=cjk)
    rows = ROWS[options.paper, cjk and wide == 5]
    pages = _Pages(rows)
    for number, scene in enumerate(script.scenes):
        for group in _groups(_scene_blocks(setter, scene, number)):
            pages.place(group)
    return pages.layout(width, widths, len(script.scenes))


def _scene_blocks(setter: Setter, scene: ScriptScene, number: int) -> list[Block]:
    found = _beat_blocks(setter, scene.beats[: scene.before])
    heading = [setter.heading(scene)] if scene.heading else []
    found += heading + _beat_blocks(setter, scene.beats[scene.before :])
    if found:
        (heading or found)[0].scene = number
    return found


def _beat_blocks(setter: Setter, beats: tuple[BranchBeat, ...]) -> list[Block]:
    found: list[Block] = []
    previous: Speech | None = None
    for block in blocks(beats):
        if isinstance(block, Speech):
            if block.is_dual and previous is not None:
                found[-1] = setter.dual(previous, block)
                previous = None
                continue
            found.append(setter.speech(block))
            previous = block
            continue
        previous = None
        if block.text.strip() or block.kind == "page_break":
            found.append(setter.element(block))
    return found


def _groups(found: list[Block]) -> list[list[Block]]:
    """Blocks that may not be torn apart between them: a heading and what follows, a transition and what it ends."""
    groups: list[list[Block]] = []
    for block in found:
        joins = bool(groups) and (groups[-1][-1].keeps_next or block.keeps_previous)
        if joins and not block.starts_page:
            groups[-1].append(block)
        else:
            groups.append([block])
    return groups


class _Pages:
    """Pages in the making."""

    def __init__(self, rows: int) -> None:
        self._rows = rows
        self._pages: list[list[tuple[int, Line]]] = [[]]
        self._at = 0  # the first free row
        self._starts: dict[int, tuple[int, int]] = {}

    def place(self, group: list[Block]) -> None:
        """Put the group where it may stand, dividing what may be divided."""
        while group:
            if group[0].starts_page:
                self._turn()
                group = group[1:]
            elif self._height(group) <= self._rows - self._at:
                self._put(group)
                return
            else:
                group = self._divide(group)

    def _height(self, group: list[Block]) -> int:
        return sum(len(block.rows) + self._above(block, number) for number, block in enumerate(group))

    def _above(self, block: Block, number: int) -> int:
        return 0 if number == 0 and self._at == 0 else block.above

    def _divide(self, group: list[Block]) -> list[Block]:
        """Put what fits of a group that does not, turn the page, and return the rest."""
        used = 0
        for number, block in enumerate(group):
            used += self._above(block, number)
            parts = block.divide(self._rows - self._at - used, force=False)
            if parts:
                self._put([*group[:number], parts[0]])
                self._turn()
                return [parts[1], *group[number + 1 :]]
            used += len(block.rows)
        if self._at:
            self._turn()
            return group
        return self._force(group)

    def _force(self, group: list[Block]) -> list[Block]:
        """More than a page that nothing divides: as much as goes, at the end of any line."""
        used = 0
        for number, block in enumerate(group):
            used += self._above(block, number)
            room = self._rows - used
            if len(block.rows) <= room:
                used += len(block.rows)
                continue
            while block.keeps_previous and number:  # it takes the end of what it follows along
                number -= 1
                block, room = group[number], len(group[number].rows) - 1
            parts = block.divide(room, force=True)
            self._put([*group[:number], parts[0]] if parts else group[:number])
            self._turn()
            return [parts[1] if parts else block, *group[number + 1 :]]
        self._put(group)
        return []

    def _put(self, group: list[Block]) -> None:
        for number, block in enumerate(group):
            self._at += self._above(block, number)
            if block.scene is not None:
                self._starts.setdefault(block.scene, (len(self._pages), self._at))
            for row in block.rows:
                self._pages[-1] += [(self._at, line) for line in row]
                self._at += 1

    def _turn(self) -> None:
        if self._at:
            self._pages.append([])
            self._at = 0

    def layout(self, width: int, widths: Widths, scenes: int) -> Layout:
        if len(self._pages) > 1 and not self._pages[-1]:
            self._pages.pop()
            self._at = self._rows
        total = (len(self._pages) - 1) * self._rows + self._at
        offsets = [self._offset(number, total) for number in range(scenes)]
        ends = [*offsets[1:], total]
        eighths = tuple(
            max(1, round((end - start) * EIGHTHS / self._rows)) for start, end in zip(offsets, ends, strict=False)
        )
        starts = tuple(offset // self._rows + 1 for offset in offsets)
        pages = tuple(Page(number, tuple(lines)) for number, lines in enumerate(self._pages, 1))
        return Layout(pages, self._rows, width, widths, starts, eighths, self._at)

    def _offset(self, scene: int, total: int) -> int:
        page, row = self._starts.get(scene, (0, 0))
        return (page - 1) * self._rows + row if page else total
