"""Final Draft's FDX, written: XML that Final Draft 8 to 13, Fade In, Highland and Arc Studio open.

A scene's number is an attribute of its paragraph, a speech is one paragraph for the cue and one for each line, two
voices at once stand in a <DualDialogue> inside a paragraph without a type, a note is a <ScriptNote> beside the text,
a synopsis the <Summary> of its scene. Line breaks in a paragraph stand in its text. What Final Draft has no element
for (sections, centred text) is written with a type or an alignment of its own, which it keeps.
"""

import re
from collections.abc import Iterator
from itertools import pairwise
from xml.etree import ElementTree as ET

from storyengine.plot.branch import BranchBeat, StyleName, Styles
from storyengine.script.markup import from_runs, runs, shift, unmark
from storyengine.script.screenplay import Options, Screenplay, ScriptScene, Speech, blocks, bracketed

TYPES: dict[str, str] = {
    "action": "Action",
    "shot": "Shot",
    "transition": "Transition",
    "lyric": "Lyrics",
    "dialogue": "Dialogue",
    "parenthetical": "Parenthetical",
}
STYLE_WORDS: tuple[tuple[StyleName, str], ...] = (
    ("bold", "Bold"),
    ("italic", "Italic"),
    ("strikeout", "Strikeout"),
    ("underline", "Underline"),
)
UNPRINTABLE = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")  # what XML cannot hold
CENTRED_KEYS = ("title", "credit", "author", "authors", "source")
# Final Draft's own measures: inches from the page's left edge, and points of space above in twelfths.
SETTINGS: tuple[tuple[str, str, str, str, str], ...] = (
    ("General", "1.50", "7.50", "0", "General"),
    ("Scene Heading", "1.50", "7.50", "24", "Action"),
    ("Action", "1.50", "7.50", "12", "Action"),
    ("Character", "3.70", "7.25", "12", "Dialogue"),
    ("Parenthetical", "3.00", "5.50", "0", "Dialogue"),
    ("Dialogue", "2.50", "6.00", "0", "Character"),
    ("Transition", "5.50", "7.50", "12", "Scene Heading"),
    ("Shot", "1.50", "7.50", "24", "Action"),
    ("Lyrics", "2.50", "7.50", "0", "Lyrics"),
)


def write_fdx(script: Screenplay, options: Options) -> str:
    """The whole script as one FDX document of version 5, which every Final Draft since 8 reads."""
    root = ET.Element("FinalDraft", DocumentType="Script", Template="No", Version="5")
    content = ET.SubElement(root, "Content")
    for scene in script.scenes:
        _Writer(content).scene(scene)
    if script.title_page:
        title = ET.SubElement(ET.SubElement(root, "TitlePage"), "Content")
        for key, value in script.title_page:
            _title_line(title, key, value)
    _layout(root, options)
    ET.indent(root, "  ")
    body = ET.tostring(root, encoding="unicode", short_empty_elements=True)
    return f'<?xml version="1.0" encoding="UTF-8" standalone="no" ?>\n{body}\n'


