"""PDF in the industry's layout: what `pages` has placed, drawn in Courier Prime with its text selectable.

Chinese and Japanese are set in Noto Serif SC, Korean in Noto Serif KR. Courier's own gaps (Cyrillic) are filled from
IBM Plex Mono, which has its width. All of them come inside Python packages under the SIL Open Font License, and are
embedded with the letters used. A letter that none of them has is a box that everybody sees.
"""

import io
from collections.abc import Iterable, Iterator
from functools import lru_cache
from importlib.resources import as_file, files
from itertools import groupby
from threading import Lock
from typing import TYPE_CHECKING, Any
from unicodedata import normalize

from storyengine.plot.branch import StyleName
from storyengine.script.blocks import Line
from storyengine.script.front import title_lines
from storyengine.script.markup import runs
from storyengine.script.pages import Layout, lay_out
from storyengine.script.screenplay import Options, Paper, Screenplay
from storyengine.script.wrapping import NARROW, Widths

if TYPE_CHECKING:
    from reportlab.pdfgen.canvas import Canvas

POINT = 2.4  # a third of a Courier character at 12 points
SIZE = 12.0
SHEETS: dict[Paper, tuple[float, float]] = {"letter": (612.0, 792.0), "a4": (595.28, 841.89)}
MARGIN = 72.0
BOX = 7.2  # how high a box stands in the place of a letter that no face has
BASELINE = 9.6  # below the top of a row
ITALIC_SLANT, BOLD_STROKE = 0.2126, 0.35  # for faces that have neither
CJK = "Noto Serif SC"
ALWAYS_ITALIC: tuple[StyleName, ...] = ("italic",)
WEIGHTS = {(False, False): "", (True, False): "-Bold", (False, True): "-Italic", (True, True): "-BoldItalic"}
DRAWING = Lock()  # the library keeps registered faces in the process, and draws one document with them at a time


def write_pdf(script: Screenplay, options: Options) -> bytes:
    """The whole script; equal input gives equal bytes."""
    from reportlab.pdfgen.canvas import Canvas

    layout = lay_out(script, options)
    front = title_lines(script, layout.rows, layout.width, layout.widths)
    target = io.BytesIO()
    sheet = SHEETS[options.paper]
    with DRAWING:
        _register_courier()
        language = script.language or "en"
        face: Any = "Courier Prime"  # the library's stubs take its name for a number
        canvas = Canvas(target, pagesize=sheet, invariant=1, initialFontName=face, lang=language)
        canvas.setPageCompression(1)
        canvas.setTitle(script.title)
        canvas.setAuthor(", ".join(value for key, value in script.title_page if key.lower() in ("author", "authors")))
        canvas.setCreator("Story Engine")
        lines = [line for page in layout.pages for _, line in page.lines] + [line for _, line in front]
        pen = _Pen(canvas, layout, sheet, _register(lines, layout.widths))
        if front:
            pen.page(front)
        for page in layout.pages:
            pen.page(page.lines, number=page.number)
        canvas.save()
        _forget_han()
    return target.getvalue()


class _Pen:
    """Draws placed lines on a canvas."""

    def __init__(self, canvas: "Canvas", layout: Layout, sheet: tuple[float, float], faces: "Faces") -> None:
        self._canvas, self._layout, self._faces = canvas, layout, faces
        self._width, self._height = sheet
        self._lead = SIZE * 1.5 if layout.rows < 50 else SIZE

    def page(self, lines: Iterable[tuple[int, Line]], *, number: int = 1) -> None:
        if number > 1:
            label = f"{number}."
            left = self._width - MARGIN - len(label) * NARROW * POINT
            self._run(left, self._height - MARGIN / 2, label, frozenset())
        for row, line in lines:
            self._line(self._height - MARGIN - BASELINE - row * self._lead, line)
        self._canvas.showPage()

    def _line(self, y: float, line: Line) -> None:
        x = line.left * POINT
        for text, styles in runs(line.text, line.styles):
            look: set[StyleName] = {*styles, *(ALWAYS_ITALIC if line.kind in ("lyric", "note") else ())}
            width = self._run(x, y, text, look)
            for name, height in (("underline", -1.6), ("strikeout", 3.4)):
                if name in styles:
                    self._canvas.setLineWidth(0.6)
                    self._canvas.line(x, y + height, x + width, y + height)
            x += width

    def _run(self, x: float, y: float, text: str, styles: Iterable[StyleName]) -> float:
        start, text = x, normalize("NFC", text)  # an accent of its own has no place to stand
        bold, italic = "bold" in styles, "italic" in styles
        for face, piece in self._faces.split(text, WEIGHTS[bold, italic]):
            if face:
                self._show(x, y, face, piece, bold=bold, italic=italic)
            else:
                self._boxes(x, y, piece)
            x += self._layout.widths.text(piece) * POINT
        return x - start

    def _boxes(self, x: float, y: float, letters: str) -> None:
        self._canvas.setLineWidth(0.4)
        for ch in letters:
            width = self._layout.widths.of(ch) * POINT
            self._canvas.rect(x + 1, y, width - 2, BOX)
            x += width

    def _show(self, x: float, y: float, face: str, text: str, *, bold: bool, italic: bool) -> None:
        drawn = self._canvas.beginText()
        drawn.setFont(face, SIZE)
        if face == CJK and italic:
            drawn.setTextTransform(1, 0, ITALIC_SLANT, 1, x, y)
        else:
            drawn.setTextOrigin(x, y)
        if face == CJK and bold:
            self._canvas.setLineWidth(BOLD_STROKE)
            drawn.setTextRenderMode(2)
        drawn.textOut(text)
        if face == CJK and bold:
            drawn.setTextRenderMode(0)
        self._canvas.drawText(drawn)


