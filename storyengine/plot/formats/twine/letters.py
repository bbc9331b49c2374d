"""Prose to the letter: what Twine would trim, or read as its own signs, is spelled as a character reference (`&#91;`).

Twine's players show a reference as the character that it means.
"""

import re
from html import unescape
from html.entities import html5

from storyengine.plot.formats import runs
from storyengine.plot.formats.shape import FileBeat

# Tab and line ends, and what ASCII can print: each becomes one private character while a passage is taken apart.
REFERENCE = re.compile(r"&(?:#(?:\d{1,7}|[xX][0-9A-Fa-f]{1,6})|[A-Za-z][A-Za-z0-9]{1,31});")
LIFTED = 0xF0000
STYLES = ["bold", "italic", "underline", "strikeout"]
OPENING, CLOSING = 0xF0200, 0xF0300  # stand for the signs of a style, by its number in STYLES
ON, OFF = "[\U000f0200-\U000f0203]", "[\U000f0300-\U000f0303]"
INSIDE_WORD = re.compile(r"[\w:/]\Z")
ENDS = rf"\A[ \t]|[ \t]\Z|(?<={ON})[ \t]|[ \t](?={OFF})|[\n\r]"
SIGNS = (
    rf"[\[\]{{}}<>`\\@|*~^]|'(?='|{ON}|{OFF})|(?:(?<=')|(?<={ON})|(?<={OFF}))'"
    rf"|(?<!:)/(?=/)|/(?=%|{ON}|{OFF})|(?:(?<={ON})|(?<={OFF}))/"
    r"|(?<!\w)_|_(?!\w)|_(?=_)|=(?==)|\$(?=[A-Za-z_{])|\((?=\$?[A-Za-z_][\w/-]*:)|&(?=#?\w+;)|\A[!#>+=-]|\A\d+[.)]"
)
UNSURE = re.compile(rf"{ENDS}|&(?=#?\w+;)")
UNSURE_SIGNS = re.compile(rf"{SIGNS}|{ENDS}")
UNSURE_STYLED = re.compile(
    rf"/(?=/)|{UNSURE_SIGNS.pattern}"
)  # between the // of italics an address has none of its own
UNSURE_NOTE = re.compile(rf"{UNSURE.pattern}|[\\<]|(?<=--)>")
Signs = dict[str, tuple[str, str]]
TAGS: Signs = {
    style: (f"<{tag}>", f"</{tag}>") for style, tag in zip(STYLES, "bius", strict=True)
}  # where one stands inside another


def spell(beat: FileBeat, signs: Signs, *, literal: bool) -> str:
    """A beat's words as a line that is read back to the letter. `literal`: no sign in them is meant as Twine's own."""
    numbers = STYLES.index
    text = runs.marked(
        beat.text, beat.styles, lambda name: chr(OPENING + numbers(name)), lambda name: chr(CLOSING + numbers(name))
    )
    signs = TAGS if runs.is_deep(beat.styles) else signs
    unsure = UNSURE if not literal else UNSURE_STYLED if beat.styles else UNSURE_SIGNS
    text = unsure.sub(lambda found: "".join(map(_reference, found[0])), text)
    for number, style in enumerate(STYLES):
        text = _signed(text, chr(OPENING + number), chr(CLOSING + number), signs[style], style)
    return text


def spell_label(label: str) -> str:
    """As what a link says: no sign in it is one of emphasis."""
    return re.sub(r"[\[\]<>`*~^'/_=&#\\|]", lambda sign: _reference(sign[0]), label)


def spell_note(text: str) -> str:
    """As the words of a comment."""
    return UNSURE_NOTE.sub(lambda found: _reference(found[0]), text)


def spell_first(line: str, sign: str) -> str:
    """Words that begin like somebody's speech, or like how it is spoken, and are none: that sign is a sign no more."""
    return line.replace(sign, _reference(sign), 1)


def lift(line: str) -> str:
    """Each reference as one private character, which nothing takes for a sign or a space."""
    return REFERENCE.sub(_meant, line)


def _meant(reference: re.Match[str]) -> str:
    if reference[0][1] != "#" and reference[0][1:] not in html5:
        return reference[0]
    meant = unescape(reference[0])
    readable = bool(meant) and all(ch in "\t\n\r" or ch.isspace() or ch.isprintable() for ch in meant)
    return "".join(chr(LIFTED + ord(ch)) if ord(ch) < 127 else ch for ch in meant) if readable else reference[0]


def lifted(words: str) -> str:
    """Words in which no character is a sign."""
    return "".join(chr(LIFTED + ord(ch)) if " " < ch < "\x7f" else ch for ch in words)


def settle(text: str) -> str:
    """What was lifted, as the characters that are meant; as long as before."""
    return "".join(chr(ord(ch) - LIFTED) if LIFTED < ord(ch) < LIFTED + 127 else ch for ch in text)


def _signed(text: str, opening: str, closing: str, signs: tuple[str, str], style: str) -> str:
    """The signs of one style at their places; tags where // would stand inside a word and be none."""
    parts = text.split(opening)
    for number, part in enumerate(parts[1:], 1):
        inside = style == "italic" and signs[0] == "//" and INSIDE_WORD.search(parts[number - 1])
        on, off = ("<i>", "</i>") if inside else signs
        parts[number] = on + part.replace(closing, off)
    return "".join(parts)


def _reference(character: str) -> str:
    return f"&#{ord(character)};"
