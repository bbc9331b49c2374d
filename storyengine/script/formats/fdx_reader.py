"""An FDX file as a screenplay, without the loss of a word or of a run of style.

Only the paragraphs directly under <Content> and those inside a <DualDialogue> are the script; the ones inside
<ScriptNote>, <SceneArcBeats> and <SceneProperties> become notes and synopses, and a plain iteration would count them.
Files in the open put the <TitlePage> inside the content, a <DualDialogue> there without a paragraph around it, leave
types out, or invent their own: what is not known is action.
"""

from collections.abc import Iterable, Iterator
from typing import Any
from xml.etree.ElementTree import Element, ParseError

from defusedxml import DefusedXmlException
from defusedxml.ElementTree import iterparse

from storyengine.plot.branch import BeatKind, BranchBeat, StyleName, Styles
from storyengine.script.formats.fdx import CENTRED_KEYS, STYLE_WORDS
from storyengine.script.formats.lines import Lines
from storyengine.script.formats.refusals import unreadable
from storyengine.script.markup import cut, from_runs, mark, tidy
from storyengine.script.reels import Reel
from storyengine.script.screenplay import Screenplay, unbracketed

MAX_BYTES = 32 * 1024 * 1024
MAX_DEPTH = 60
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
    "outline 1": "section",
    "outline 2": "section",
    "outline 3": "section",
    "outline 4": "section",
}
LINE_BREAKS = {"\r\n": "\n", "\r": "\n", "\u2028": "\n", "\u2029": "\n"}
KEY_LINE_MOST = 30


def read_fdx(source: bytes) -> Screenplay:
    """The script in the file; raises Refused("script.invalid") with the line where it stops to be FDX."""
    root = _parse(source)
    content = root.find("Content")
    if content is None:
        raise unreadable("script.no_content", line=1)
    page = root.find("TitlePage")
    page = page if page is not None else content.find("TitlePage")
    entries = _title_page(page) if page is not None else ()
    reader = _Reader()
    reader.paragraphs(child for child in content if child.tag in ("Paragraph", "DualDialogue"))
    title = next((value for key, value in entries if key.lower() == "title"), "")
    return Screenplay(" ".join(title.replace("*", "").replace("_", "").split()), "", entries, reader.scenes())


def _parse(source: bytes) -> Element:
    if len(source) > MAX_BYTES:
        raise unreadable("file.size", size=MAX_BYTES >> 20)
    depth = 0
    root: Element | None = None
    lines = Lines(source)
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


class _Reader:
    def __init__(self) -> None:
        self._reel = Reel()
        self._is_speaking = False

    def scenes(self) -> Any:
        self._end_speech()
        return self._reel.scenes()

    def paragraphs(self, found: Iterable[Element]) -> None:
        for paragraph in found:
            dual = paragraph if paragraph.tag == "DualDialogue" else paragraph.find("DualDialogue")
            if dual is not None:
                self._dual(dual)
            else:
                self._paragraph(paragraph)

    def _dual(self, dual: Element) -> None:
        """Two voices at once: the first cue opens as any other, those after it are marked."""
        self._end_speech()
        voices = 0
        for paragraph in dual.iter("Paragraph"):
            if paragraph.get("Type") == "Character":
                voices += 1
            self._paragraph(paragraph, is_dual=voices > 1)
        self._end_speech()

    def _paragraph(self, paragraph: Element, *, is_dual: bool = False) -> None:
        text, styles = _words(paragraph)
        kind = (paragraph.get("Type") or "Action").strip().lower()
        notes = [BranchBeat("note", *_note(note)) for note in paragraph.findall("ScriptNote")]
        notes = [BranchBeat("note", beat.text, "", beat.styles) for beat in notes if beat.text]
        if paragraph.get("StartsNewPage") == "Yes" and kind != "character":
            self._end_speech()
            self._reel.add(BranchBeat("page_break", ""))
        if not text.strip() and (notes or paragraph.get("StartsNewPage") == "Yes"):
            pass
        elif kind == "scene heading":
            self._heading(paragraph, text, styles)
        elif kind == "character":
            self._cue(text, is_dual=is_dual or paragraph.get("Dual") == "Yes")
        elif self._is_speaking and kind in ("dialogue", "parenthetical", "lyrics", "lyric", "singing"):
            self._line(kind, text, styles)
        else:
            self._element(kind, paragraph, text, styles)
        if notes:
            self._end_speech()
            self._reel.add_all(notes)

    def _heading(self, paragraph: Element, text: str, styles: Styles) -> None:
        self._end_speech()
        words, kept = _one_line(text, styles)
        self._reel.cut((paragraph.get("Number") or "").strip(), words, kept)
        properties = paragraph.find("SceneProperties")
        for beat in _summary(properties) if properties is not None else ():
            self._reel.add(beat)
        for beat in _arcs(properties) if properties is not None else ():
            self._reel.add(beat)

    def _cue(self, text: str, *, is_dual: bool) -> None:
        self._end_speech()
        name = " ".join(text.split())
        if not name:
            return
        self._reel.open_speech(name, is_dual=is_dual)
        self._is_speaking = True

    def _line(self, kind: str, text: str, styles: Styles) -> None:
        if kind == "parenthetical":
            bare = text.strip()
            words = unbracketed(bare)
            at = len(text) - len(text.lstrip()) + (len(words) < len(bare))
            self._reel.aside(words, cut(styles, at, at + len(words)))
        elif kind == "dialogue":
            self._reel.say(text, styles)
        else:
            self._reel.sing(text, styles)

    def _element(self, kind: str, paragraph: Element, text: str, styles: Styles) -> None:
        self._end_speech()
        beat_kind = KINDS.get(kind, "action")
        if beat_kind == "action" and paragraph.get("Alignment") == "Center" and text:
            beat_kind = "centred"
        if not text and beat_kind == "action":
            return
        if beat_kind == "section" and text.startswith("#"):
            text, styles = text[1:], cut(styles, 1, len(text))
        self._reel.add(BranchBeat(beat_kind, text, "", styles))

    def _end_speech(self) -> None:
        if self._is_speaking:
            self._reel.close_speech()
        self._is_speaking = False


