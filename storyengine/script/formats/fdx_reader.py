"""An FDX file as a screenplay, without the loss of a word or of a run of style.

Only the paragraphs directly under <Content> and those inside a <DualDialogue> are the script; the ones inside
<ScriptNote>, <SceneArcBeats> and <SceneProperties> become notes and synopses, and a plain iteration would count them.
A scene that was omitted is struck out, as Fountain would write it.
Files in the open put the <TitlePage> inside the content, a <DualDialogue> there without a paragraph around it, leave
types out, or invent their own: what is not known is action.
"""

import re
from collections.abc import Iterable, Mapping
from xml.etree.ElementTree import Element, ParseError

from defusedxml import DefusedXmlException
from defusedxml.ElementTree import iterparse

from storyengine.plot.branch import BeatKind, BranchBeat, Styles
from storyengine.plot.formats.report import Report
from storyengine.script.formats import fdx_words
from storyengine.script.formats.fdx_left import tell_what_is_left
from storyengine.script.formats.fdx_title import title_page
from storyengine.script.formats.fdx_words import words
from storyengine.script.formats.fountain import write_fountain
from storyengine.script.formats.lines import Lines
from storyengine.script.formats.refusals import unreadable
from storyengine.script.markup import GAP, cut, shift
from storyengine.script.reels import Reel
from storyengine.script.screenplay import PLAIN, Screenplay, ScriptScene, unbracketed

MAX_BYTES = 32 * 1024 * 1024
MAX_DEPTH = 60
CONTROL = re.compile(rb"[\x00-\x08\x0c\x0e-\x1f]")
OUTLINE_LEVELS = {"outline 1": 1, "outline 2": 2, "outline 3": 3, "outline 4": 4}
KINDS: dict[str, BeatKind] = {
    "action": "action",
    "general": "action",
    "transition": "transition",
    "shot": "shot",
    "lyrics": "lyric",
    "lyric": "lyric",
    "singing": "lyric",
    "section": "section",
    "new act": "centred",
    "end of act": "centred",
    "synopsis": "synopsis",
    "outline body": "synopsis",
    "summary": "synopsis",
    "note": "note",
    **dict.fromkeys(OUTLINE_LEVELS, "section"),
}
SPEECH = ("dialogue", "parenthetical", "lyrics", "lyric", "singing")
KNOWN = {*KINDS, *SPEECH, "scene heading", "character"}


def read_fdx(source: bytes, report: Report | None = None) -> Screenplay:
    """The script in the file; raises Refused("script.invalid") with the line where it stops to be FDX.

    What of it no screenplay holds (revision marks, tags, fonts) is told in the report.
    """
    root = _parse(source)
    content = root.find("Content")
    if content is None:
        raise unreadable("script.no_content", line=1)
    page = root.find("TitlePage")
    page = page if page is not None else content.find("TitlePage")
    entries = title_page(page) if page is not None else ()
    found = [child for child in content if child.tag in ("Paragraph", "DualDialogue")]
    reader = _Reader(root, fdx_words.margin_notes(root, found))
    reader.paragraphs(found)
    if report is not None:
        tell_what_is_left(root, report, KNOWN)
    title = next((value for key, value in entries if key.lower() == "title"), "")
    return Screenplay(" ".join(title.replace("*", "").replace("_", "").split()), "", entries, reader.scenes())


def _parse(source: bytes) -> Element:
    if len(source) > MAX_BYTES:
        raise unreadable("file.size", size=MAX_BYTES >> 20)
    depth = 0
    root: Element | None = None
    lines = Lines(_without_control(source))
    events = iterparse(lines, events=("start", "end"), forbid_dtd=True)
    try:
        for event, element in events:
            depth += 1 if event == "start" else -1
            if depth > MAX_DEPTH:
                raise unreadable("file.deeper", line=lines.number, most=MAX_DEPTH)
            if root is None:
                root = element
                if root.tag != "FinalDraft":
                    raise unreadable("script.no_final_draft", line=1, name=str(root.tag)[:40])
    except ParseError as error:
        line = error.position[0] if getattr(error, "position", None) else 1
        raise unreadable("script.not_xml", line=line, error=str(error).split(":")[0]) from error
    except DefusedXmlException as error:
        raise unreadable("script.own_types", line=1) from error
    except (LookupError, ValueError, UnicodeError) as error:
        raise unreadable("script.encoding", line=1) from error
    if root is None:
        raise unreadable("script.empty", line=1)
    return root


def _without_control(source: bytes) -> bytes:
    """The file without what no XML may hold, and text pasted from elsewhere brings; Word's soft line end is one."""
    source = source.lstrip()
    if b"\x00" in source[:200]:  # UTF-16
        return source
    return CONTROL.sub(b"", source.replace(b"\x0b", b"\n"))


