"""DOCX for Word, Pages and LibreOffice: one named style for each element, so that a production can restyle it.

Word breaks the pages by the styles' own rules (a heading keeps with what follows); for exact pages there is PDF.
"""

import io
import zipfile
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from storyengine.plot.branch import BranchBeat, Styles, capitals
from storyengine.script.front import CENTRED, label
from storyengine.script.markup import runs, unmark
from storyengine.script.screenplay import Options, Screenplay, ScriptScene, Speech, blocks, bracketed, section_of
from storyengine.script.setter import cue_capitals
from storyengine.script.wrapping import is_cjk

if TYPE_CHECKING:
    from docx.document import Document
    from docx.shared import Length
    from docx.text.paragraph import Paragraph

LATIN, EAST_ASIAN = "Courier Prime", "Noto Serif SC"
DATED = datetime(2000, 1, 1, tzinfo=UTC)  # equal scripts make equal files
# name: left and right indent in inches from the margins, points above, alignment, keeps with the next
LOOKS: dict[str, tuple[float, float, int, str, bool]] = {
    "Scene Heading": (0, 0, 24, "LEFT", True),
    "Action": (0, 0, 12, "LEFT", False),
    "Character": (2.2, 0, 12, "LEFT", True),
    "Parenthetical": (1.5, 2.0, 0, "LEFT", True),
    "Dialogue": (1.0, 1.5, 0, "LEFT", False),
    "Transition": (4.0, 0, 12, "RIGHT", False),
    "Shot": (0, 0, 12, "LEFT", True),
    "Lyric": (1.0, 1.5, 0, "LEFT", False),
    "Centred": (0, 0, 12, "CENTER", False),
    "Note": (0, 0, 12, "LEFT", False),
    "Section": (0, 0, 24, "LEFT", True),
    "Title Page": (0, 0, 0, "LEFT", False),
}
SWITCHES = {"bold": "bold", "italic": "italic", "underline": "underline", "strikeout": "strike"}
NUMBER_HANGS = 0.6  # inches
STYLE_OF = {"note": "Note", "synopsis": "Note", "lyric": "Lyric"}


def write_docx(script: Screenplay, options: Options) -> bytes:
    """The whole script; equal input gives equal bytes."""
    from docx import Document

    document = Document()
    words = "".join(beat.text for scene in script.scenes for beat in scene.beats)
    writer = _Writer(document, cjk=is_cjk(script.language, words))
    writer.set_up(options)
    writer.front(script)
    for scene in script.scenes:
        writer.scene(scene)
    properties = document.core_properties
    properties.title, properties.author = script.title[:255], "Story Engine"
    properties.created = properties.modified = DATED
    properties.language = script.language
    target = io.BytesIO()
    document.save(target)
    return _undated(target.getvalue())


def _undated(source: bytes) -> bytes:
    """The same archive with every entry at one date."""
    target = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(source)) as old, zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as new:
        for name in old.namelist():
            entry = zipfile.ZipInfo(name, (2000, 1, 1, 0, 0, 0))
            entry.compress_type = zipfile.ZIP_DEFLATED
            new.writestr(entry, old.read(name))
    return target.getvalue()