def _words(paragraph: Element) -> tuple[str, Styles]:
    """All runs of one paragraph joined, those of the elements inside it left out."""
    pieces: list[tuple[str, list[StyleName]]] = []
    for run in paragraph.findall("Text"):
        text = "".join(run.itertext())
        for broken, plain in LINE_BREAKS.items():
            text = text.replace(broken, plain)
        text = text.replace("\x00", "")
        words = {word.strip().lower() for word in (run.get("Style") or "").split("+")}
        pieces.append((text, [name for name, word in STYLE_WORDS if word.lower() in words]))
    return from_runs(pieces)


def _note(note: Element) -> tuple[str, str, Styles]:
    name = (note.get("Name") or "").strip()
    text, found = f"{name}: " if name else "", []
    for number, paragraph in enumerate(note.iter("Paragraph")):
        words, styles = _words(paragraph)
        text += "\n" if number else ""
        found += [(s + len(text), e + len(text), name) for s, e, name in styles]
        text += words
    return text, "", tidy(found, len(text))


def _summary(properties: Element) -> Iterator[BranchBeat]:
    """What the scene's index card says: its title, then its lines."""
    if title := " ".join((properties.get("Title") or "").split()):
        yield BranchBeat("synopsis", title)
    for summary in properties.findall("Summary"):
        for paragraph in summary.iter("Paragraph"):
            text, styles = _words(paragraph)
            if text.strip():
                yield BranchBeat("synopsis", text, "", styles)


def _arcs(properties: Element) -> Iterator[BranchBeat]:
    """What somebody goes through in the scene, as a note under the name."""
    for arc in properties.iter("CharacterArcBeat"):
        if words := "".join(arc.itertext()).strip():
            yield BranchBeat("note", ": ".join(filter(None, [(arc.get("Name") or "").strip(), words])))


def _one_line(text: str, styles: Styles) -> tuple[str, Styles]:
    return text.replace("\n", " "), styles


def _title_page(page: Element) -> tuple[tuple[str, str], ...]:
    """The page's paragraphs under Fountain's names for them.

    Final Draft does not name them: the first in the middle is the title, what follows up to the names of the authors
    the credit; a line at the left that names itself ("Draft date: …") is taken at its word, the rest is contact.
    """
    entries: list[tuple[str, str]] = []
    content = page.find("Content")
    for paragraph in content.findall("Paragraph") if content is not None else page.findall("Paragraph"):
        text, styles = _words(paragraph)
        if not text.strip():
            continue
        named = _named(paragraph, text, styles)
        key, text, styles = named or _entry(paragraph, text, styles, entries)
        value = "\n".join(map(str.strip, _marked_lines(text, styles).split("\n")))
        if entries and entries[-1][0] == key and key != "Title" and not named:
            entries[-1] = (key, f"{entries[-1][1]}\n{value}")
        else:
            entries.append((key, value))
    return tuple(entries)


def _named(paragraph: Element, text: str, styles: Styles) -> tuple[str, str, Styles] | None:
    """A line that says what it is, by its type or by a name before a colon."""
    kind = paragraph.get("Type") or ""
    if kind.lower() in CENTRED_KEYS:
        return kind, text, styles
    head, colon, _ = text.partition(": ")
    is_key = head.replace(" ", "").isalnum() and head.isascii() and head[0].isalpha() and len(head) <= KEY_LINE_MOST
    return (head, text[len(head) + 2 :], cut(styles, len(head) + 2, len(text))) if colon and is_key else None


def _entry(paragraph: Element, text: str, styles: Styles, entries: list[tuple[str, str]]) -> tuple[str, str, Styles]:
    if paragraph.get("Alignment") == "Center":
        return _centred_key(text, {key for key, _ in entries}), text, styles
    return "Contact", text, styles


def _centred_key(text: str, seen: set[str]) -> str:
    low = text.strip().lower()
    if "Title" not in seen:
        return "Title"
    if low.startswith(("based on", "from the", "adapted", "story by")):
        return "Source"
    if low.rstrip(":") in ("by", "written by", "screenplay by", "a screenplay by", "teleplay by", "and", "&"):
        return "Credit" if "Author" not in seen else "Author"
    return "Author" if "Credit" in seen else "Credit"


def _marked_lines(text: str, styles: Styles) -> str:
    lines, at = [], 0
    for line in text.strip("\n").split("\n"):
        start = text.index(line, at) if line else at
        lines.append(mark(line, cut(styles, start, start + len(line))))
        at = start + len(line)
    return "\n".join(lines)