class Faces:
    """Which face has which letter."""

    def __init__(self, widths: Widths, cjk: frozenset[str]) -> None:
        self._widths, self._cjk = widths, cjk

    def split(self, text: str, weight: str) -> Iterator[tuple[str, str]]:
        """The text in pieces of one face each; that of letters that no face has is empty."""
        faced = [(self._face(ch, weight), ch) for ch in text if self._widths.of(ch)]
        for face, pieces in groupby(faced, key=lambda pair: pair[0]):
            yield face, "".join(ch for _, ch in pieces)

    def _face(self, ch: str, weight: str) -> str:
        if self._widths.is_wide(ch) and ch in self._cjk:
            return CJK
        if ord(ch) in _letters("Courier Prime"):
            return f"Courier Prime{weight}"
        if ord(ch) in _letters("IBM Plex Mono"):
            return f"IBM Plex Mono{weight}"
        return CJK if ch in self._cjk else ""


def _register(lines: Iterable[Line], widths: Widths) -> Faces:
    """All faces that the lines need."""
    from reportlab.pdfbase import pdfmetrics
    from reportlab.pdfbase.ttfonts import TTFont

    used = {ch for line in lines for ch in normalize("NFC", line.text)}
    lacking = {ch for ch in used if widths.is_wide(ch) or not _has(ch)}
    if any(not ch.isspace() for ch in lacking):
        from storyengine.script.formats.han import han_font

        font, letters = han_font(frozenset(lacking))
        pdfmetrics.registerFont(TTFont(CJK, io.BytesIO(font)))
        return Faces(widths, letters)
    return Faces(widths, frozenset())


def _forget_han() -> None:
    """Each script has a Chinese face of its own letters; the library has no way to give one back."""
    from reportlab.pdfbase import pdfmetrics

    registry: Any = pdfmetrics
    font = registry._fonts.pop(CJK, None)
    if font is not None:
        registry._dynFaceNames.pop(font.face.name, None)


def _has(ch: str) -> bool:
    return ord(ch) in _letters("Courier Prime") or ord(ch) in _letters("IBM Plex Mono")


@lru_cache(maxsize=1)
def _register_courier() -> None:
    from reportlab.pdfbase import pdfmetrics
    from reportlab.pdfbase.ttfonts import TTFont

    courier = files("screenplain") / "export" / "courier_prime"
    plex = files("fontpkg_ibm_plex_mono") / "files"
    for weight in WEIGHTS.values():
        words = weight.removeprefix("-").replace("BoldItalic", "Bold Italic")
        for name, path in (
            ("Courier Prime", courier / f"{f'Courier Prime {words}'.rstrip()}.ttf"),
            ("IBM Plex Mono", plex / f"IBMPlexMono{weight or '-Regular'}.ttf"),
        ):
            with as_file(path) as file:
                pdfmetrics.registerFont(TTFont(f"{name}{weight}", str(file)))


@lru_cache(maxsize=4)
def _letters(name: str) -> frozenset[int]:
    from reportlab.pdfbase import pdfmetrics

    font: Any = pdfmetrics.getFont(name)
    return frozenset(font.face.charToGlyph)
