"""What an FDX paragraph says, and what stands beside the script: notes, index cards, other wordings, omitted scenes."""

from bisect import bisect_right
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from xml.etree.ElementTree import Element

from storyengine.plot.branch import BranchBeat, StyleName, Styles
from storyengine.script.formats.fdx import STYLE_WORDS, length
from storyengine.script.markup import from_runs, shift, tidy

LINE_BREAKS = {"\r\n": "\n", "\r": "\n", "\u2028": "\n", "\u2029": "\n"}


def words(paragraph: Element) -> tuple[str, Styles]:
    """All runs of one paragraph joined, those of the elements inside it left out."""
    pieces: list[tuple[str, list[StyleName]]] = []
    for run in paragraph.findall("Text"):
        text = "".join(run.itertext())
        for broken, plain in LINE_BREAKS.items():
            text = text.replace(broken, plain)
        text = text.replace("\x00", "")
        names = {word.strip().lower() for word in (run.get("Style") or "").split("+")}
        pieces.append((text, [name for name, word in STYLE_WORDS if word.lower() in names]))
    return from_runs(pieces)


def note(lead: str, paragraphs: Iterable[Element]) -> list[BranchBeat]:
    """One note of some paragraphs, with what it is called before it; none where nothing is said."""
    text = f"{lead}: " if lead else ""
    found: list[tuple[int, int, StyleName]] = []
    start = len(text)
    for number, paragraph in enumerate(paragraphs):
        said, styles = words(paragraph)
        text += "\n" if number else ""
        found += shift(styles, len(text))
        text += said
    return [BranchBeat("note", text, "", tidy(found, len(text)))] if text[start:].strip() else []


def script_note(element: Element) -> list[BranchBeat]:
    return note((element.get("Name") or "").strip(), element.iter("Paragraph"))


def summary(properties: Element) -> Iterator[BranchBeat]:
    """What the scene's index card says: its title, then its lines."""
    if title := " ".join((properties.get("Title") or "").split()):
        yield BranchBeat("synopsis", title)
    for card in properties.findall("Summary"):
        for paragraph in card.iter("Paragraph"):
            text, styles = words(paragraph)
            if text.strip():
                yield BranchBeat("synopsis", text, "", styles)


def arcs(properties: Element) -> Iterator[BranchBeat]:
    """What somebody goes through in the scene, as a note under the name."""
    for arc in properties.iter("CharacterArcBeat"):
        name = (arc.get("Name") or "").strip()
        if arc.find("Paragraph") is not None:
            yield from note(name, arc.iter("Paragraph"))
        elif said := (arc.text or "").strip():
            yield BranchBeat("note", ": ".join(filter(None, [name, said])))


def alternates(root: Element) -> Mapping[str, Element]:
    """Other wordings of lines, by the number under which a line names them."""
    return {alt.get("Id") or "": alt for alt in root.iterfind("AltCollection/Alt")}


def other_wordings(paragraph: Element, known: Mapping[str, Element]) -> Iterator[BranchBeat]:
    """The wordings of this line that are not the one that stands there."""
    current = words(paragraph)[0].strip()
    for number in paragraph.iterfind("Alts/AltId"):
        alt = known.get((number.text or "").strip())
        for beat in note("Alt", alt.iter("Paragraph")) if alt is not None else ():
            if beat.text.removeprefix("Alt: ").strip() != current:
                yield beat


def margin_notes(root: Element, paragraphs: Iterable[Element]) -> Mapping[int, list[BranchBeat]]:
    """Notes that Final Draft since 10 keeps apart from the text, by the paragraph in which each one's range begins."""
    starts, at = [], 0
    for paragraph in paragraphs:
        starts.append(at)
        at += length(paragraph) + 1
    found: dict[int, list[BranchBeat]] = defaultdict(list)
    for element in root.iterfind("ScriptNotes/ScriptNote"):
        first = (element.get("Range") or "").partition(",")[0].strip()
        begin = int(first) if first.isdecimal() and first.isascii() and len(first) < 12 else 0
        found[max(0, bisect_right(starts, begin) - 1)] += script_note(element)
    return found
