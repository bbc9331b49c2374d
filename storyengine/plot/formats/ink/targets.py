"""Diverts that variables hold: `VAR back = -> hub`, `-> talk(-> hub)`, and then `-> back`."""

import re
from collections.abc import Iterator, Sequence

from storyengine.plot.formats.ink.inline import DIVERT
from storyengine.plot.formats.ink.lines import Part
from storyengine.plot.formats.ink.names import NAMED, PATH

HELD = re.compile(rf"({NAMED})\s*=\s*->\s*({PATH})")
HANDED = re.compile(rf"\s*->\s*({PATH})\s*")


class Targets:
    """Every name that a variable, or what a knot is given, may hold: found before anything is read."""

    def __init__(self, parts: Sequence[Part]) -> None:
        self._held: dict[str, dict[str, None]] = {}
        self._given: dict[tuple[str, int], dict[str, None]] = {}
        self._places = {(part.name, name): n for part in parts for n, name in enumerate(part.parameters)}
        for text in (item.text for part in parts for item in part.items):
            for variable, name in HELD.findall(text):
                self._held.setdefault(variable, {})[name] = None
            for to, number, name in _handed(text):
                self._given.setdefault((to, number), {})[name] = None

    def of(self, variable: str, part: str) -> list[str]:
        for place in (part, part.split(".")[0]):
            if (place, variable) in self._places:
                number = self._places[place, variable]
                return list(
                    {**self._given.get((place, number), {}), **self._given.get((place.split(".")[-1], number), {})}
                )
        return list(self._held.get(variable, {}))


def hands_on_diverts_alone(given: str) -> bool:
    return all(HANDED.fullmatch(value) for value in given[1:-1].split(","))


def _handed(text: str) -> Iterator[tuple[str, int, str]]:
    """(To whom, as which of the values, the name) of every divert that is handed on."""
    for divert in DIVERT.finditer(text):
        for number, value in enumerate(divert[3][1:-1].split(",")) if divert[2] and divert[3] else ():
            if name := HANDED.fullmatch(value):
                yield divert[2], number, name[1]
