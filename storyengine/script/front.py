"""The title page: title, credit and authors in the middle, version and date at the lower right, contact at the left."""

from collections.abc import Callable, Iterator, Sequence

from storyengine.plot.branch import Styles, capitals
from storyengine.script.blocks import LEFT, RIGHT, Line
from storyengine.script.markup import unmark
from storyengine.script.screenplay import Screenplay
from storyengine.script.wrapping import NARROW, Widths, wrap

CENTRED = ("title", "credit", "author", "authors", "source")
AT_RIGHT = ("draft", "draft date", "date", "revision", "revision color")
UNNAMED = ("contact", "contact info", "draft date", "date", "notes", "revision", "draft")  # they tell what they are
TOP_SHARE = 0.3  # of the page above the title
Placed = tuple[int, Line]


def title_lines(script: Screenplay, rows: int, width: int, widths: Widths) -> tuple[Placed, ...]:
    """(row, line) of the title page; empty where a script has none."""
    if not any(value.strip() for _, value in script.title_page):
        return ()
    column = width - (LEFT + RIGHT) * NARROW
    middle = list(_centred(script, LEFT * NARROW, column, widths, int(rows * TOP_SHARE)))
    half = column // 2 - NARROW
    left = list(_lines(script, half, widths, at_right=False))
    right = list(_lines(script, half, widths, at_right=True))
    edge = width - RIGHT * NARROW
    placed = [*middle, *_bottom(left, rows, lambda _: LEFT * NARROW)]
    return (*placed, *_bottom(right, rows, lambda text: edge - widths.text(text)))


def label(key: str) -> str:
    """What stands before an entry of the page's foot."""
    return "" if key.lower() in UNNAMED else f"{key}: "


def _centred(script: Screenplay, left: int, column: int, widths: Widths, row: int) -> Iterator[Placed]:
    for key, value in script.title_page:
        if key.lower() not in CENTRED:
            continue
        for line in value.split("\n"):
            text, styles = unmark(line)
            text = capitals(text) if key.lower() == "title" else text
            for part, runs in wrap(text, styles, column, widths):
                yield row, Line(left + max(0, column - widths.text(part)) // 2, part, runs, "title")
                row += 1
        row += 1


def _lines(script: Screenplay, width: int, widths: Widths, *, at_right: bool) -> Iterator[tuple[str, Styles]]:
    for key, value in script.title_page:
        if key.lower() in CENTRED or (key.lower() in AT_RIGHT) is not at_right:
            continue
        name = label(key)
        for number, line in enumerate(value.split("\n")):
            text, styles = unmark(line)
            lead = name if not number else ""
            shifted = tuple((s + len(lead), e + len(lead), style) for s, e, style in styles)
            yield from wrap(lead + text, shifted, width, widths)


def _bottom(lines: Sequence[tuple[str, Styles]], rows: int, left: Callable[[str], int]) -> Iterator[Placed]:
    first = max(0, rows - len(lines))
    for number, (text, styles) in enumerate(lines):
        yield first + number, Line(left(text), text, styles, "title")