class _Reader:
    """Reads paragraphs in order. What is said about a speech waits until the speech has ended."""

    def __init__(self, root: Element, margin: Mapping[int, list[BranchBeat]]) -> None:
        self._reel = Reel()
        self._is_speaking = False
        self._is_dual = False
        self._waiting: list[BranchBeat] = []
        self._margin = margin
        self._alternates = fdx_words.alternates(root)
        self._centred = {
            (setting.get("Type") or "").lower()
            for setting in root.iterfind("ElementSettings")
            if (spec := setting.find("ParagraphSpec")) is not None and spec.get("Alignment") == "Center"
        }

    def scenes(self) -> tuple[ScriptScene, ...]:
        self._end_speech()
        return self._reel.scenes()

    def paragraphs(self, found: Iterable[Element]) -> None:
        for number, paragraph in enumerate(found):
            self._starts_page(paragraph)
            dual = paragraph if paragraph.tag == "DualDialogue" else paragraph.find("DualDialogue")
            if dual is not None:
                self._dual(dual)
            else:
                self._paragraph(paragraph)
            self._waiting += self._margin.get(number, [])
            if not self._is_speaking:
                self._end_speech()

    def _starts_page(self, paragraph: Element) -> None:
        if paragraph.get("StartsNewPage") == "Yes":
            self._end_speech()
            self._reel.add(BranchBeat("page_break", ""))

    def _dual(self, dual: Element) -> None:
        """Two voices at once: the first cue opens as any other, those after it are marked."""
        self._end_speech()
        self._is_dual, voices = True, 0
        for paragraph in dual.findall("Paragraph"):  # those of a note inside a line are not spoken
            if paragraph.get("Type") == "Character":
                voices += 1
            self._paragraph(paragraph, is_dual=voices > 1)
        self._is_dual = False
        self._end_speech()

    def _paragraph(self, paragraph: Element, *, is_dual: bool = False) -> None:
        text, styles = words(paragraph)
        kind = (paragraph.get("Type") or "Action").strip().lower()
        notes = [beat for note in paragraph.findall("ScriptNote") for beat in fdx_words.script_note(note)]
        notes += fdx_words.other_wordings(paragraph, self._alternates)
        if not text.strip() and (notes or paragraph.get("StartsNewPage") == "Yes"):
            pass
        elif kind == "scene heading":
            self._heading(paragraph, text, styles)
        elif kind == "character":
            self._cue(text, styles, is_dual=is_dual or paragraph.get("Dual") == "Yes")
        elif self._is_speaking and kind in SPEECH:
            self._line(kind, text, styles)
        else:
            self._element(kind, paragraph, text, styles)
        self._waiting += notes

    def _heading(self, paragraph: Element, text: str, styles: Styles) -> None:
        self._end_speech()
        self._reel.cut((paragraph.get("Number") or "").strip(), text.replace("\n", " "), styles)
        properties = paragraph.find("SceneProperties")
        if properties is not None:
            self._reel.add_all([*fdx_words.summary(properties), *fdx_words.arcs(properties)])
        omitted = paragraph.find("OmittedScene")
        if omitted is not None:
            self._omitted(omitted)

    def _omitted(self, omitted: Element) -> None:
        reader = _Reader(omitted, {})
        reader.paragraphs(omitted.findall("Paragraph"))
        struck = write_fountain(Screenplay("", "", (), reader.scenes()), PLAIN)
        self._reel.add(BranchBeat("note", f"/*\n{struck.replace('*/', f'*{GAP}/')}*/"))

    def _cue(self, text: str, styles: Styles, *, is_dual: bool) -> None:
        self._end_speech()
        lead = len(text) - len(text.lstrip())
        name, kept = text.strip(), cut(styles, lead, len(text.rstrip()))
        if " ".join(name.split()) != name:  # what is not on one line, or spaced out, is no name with a style
            name, kept = " ".join(name.split()), ()
        if not name:
            return
        self._reel.open_speech(name, kept, is_dual=is_dual)
        self._is_speaking = True

    def _line(self, kind: str, text: str, styles: Styles) -> None:
        if kind == "parenthetical":
            bare = text.strip()
            inner = unbracketed(bare)
            at = len(text) - len(text.lstrip()) + (len(inner) < len(bare))
            self._reel.aside(inner, cut(styles, at, at + len(inner)))
        elif kind == "dialogue":
            self._reel.say(text, styles)
        else:
            self._reel.sing(text, styles)

    def _element(self, kind: str, paragraph: Element, text: str, styles: Styles) -> None:
        self._end_speech()
        beat_kind = KINDS.get(kind, "action")
        alignment = paragraph.get("Alignment") or ("Center" if kind in self._centred else "")
        if beat_kind == "action" and alignment == "Center" and text:
            beat_kind = "centred"
        if not text and beat_kind in ("action", "note"):
            return
        if beat_kind == "section":
            text, styles = _section(kind, text, styles)
        self._reel.add(BranchBeat(beat_kind, text, "", styles))

    def _end_speech(self) -> None:
        if self._is_speaking:
            self._reel.close_speech()
        self._is_speaking = False
        if not self._is_dual:
            self._reel.add_all(self._waiting)
            self._waiting = []


def _section(kind: str, text: str, styles: Styles) -> tuple[str, Styles]:
    """The words with their level as a section beat has it: hashes, all but the first."""
    if text.startswith("#"):
        return text[1:], cut(styles, 1, len(text))
    lead = "#" * (OUTLINE_LEVELS.get(kind, 1) - 1)
    lead += " " if lead else ""
    return lead + text, tuple(shift(styles, len(lead)))
