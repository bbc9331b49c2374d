"""The lines that scenes are put together from, read from the text files in lines/ by section.

A file holds `== section` headings and one entry a line; the parts of an exchange are divided by " / ", and `[a|b|c]`
stands for one of its alternatives. Every sentence has a gap, so that none reads the same in two stories. Gaps: {a} who
acts, {b} who is there, {c} a third; in dialogue {you} is the one spoken to and {c} neither of the two; {o} the thing
without article, {n} a new thing, {an} the same with one; {is} {it} {them} {s} {es} agree with {o} and {ns} with {n};
{place}, {stake}; {p} a small thing that the scene named before and comes back to; a wish's are {w} {aw} {v} {n}.
"""

import re
from functools import cache
from pathlib import Path
from random import Random

Entry = tuple[str, ...]

FOLDER = Path(__file__).parent / "lines"
ALTERNATIVES = re.compile(r"\[([^\]]*)\]")


def pool(section: str) -> tuple[Entry, ...]:
    """The entries under this heading, each in its parts; KeyError if no file has it."""
    return _pools()[section]


def vary(rng: Random, template: str) -> str:
    """The template with one of each `[a|b|c]` drawn."""
    return ALTERNATIVES.sub(lambda found: rng.choice(found[1].split("|")), template)


@cache
def _pools() -> dict[str, tuple[Entry, ...]]:
    found: dict[str, list[Entry]] = {}
    for file in sorted(FOLDER.glob("*.txt")):
        section = ""
        for line in file.read_text().splitlines():
            if line.startswith("== "):
                section = line[3:]
                found[section] = []
            elif line and not line.startswith("#"):
                found[section].append(tuple(line.split(" / ")))
    return {section: tuple(entries) for section, entries in found.items()}