class _Writer:
    """Writes one scene's paragraphs under `content`."""

    def __init__(self, content: ET.Element) -> None:
        self._content = content

    def scene(self, scene: ScriptScene) -> None:
        self._beats(scene.beats[: scene.before])
        if scene.heading:
            heading = self._paragraph("Scene Heading", scene.heading, scene.heading_styles)
            if scene.number:
                heading.set("Number", _clean(scene.number))
        self._beats(scene.beats[scene.before :])

    def _beats(self, beats: tuple[BranchBeat, ...]) -> None:
        found = list(blocks(beats))
        skip = False
        for block, following in pairwise([*found, None]):
            if skip:
                skip = False
                continue
            if isinstance(block, Speech) and isinstance(following, Speech) and following.is_dual and not block.is_dual:
                self._dual(block, following)
                skip = True
            elif isinstance(block, Speech):
                self._speech(block)
            elif block is not None:
                self._element(block)

    def _dual(self, first: Speech, second: Speech) -> None:
        outer = self._content
        self._content = ET.SubElement(ET.SubElement(outer, "Paragraph"), "DualDialogue")
        self._speech(first)
        self._speech(second)
        self._content = outer

    def _speech(self, speech: Speech) -> None:
        cue = self._paragraph("Character", speech.cue, ())
        if speech.is_dual and self._content.tag != "DualDialogue":
            cue.set("Dual", "Yes")
        for beat in speech.lines:
            if beat.kind == "parenthetical":
                self._paragraph("Parenthetical", *bracketed(beat.text, beat.styles))
            elif beat.text or len(speech.lines) == 1:
                self._paragraph(TYPES[beat.kind], beat.text, beat.styles)

    def _element(self, beat: BranchBeat) -> None:
        match beat.kind:
            case "note":
                holder = ET.SubElement(self._content, "Paragraph", Type="Action")
                note = ET.SubElement(holder, "ScriptNote")
                _fill(ET.SubElement(note, "Paragraph"), beat.text, beat.styles)
            case "page_break":
                ET.SubElement(self._content, "Paragraph", Type="Action", StartsNewPage="Yes")
            case "section":
                self._paragraph("Section", f"#{beat.text}", tuple(shift(beat.styles, 1)))
            case "synopsis":
                self._paragraph("Synopsis", beat.text, beat.styles)
            case "centred":
                self._paragraph("Action", beat.text, beat.styles).set("Alignment", "Center")
            case _:
                self._paragraph(TYPES[beat.kind], beat.text, beat.styles)

    def _paragraph(self, kind: str, text: str, styles: Styles) -> ET.Element:
        paragraph = ET.SubElement(self._content, "Paragraph", Type=kind)
        _fill(paragraph, text, styles)
        return paragraph


def _fill(paragraph: ET.Element, text: str, styles: Styles) -> None:
    for piece, names in runs(text, styles):
        style = "+".join(word for name, word in STYLE_WORDS if name in names)
        ET.SubElement(paragraph, "Text", {"Style": style} if style else {}).text = _clean(piece)
    if not text:
        ET.SubElement(paragraph, "Text")


def _title_line(content: ET.Element, key: str, value: str) -> None:
    """Title, credit, authors and source stand in the middle; everything else at the left, with its name before it."""
    is_centred = key.lower() in CENTRED_KEYS
    pieces: list[tuple[str, frozenset[StyleName]]] = [] if is_centred else [(f"{key}: ", frozenset())]
    for number, line in enumerate(value.split("\n")):
        text, styles = unmark(line)
        pieces += ([("\n", frozenset[StyleName]())] if number else []) + list(runs(text, styles))
    paragraph = ET.SubElement(
        content, "Paragraph", Alignment="Center" if is_centred else "Left", Type=key if is_centred else "General"
    )
    _fill(paragraph, *from_runs(pieces))


def _layout(root: ET.Element, options: Options) -> None:
    for name, left, right, above, following in SETTINGS:
        setting = ET.SubElement(root, "ElementSettings", Type=name)
        ET.SubElement(setting, "FontSpec", Font="Courier Prime", Size="12", Style=_default_style(name))
        ET.SubElement(
            setting,
            "ParagraphSpec",
            Alignment="Right" if name == "Transition" else "Left",
            LeftIndent=left,
            RightIndent=right,
            SpaceBefore=above,
        )
        ET.SubElement(setting, "Behavior", PaginateAs=name, ReturnKey=following)
    size = {"letter": ("11.00", "8.50"), "a4": ("11.69", "8.26")}[options.paper]
    page = ET.SubElement(root, "PageLayout", TopMargin="72", BottomMargin="72", BreakDialogueAndActionAtSentences="Yes")
    ET.SubElement(page, "PageSize", Height=size[0], Width=size[1])
    ET.SubElement(root, "MoresAndContinueds")[:] = list(_mores())


def _default_style(name: str) -> str:
    return "AllCaps" if name in ("Scene Heading", "Character", "Transition", "Shot") else ""


def _mores() -> Iterator[ET.Element]:
    yield ET.Element(
        "DialogueBreaks",
        AutomaticCharacterContinueds="No",
        BottomOfPage="Yes",
        DialogueBottom="(MORE)",
        DialogueTop="(CONT'D)",
        TopOfNext="Yes",
    )
    yield ET.Element("SceneBreaks", ContinuedNumber="No", SceneBottomOfPage="No", SceneTopOfNext="No")


def _clean(text: str) -> str:
    return UNPRINTABLE.sub("", text)
