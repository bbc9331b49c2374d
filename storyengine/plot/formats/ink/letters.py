"""Words to the letter in Ink: its own signs and those of emphasis are escaped, emphasis is written in tags.

Ink shows an escaped sign as the character that it is, and lets tags through to whoever shows the story.
"""

import re
from collections.abc import Collection

from storyengine.plot.formats import runs
from storyengine.plot.formats.prose import beats_of_line, speech_of
from storyengine.plot.formats.shape import FileBeat
from storyengine.plot.formats.twine.letters import LIFTED, settle

ESCAPED = re.compile(r"\\(.)")
NAMED = re.compile(r"(?:\\[^:]|[^\\:])*: ")
LOGIC = re.compile(r"(\{(?:[^{}]|\{(?:[^{}]|\{[^{}]*\})*\})*\})")
SPECIAL = re.compile(r"([{}|#\[\]\\*]|/+\*|//+|->|<-|<>|'(?=')|<(?=/?[A-Za-z]))", re.IGNORECASE)
AT_START = re.compile(r"^(?=[+\-=~]|TODO:|(?:VAR|CONST|LIST|EXTERNAL|INCLUDE)\b)")
GAP = re.compile(r"(?<= ) ")  # Ink shows spaces in a row as one; escaped they come back
TAGS = {"bold": "b", "italic": "i", "underline": "u", "strikeout": "s"}
OPENING, CLOSING = 0xF0200, 0xF0300  # stand for the tags of a style, by its number in TAGS


def spell(words: str, *, raw: bool = False) -> str:
    """Words as a line of Ink. `raw`: what stands in braces is Ink's own logic."""
    pieces = LOGIC.split(words) if raw else [words]
    pieces[::2] = [SPECIAL.sub(lambda sign: "".join(f"\\{ch}" for ch in sign[1]), piece) for piece in pieces[::2]]
    return AT_START.sub(r"\\", "".join(pieces))


def marked(beat: FileBeat) -> str:
    """A beat's words with a private character where a style begins and ends; of styles that cross the later stays."""
    numbers = list(TAGS).index
    return runs.marked(
        beat.text, beat.styles, lambda name: chr(OPENING + numbers(name)), lambda name: chr(CLOSING + numbers(name))
    )


def tagged_styles(line: str) -> str:
    """The line with its styles as tags."""
    for number, name in enumerate(TAGS.values()):
        line = line.replace(chr(OPENING + number), f"<{name}>").replace(chr(CLOSING + number), f"</{name}>")
    return line


def beats_of_ink(line: str, speakers: Collection[str]) -> list[FileBeat]:
    """One line as its beats: what is escaped is a sign of nothing."""
    named = NAMED.match(line)
    at = named.end() if named and speech_of(ESCAPED.sub(r"\1", line), speakers) else 0
    found = beats_of_line(ESCAPED.sub(r"\1", line[:at]) + ESCAPED.sub(lifted, line[at:]), speakers)
    for beat in found:
        beat.text = settle(beat.text)
    return found


def lifted(sign: re.Match[str]) -> str:
    return chr(LIFTED + ord(sign[1])) if " " <= sign[1] < "\x7f" else sign[1]
