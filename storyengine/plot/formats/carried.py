"""What a file's language cannot say of a choice or a scene goes along beside it, in words that its tool passes over.

Twine has comments for that and Ink has tags; both name it alike: `if` is the condition of the choice that follows,
`to` the scene that it names and that is not there, `then 2` the second line of what taking it changes, `does 1` the
first line of what entering the scene changes.
"""

import re
from collections.abc import Iterable, Iterator

KIND = r"if|to|(?:then|does) \d+"


def left_over(verb: str, lines: Iterable[tuple[str, str | None]]) -> Iterator[tuple[str, str]]:
    """(Kind, statement) of each line that the tool cannot say, with its place among all of them."""
    return ((f"{verb} {number}", ours) for number, (ours, spelled) in enumerate(lines, 1) if spelled is None)


def put_back(effects: str, carried: Iterable[tuple[str, str]]) -> str:
    """The statements with those of what was carried, each at its place."""
    lines = effects.splitlines()
    for kind, line in (each for each in carried if each[0] not in ("if", "to")):
        lines.insert(int(re.sub(r"\D", "", kind)[:6] or 1) - 1, line)
    return "\n".join(lines)
