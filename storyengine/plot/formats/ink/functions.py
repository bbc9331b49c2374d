"""Ink's functions that only compute: `~ raise(hope)` does what stands in `raise`, with `hope` for what it is given."""

import re
from collections.abc import Sequence

from storyengine.plot.formats.ink.lines import Part
from storyengine.plot.formats.ink.names import NAMED

CALL = re.compile(rf"\s*({NAMED})\s*\((.*)\)\s*")
CHANGED = re.compile(rf"^\s*({NAMED})\s*(?:[-+*/%]?=(?!=)|\+\+|--)|^\s*(?:\+\+|--)\s*({NAMED})")
PLAIN = re.compile(r"[\w.]+")
DEEPEST = 6


class Functions:
    """Those that are made of statements alone, and change nothing but variables that everybody sees."""

    def __init__(self, parts: Sequence[Part]) -> None:
        self._known = {part.name: part for part in parts if part.is_function and _computes(part)}

    def __contains__(self, name: str) -> bool:
        return name in self._known

    def spelled_out(self, statement: str, deep: int = 0) -> list[str]:
        """The statements that a call stands for; any other statement as it is."""
        call = CALL.fullmatch(statement)
        part = self._known.get(call[1]) if call and deep < DEEPEST else None
        given = _values(call[2]) if call else []
        if part is None or len(given) != len(part.parameters):
            return [statement]
        values = dict(zip(part.parameters, given, strict=True))
        if any(not PLAIN.fullmatch(values[name]) for name in part.refs):
            return [statement]
        bodies = (_with(item.text, values) for item in part.items if not item.text.startswith("return"))
        return [each for body in bodies for each in self.spelled_out(body, deep + 1)]


def _computes(part: Part) -> bool:
    """Without conditions, words or values of its own; a change of what it is given alone would be nobody's."""
    statements = [item.text for item in part.items]
    changed = {found[1] or found[2] for found in map(CHANGED.match, statements) if found}
    return (
        all(item.kind == "logic" and not item.conditions for item in part.items)
        and all(text == "return" or not re.match(r"(?:temp|return)\b", text) for text in statements)
        and not (changed & set(part.parameters)) - part.refs
    )


def _values(given: str) -> list[str]:
    """Split at the commas outside of brackets and texts."""
    found, depth, start = [], 0, 0
    for match in re.finditer(r'"(?:[^"\\]|\\.)*"|[(){}]|,', given):
        depth += (match[0] in "({") - (match[0] in ")}")
        if match[0] == "," and not depth:
            found.append(given[start : match.start()].strip())
            start = match.end()
    return [*found, given[start:].strip()] if given.strip() else []


def _with(statement: str, values: dict[str, str]) -> str:
    def value(word: re.Match[str]) -> str:
        given = values.get(word[0], word[0])
        return given if PLAIN.fullmatch(given) else f"({given})"

    return re.sub(r"(?<![\w.\"])[^\W\d]\w*(?![\w.\"(])", value, statement)
