"""The title page of an FDX file under Fountain's names for its parts.

Final Draft does not name them: the first in the middle is the title, what follows up to the names of the authors the
credit; a line at the left that names itself ("Draft date: …") is taken at its word, what stands at the right is the
date, the rest is contact.
"""

from xml.etree.ElementTree import Element

from storyengine.plot.branch import Styles
from storyengine.script.formats.fdx import CENTRED_KEYS
from storyengine.script.formats.fdx_words import words
from storyengine.script.markup import cut, mark

KEY_LINE_MOST = 30
CREDITS = ("by", "written by", "screenplay by", "a screenplay by", "teleplay by", "and", "&")
Entry = tuple[str, str, Styles]


def title_page(page: Element) -> tuple[tuple[str, str], ...]:
    """The page's paragraphs as pairs, in order."""
    entries: list[tuple[str, str]] = []
    content = page.find("Content")
    found = content.findall("Paragraph") if content is not None else page.findall("Paragraph")
    said = [(paragraph, *words(paragraph)) for paragraph in found]
    said = [one for one in said if one[1].strip()]
    # A page that puts nothing in the middle is read from the top as if all of it stood there.
    is_placed = any(paragraph.get("Alignment") for paragraph, *_ in said)
    for paragraph, text, styles in said:
        named = _named(paragraph, text, styles)
        place = paragraph.get("Alignment", "") if is_placed else "Center"
        key, text, styles = named or (_key(text, place, {key for key, _ in entries}), text, styles)
        value = "\n".join(map(str.strip, _marked_lines(text, styles).split("\n")))
        if entries and entries[-1][0] == key and key != "Title" and not named:
            entries[-1] = (key, f"{entries[-1][1]}\n{value}")
        else:
            entries.append((key, value))
    return tuple(entries)


def _named(paragraph: Element, text: str, styles: Styles) -> Entry | None:
    """A line that says what it is, by its type or by a name before a colon."""
    kind = paragraph.get("Type") or ""
    if kind.lower() in CENTRED_KEYS:
        return kind, text, styles
    head, colon, _ = text.partition(": ")
    is_key = head.replace(" ", "").isalnum() and head.isascii() and head[0].isalpha() and len(head) <= KEY_LINE_MOST
    return (head, text[len(head) + 2 :], cut(styles, len(head) + 2, len(text))) if colon and is_key else None


def _key(text: str, place: str, seen: set[str]) -> str:
    low = text.strip().lower()
    if place != "Center":
        return "Draft date" if place == "Right" else "Contact"
    if "Title" not in seen:
        return "Title"
    if low.startswith(("based on", "from the", "adapted", "story by")):
        return "Source"
    if low.rstrip(":") in CREDITS:
        return "Credit" if "Author" not in seen else "Author"
    return "Author" if "Credit" in seen else "Credit"


def _marked_lines(text: str, styles: Styles) -> str:
    lines, at = [], 0
    for line in text.strip("\n").split("\n"):
        start = text.index(line, at) if line else at
        lines.append(mark(line, cut(styles, start, start + len(line))))
        at = start + len(line)
    return "\n".join(lines)
