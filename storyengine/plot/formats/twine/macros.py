"""What SugarCube's macros are given: words, quoted or bare, links in brackets, pictures, statements."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from storyengine.plot.formats.dialects import SUGARCUBE, effects_of
from storyengine.plot.formats.twine.scan import arguments, quoted

MAX_MACRO = 5000
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
PASSAGE_LINKS = {"link", "button", "click", "linkpassage"}
GOTO = {"goto"}
CHOSEN = {
    name: re.compile(
        rf"""\s*<<option\s+(?:"([^"<>]*)"|'([^'<>]*)')(?:(?!<</{name}>>)[\s\S]){{0,{MAX_MACRO}}}<</{name}>>""",
        re.IGNORECASE,
    )
    for name in ("cycle", "listbox")
}  # they show the first of their texts
BACK = {"return", "back"}
EMBED = {"include", "display"}
REVEAL = {"linkappend", "linkprepend", "linkreplace"}
SILENT = set("if elseif else switch case default nobr silent silently type timed next append prepend replace".split())
KNOWN = set(
    "- = actions addclass append audio br break cacheaudio capture case checkbox choice continue copy "
    "createaudiogroup createplaylist css cycle default dialog dialogclose do done else elseif for forget if "
    "linkappend linkprepend linkreplace listbox masteraudio message meter newmeter next nobr notify nowiki "
    "numberbox option optionsfrom playlist preloadaudio prepend print radiobutton redo remember remove "
    "removeaudiogroup removeclass removeplaylist repeat replace run script set setplaylist showmeter silent "
    "silently stop stopallaudio style switch textarea textbox timed toggleclass track type unset updatemeter "
    "waitforaudio widget".split()
)
ANCHOR = re.compile(r"""(["'])([^"'<>]*)\1[^<>]*>(?:((?:[^<]|<(?!/a\b)){0,500})</a\s*>)?""", re.IGNORECASE)


@dataclass(slots=True)
class Body:
    """What stands between <<link>> and <</link>>: done when the link is chosen.

    One that `reveals` leads on only if it goes somewhere; else what it does is `aside`, done at once.
    """

    label: str
    start: int
    end: int
    first: int  # of the links that it makes
    depth: int  # of the conditions around it
    effects: list[str] = field(default_factory=list)
    reveals: bool = False
    joint: str = ""  # what parts the label from what it reveals
    aside: list[str] = field(default_factory=list)


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


def opens_or_closes(slash: str, name: str) -> tuple[str, str]:
    """(The slash, the name): <<endif>> is how <</if>> was written at first."""
    closes = name.startswith("end") and name[3:] in KNOWN | PASSAGE_LINKS | REVEAL
    return ("/", name[3:]) if closes else (slash, name)


def anchored(text: str, at: int) -> tuple[int, str, str]:
    """(Its end, words, target) of <a data-passage="target">words</a>, from the quotes on; without them no target."""
    found = ANCHOR.match(text, at)
    if found is None:
        return at, "", ""
    return found.end(), re.sub(r"<[^<>]*>", "", found[3] or "").strip() or found[2], found[2]


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
