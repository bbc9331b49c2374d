"""What SugarCube's macros are given: words, quoted or bare, links in brackets, pictures, statements."""

import re
from collections.abc import Iterator

from storyengine.plot.formats.dialects import SUGARCUBE, effects_of
from storyengine.plot.formats.twine.scan import arguments, quoted

SCRIPT = re.compile(r"<<script\b[^<>]*>>", re.IGNORECASE)
WORD = re.compile(
    r"""\[\[.*?\]\]|\[[<>]?img\[.*?\]\]|"(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*'|`[^`]*`|[^\s"'`]+""", re.DOTALL
)
PICTURE = re.compile(r"\[[<>]?img\[")
UNSEEN = set(
    "addclass audio cacheaudio capture createaudiogroup createplaylist css do done forget masteraudio playlist "
    "preloadaudio redo remember removeaudiogroup removeclass removeplaylist repeat run setplaylist stop stopallaudio "
    "toggleclass track unset waitforaudio".split()
)  # what these do nobody reads
MAX_MACRO = 5000


def scripts(text: str) -> Iterator[tuple[int, int]]:
    """Where code stands; one that is never closed is none, and ends the search."""
    at = 0
    while (opening := SCRIPT.search(text, at)) and (end := text.find("<</script>>", opening.end())) >= 0:
        at = end + len("<</script>>")
        yield opening.start(), at


def macro_end(text: str, at: int) -> int:
    """Where the >> of a macro stands: the first one that leaves no double quote open."""
    end = text.find(">>", at, at + MAX_MACRO)
    first = end
    while end >= 0 and (text.count('"', at, end) - text.count('\\"', at, end)) % 2:
        end = text.find(">>", end + 2, at + MAX_MACRO)
    return end if end >= 0 else first


def bracket(word: str) -> str | None:
    if word.startswith("[[") and word.endswith("]]"):
        return word[2:-2]
    if PICTURE.match(word) and word.endswith("]]"):
        parts = word[word.index("img[") + 4 : -2].split("][")
        return f"{parts[1]}->{parts[1]}" if len(parts) > 1 else None
    return None


def name_of(word: str) -> str | None:
    """A passage or a label as a macro's argument: quoted, or bare where it is no variable."""
    text = quoted(word)
    return text if text is not None else (None if word.startswith(("$", "_", "`")) else word)


def split(given: str) -> list[str]:
    return [part for piece in given.split(";") for part in arguments(piece) if part]


def setter(source: str) -> str:
    return effects_of(SUGARCUBE, split(source))
