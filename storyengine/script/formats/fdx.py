"""Final Draft's FDX, written: XML that Final Draft 8 to 13, Fade In, Highland and Arc Studio open.

A scene's number is an attribute of its paragraph, a speech is one paragraph for the cue and one for each line, two
voices at once stand in a <DualDialogue> inside a paragraph without a type, a note is a <ScriptNote> after the script,
a synopsis the <Summary> of its scene, or as sections are a line of Final Draft's outline: none of them prints there.
Line breaks in action stand in its text.
"""

import re
from collections.abc import Iterator
from itertools import pairwise, takewhile
from xml.etree import ElementTree as ET

from storyengine.plot.branch import BranchBeat, StyleName, Styles
from storyengine.script.markup import cut, from_runs, runs, shift, styled_lines, unmark
from storyengine.script.screenplay import Options, Screenplay, ScriptScene, Speech, blocks, bracketed, section_of

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
    ("capitals", "AllCaps"),
)
UNPRINTABLE = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")  # what XML cannot hold
CENTRED_KEYS = ("title", "credit", "author", "authors", "source")
SPOKEN_TYPES = ("Character", "Dialogue", "Parenthetical", "Lyrics")
OUTLINE_MOST = 4
BLOCKS = ("DualDialogue", "OmittedScene")
BLOCK_LENGTH = 2
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
    *(
        (f"Outline {level}", f"{1.38 + level * 0.12:.2f}", "7.50", "0", "Action")
        for level in range(1, OUTLINE_MOST + 1)
    ),
    ("Outline Body", "1.62", "7.50", "0", "Action"),
)


def write_fdx(script: Screenplay, options: Options) -> str:
    """The whole script as one FDX document of version 5, which every Final Draft since 8 reads."""
    root = ET.Element("FinalDraft", DocumentType="Script", Template="No", Version="5")
    writer = _Writer(ET.SubElement(root, "Content"))
    for scene in script.scenes:
        writer.scene(scene)
    if script.title_page:
        title = ET.SubElement(ET.SubElement(root, "TitlePage"), "Content")
        for key, value in script.title_page:
            _title_line(title, key, value)
    _layout(root, options)
    if any(scene.number for scene in script.scenes):
        numbers = ET.SubElement(root, "SceneNumberOptions", LeftLocation="0.75", RightLocation="7.38")
        for side in ("Left", "Right"):
            numbers.set(f"ShowNumbersOn{side}", "Yes")
    if writer.notes:
        _notes(ET.SubElement(root, "ScriptNotes"), writer)
    ET.indent(root, "  ")
    body = ET.tostring(root, encoding="unicode", short_empty_elements=True)
    return f'<?xml version="1.0" encoding="UTF-8" standalone="no" ?>\n{body}\n'


