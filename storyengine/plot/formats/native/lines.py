"""The line on which a value of a JSON text stands: looked for only once one is at fault, so reading costs no more."""

import json
import re
from collections.abc import Iterator, Sequence
from json.decoder import scanstring  # type: ignore[attr-defined] # the reader's own: it says where a text ends

from storyengine.plot.formats.report import line_of

Step = str | int
SPACE = re.compile(r"[ \t\n\r]*")
DECODER = json.JSONDecoder()


def line_of_value(text: str, path: Sequence[Step]) -> int:
    """The line, from 1; where the path breaks off, that of the last part that is there. `text` is valid JSON."""
    at = _skip(text, 0)
    for step in path:
        found = dict(_members(text, at)).get(step)  # of two members of one name the last one counts, as for the reader
        if found is None:
            break
        at = found
    return line_of(text, at)


def spell(path: Sequence[Step]) -> str:
    """The path as programs write it: scenes[3].beats[0].text."""
    return "".join(f"[{step}]" if isinstance(step, int) else f".{step}" for step in path).removeprefix(".")


def _members(text: str, at: int) -> Iterator[tuple[Step, int]]:
    """The name or number of each member of the value that begins here, and where that member's value begins."""
    if text[at] not in "{[":
        return
    named, at, number = text[at] == "{", _skip(text, at + 1), 0
    while text[at] not in "]}":
        name: Step = number
        if named:
            name, at = scanstring(text, at + 1, False)
            at = _skip(text, _skip(text, at) + 1)
        yield name, at
        at = _skip(text, DECODER.raw_decode(text, at)[1])
        at = _skip(text, at + 1) if text[at] == "," else at
        number += 1


def _skip(text: str, at: int) -> int:
    found = SPACE.match(text, at)
    return found.end() if found else at