class _Writer:
    """Writes paragraphs into one document."""

    def __init__(self, document: "Document", *, cjk: bool) -> None:
        self._document, self._cjk = document, cjk
        self._breaks = False
        self._ids: dict[str, str] = {}
        self._column: Length | None = None

    def set_up(self, options: Options) -> None:
        from docx.shared import Inches, Pt

        section = self._document.sections[0]
        width, height = (8.27, 11.69) if options.paper == "a4" else (8.5, 11.0)
        section.page_width, section.page_height = Inches(width), Inches(height)
        section.left_margin, section.right_margin = Inches(1.5), Inches(1)
        section.top_margin = section.bottom_margin = Inches(1)
        section.header_distance = Inches(0.5)
        self._column = Inches(width - 2.5)
        section.different_first_page_header_footer = True
        self._page_number(section.header.paragraphs[0])
        normal: Any = self._document.styles["Normal"]
        _face(normal, Pt(12))
        for name, look in LOOKS.items():
            self._style(name, *look)

    def _style(self, name: str, left: float, right: float, above: int, alignment: str, keeps: bool) -> None:
        from docx.enum.style import WD_STYLE_TYPE
        from docx.enum.text import WD_ALIGN_PARAGRAPH
        from docx.shared import Inches, Pt

        style: Any = self._document.styles.add_style(name, WD_STYLE_TYPE.PARAGRAPH)
        self._ids[name] = style.style_id
        style.base_style = self._document.styles["Normal"]
        _face(style, Pt(12))
        shape = style.paragraph_format
        shape.left_indent, shape.right_indent = Inches(left), Inches(right)
        shape.space_before, shape.space_after = Pt(above), Pt(0)
        shape.line_spacing = Pt(18) if self._cjk else Pt(12)
        shape.alignment = getattr(WD_ALIGN_PARAGRAPH, alignment)
        shape.keep_with_next, shape.widow_control = keeps, True

    def _page_number(self, paragraph: "Paragraph") -> None:
        from docx.enum.text import WD_ALIGN_PARAGRAPH
        from docx.oxml import OxmlElement
        from docx.oxml.ns import qn

        paragraph.alignment = WD_ALIGN_PARAGRAPH.RIGHT
        field = OxmlElement("w:fldSimple")
        field.set(qn("w:instr"), "PAGE")
        paragraph._p.append(field)
        paragraph.add_run(".")

    def front(self, script: Screenplay) -> None:
        """The title page, and the number 1 on the page after it."""
        if not script.title_page:
            return
        for number, (key, value) in enumerate(
            sorted(script.title_page, key=lambda pair: pair[0].lower() not in CENTRED)
        ):
            is_centred = key.lower() in CENTRED
            for line_number, line in enumerate(value.split("\n")):
                text, styles = unmark(line)
                lead = "" if is_centred or line_number else label(key)
                shifted = tuple((s + len(lead), e + len(lead), name) for s, e, name in styles)
                paragraph = self._add("Title Page", lead + text, shifted)
                self._place(paragraph, is_centred=is_centred, is_first=number == 0, opens=line_number == 0)
        self._breaks = True
        self._count_from(0)

    def _count_from(self, first: int) -> None:
        from docx.oxml import OxmlElement
        from docx.oxml.ns import qn

        counting = OxmlElement("w:pgNumType")
        counting.set(qn("w:start"), str(first))
        section: Any = self._document.sections[0]._sectPr
        section.find(qn("w:pgMar")).addnext(counting)  # the schema wants it there

    def _place(self, paragraph: "Paragraph", *, is_centred: bool, is_first: bool, opens: bool) -> None:
        from docx.enum.text import WD_ALIGN_PARAGRAPH
        from docx.shared import Pt

        if is_centred:
            paragraph.alignment = WD_ALIGN_PARAGRAPH.CENTER
        if opens:
            paragraph.paragraph_format.space_before = Pt(200 if is_first else 12)

    def scene(self, scene: ScriptScene) -> None:
        self._beats(scene.beats[: scene.before])
        if scene.heading:
            lead = f"{scene.number}\t" if scene.number else ""
            styles = tuple((s + len(lead), e + len(lead), name) for s, e, name in scene.heading_styles)
            end = f"\t{scene.number}" if scene.number else ""
            heading = self._add("Scene Heading", lead + capitals(scene.heading) + end, styles)
            if scene.number:
                self._hang(heading)
        self._beats(scene.beats[scene.before :])

    def _hang(self, heading: "Paragraph") -> None:
        """The number in both margins: half an inch before the text, and at a tab behind its own right indent."""
        from docx.enum.text import WD_TAB_ALIGNMENT
        from docx.shared import Inches

        shape = heading.paragraph_format
        shape.first_line_indent, shape.right_indent = Inches(-NUMBER_HANGS), Inches(NUMBER_HANGS)
        shape.tab_stops.add_tab_stop(self._column, WD_TAB_ALIGNMENT.RIGHT)

    def _beats(self, beats: tuple[BranchBeat, ...]) -> None:
        found = list(blocks(beats))
        number = 0
        while number < len(found):
            block = found[number]
            following = found[number + 1] if number + 1 < len(found) else None
            if isinstance(block, Speech) and isinstance(following, Speech) and following.is_dual and not block.is_dual:
                self._dual(block, following)
                number += 1
            elif isinstance(block, Speech):
                self._speech(block)
            else:
                self._element(block)
            number += 1

    def _dual(self, first: Speech, second: Speech) -> None:
        from docx.shared import Inches

        table = self._document.add_table(rows=1, cols=2)
        for cell, speech in zip(table.rows[0].cells, (first, second), strict=True):
            spare = cell.paragraphs[0]
            for style, text, styles in self._lines(speech):
                paragraph = cell.add_paragraph()
                self._dress(paragraph, style)
                shape = paragraph.paragraph_format
                shape.left_indent, shape.right_indent = Inches(0.8 if style == "Character" else 0.1), Inches(0)
                _runs(paragraph, text, styles)
            spare._p.getparent().remove(spare._p)

    def _speech(self, speech: Speech) -> None:
        for style, text, styles in self._lines(speech):
            self._add(style, text, styles)

    def _lines(self, speech: Speech) -> list[tuple[str, str, Styles]]:
        lines: list[tuple[str, str, Styles]] = [("Character", cue_capitals(speech.cue), speech.styles)]
        for beat in speech.lines:
            if beat.kind == "parenthetical":
                lines.append(("Parenthetical", *bracketed(beat.text, beat.styles, wide=self._cjk)))
            elif beat.text:
                lines.append(("Lyric" if beat.kind == "lyric" else "Dialogue", beat.text, beat.styles))
        return lines

    def _element(self, beat: BranchBeat) -> None:
        if beat.kind == "page_break":
            self._breaks = True
        elif beat.kind == "section":
            self._add("Section", section_of(beat.text)[1], ())
        elif beat.kind in ("note", "synopsis"):
            self._add("Note", f"[{beat.text}]", tuple((s + 1, e + 1, name) for s, e, name in beat.styles))
        elif beat.text.strip():
            text = capitals(beat.text) if beat.kind in ("shot", "transition") else beat.text
            self._add(STYLE_OF.get(beat.kind, beat.kind.title()), text, beat.styles)

    def _dress(self, paragraph: "Paragraph", style: str) -> None:
        """By the style's id: by its name the library reads through all styles at every paragraph."""
        element: Any = paragraph._p
        element.style = self._ids[style]

    def _add(self, style: str, text: str, styles: Styles) -> "Paragraph":
        paragraph = self._document.add_paragraph()
        self._dress(paragraph, style)
        if self._breaks:
            paragraph.paragraph_format.page_break_before = True
            self._breaks = False
        _runs(paragraph, text, styles)
        return paragraph


def _runs(paragraph: "Paragraph", text: str, styles: Styles) -> None:
    for piece, names in runs("".join(ch for ch in text if ch >= " " or ch in "\n\t"), styles):
        run = paragraph.add_run(piece)
        for name, switch in SWITCHES.items():
            if name in names:
                setattr(run.font, switch, True)


def _face(style: Any, size: Any) -> None:
    from docx.oxml.ns import qn

    style.font.name, style.font.size = LATIN, size
    style.element.rPr.rFonts.set(qn("w:eastAsia"), EAST_ASIAN)