class _Writer:
    """Writes paragraphs under `content`, and keeps the notes with the number of the paragraph that each is about."""

    def __init__(self, content: ET.Element) -> None:
        self.content = content
        self.notes: list[tuple[int, BranchBeat]] = []
        self._into = content
        self._turns = False

    def scene(self, scene: ScriptScene) -> None:
        self._beats(scene.beats[: scene.before])
        body = scene.beats[scene.before :]
        if scene.heading:
            heading = self._paragraph("Scene Heading", scene.heading, scene.heading_styles)
            if scene.number:
                heading.set("Number", _clean(scene.number))
            body = self._summary(heading, body)
        self._beats(body)

    def _summary(self, heading: ET.Element, beats: tuple[BranchBeat, ...]) -> tuple[BranchBeat, ...]:
        """The first synopses as the scene's index card; what is left."""
        card = list(takewhile(lambda beat: beat.kind == "synopsis" and beat.text.strip(), beats))
        if card:
            summary = ET.SubElement(ET.SubElement(heading, "SceneProperties"), "Summary")
            for beat in card:
                _fill(ET.SubElement(summary, "Paragraph"), beat.text, beat.styles)
        return beats[len(card) :]

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
        self._turn()

    def _dual(self, first: Speech, second: Speech) -> None:
        self._into = ET.SubElement(self._opened({}), "DualDialogue")
        self._speech(first)
        self._speech(second)
        self._into = self.content

    def _speech(self, speech: Speech) -> None:
        cue = self._paragraph("Character", speech.cue, speech.styles)
        if speech.is_dual and self._into is self.content:
            cue.set("Dual", "Yes")
        for beat in speech.lines:
            if beat.kind == "parenthetical":
                self._paragraph("Parenthetical", *_in_brackets(beat))
            elif beat.text or len(speech.lines) == 1:
                self._lines(beat)

    def _lines(self, beat: BranchBeat) -> None:
        """Each line of a speech is a paragraph, as the return key of Final Draft makes them."""
        for line, styles in styled_lines(beat.text, beat.styles):
            self._paragraph(TYPES[beat.kind], line, styles)

    def _element(self, beat: BranchBeat) -> None:
        match beat.kind:
            case "note":
                self._note(beat)
            case "page_break":
                self._turn()
                self._turns = True
            case "section":
                self._section(beat)
            case "synopsis":
                self._paragraph("Outline Body", beat.text, beat.styles)
            case "lyric" if self.content and self.content[-1].get("Type") in SPOKEN_TYPES:
                self._paragraph("Action", "", ())  # a note alone stands between it and a speech that it is no part of
                self._paragraph("Lyrics", beat.text, beat.styles)
            case "centred":
                self._paragraph("Action", beat.text, beat.styles).set("Alignment", "Center")
            case _:
                self._paragraph(TYPES[beat.kind], beat.text, beat.styles)

    def _note(self, beat: BranchBeat) -> None:
        """A note is about the paragraph before it; where there is none, about an empty one."""
        self._turn()
        if not len(self.content):
            self._paragraph("Action", "", ())
        self.notes.append((len(self.content) - 1, beat))

    def _section(self, beat: BranchBeat) -> None:
        """Final Draft's outline has four levels; what is deeper keeps hashes for the rest."""
        level, title = section_of(beat.text)
        shown = min(level, OUTLINE_MOST)
        lead = len(beat.text) - len(title)
        text, styles = title, cut(beat.styles, lead, len(beat.text))
        if level > shown or beat.text != f"{'#' * (level - 1)}{' ' * (level > 1)}{title}":
            text, styles = f"#{beat.text}", tuple(shift(beat.styles, 1))
        self._paragraph(f"Outline {shown}", text, styles)

    def _turn(self) -> None:
        """A page break that no paragraph took along."""
        if self._turns:
            self._paragraph("Action", "", ())

    def _opened(self, attributes: dict[str, str]) -> ET.Element:
        paragraph = ET.SubElement(self._into, "Paragraph", attributes)
        if self._turns:
            paragraph.set("StartsNewPage", "Yes")
            self._turns = False
        return paragraph

    def _paragraph(self, kind: str, text: str, styles: Styles) -> ET.Element:
        if not text and kind != "Action":  # an empty one that opens a page would be taken for its break alone
            self._turn()
        paragraph = self._opened({"Type": kind})
        _fill(paragraph, text, styles)
        return paragraph


def _in_brackets(beat: BranchBeat) -> tuple[str, Styles]:
    """A style of the whole is that of its brackets, too, as Final Draft styles a paragraph."""
    text, styles = bracketed(beat.text, beat.styles)
    whole = {name for start, end, name in beat.styles if (start, end) == (0, len(beat.text))}
    return text, tuple((0, len(text), name) if name in whole else (start, end, name) for start, end, name in styles)


def _notes(target: ET.Element, writer: _Writer) -> None:
    """Apart from the text, each with the range that its paragraph takes in it, as Final Draft has them since 10."""
    starts = [0]
    for paragraph in writer.content:
        starts.append(starts[-1] + length(paragraph) + 1)
    for number, (at, beat) in enumerate(writer.notes, 1):
        place = f"{starts[at]},{starts[at + 1] - 1}"
        note = ET.SubElement(target, "ScriptNote", Id=str(number), Name="", Range=place, Type="")
        _fill(ET.SubElement(note, "Paragraph"), beat.text, beat.styles)


def length(paragraph: ET.Element) -> int:
    """How much of a note's range a paragraph takes: its text in UTF-16, as Final Draft counts.

    A block inside it (two voices, an omitted scene) counts two, and none of its text does.
    """
    text = "".join("".join(run.itertext()) for run in paragraph.findall("Text"))
    embedded = sum(len(paragraph.findall(name)) for name in BLOCKS) + (paragraph.tag in BLOCKS)
    return len(text.encode("utf-16-le", "surrogatepass")) // 2 + embedded * BLOCK_LENGTH


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
