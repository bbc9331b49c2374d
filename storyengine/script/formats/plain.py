"""Plain text laid out as a screenplay: ten characters an inch, pages parted by form feeds as a printer wants them."""

from collections import defaultdict
from collections.abc import Iterable

from storyengine.script.blocks import RIGHT, Line
from storyengine.script.front import title_lines
from storyengine.script.pages import Layout, lay_out
from storyengine.script.screenplay import Options, Screenplay
from storyengine.script.wrapping import NARROW, Widths

WIDE = 6  # a Chinese character takes two columns of a terminal


def write_plain(script: Screenplay, options: Options) -> str:
    """The pages, each after the first with its number at the top right; styles are left out."""
    layout = lay_out(script, options, wide=WIDE)
    front = title_lines(script, layout.rows, layout.width, layout.widths)
    pages = [_rows(front, layout.widths)] if front else []
    pages += [_head(page.number, layout) + _rows(page.lines, layout.widths) for page in layout.pages]
    return "\n\f".join(pages) + "\n"


def _head(number: int, layout: Layout) -> str:
    if number < 2:
        return ""
    return f"{number}.".rjust(layout.width // NARROW - RIGHT) + "\n\n"


def _rows(lines: Iterable[tuple[int, Line]], widths: Widths) -> str:
    rows: dict[int, str] = defaultdict(str)
    for row, line in sorted(lines, key=lambda placed: (placed[0], placed[1].left)):
        used = widths.text(rows[row])
        rows[row] += " " * max(0, (line.left - used) // NARROW) + line.text
    return "\n".join(rows[number].rstrip() for number in range(max(rows, default=-1) + 1))
