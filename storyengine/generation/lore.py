"""What of a story's lore one brief is told: the entries that the choice, the people or the last scene speak of. Pure.

An entry is one line, "the Drowned Bell, bell: rings under the water before a death". What stands before the colon are
its names, with commas between them; it is told where one of them is spoken of. A line without names is told where two
of its own words are.
"""

import re
from collections.abc import Sequence
from collections.abc import Set as AbstractSet

from storyengine.generation.words import akin, is_unspaced, terms

MOST_LORE = 6
LEAST_SHARED = 2
COLON = re.compile(r"[:：]")
COMMA = re.compile(r"\s*[,，、]\s*")


def retrieve(lore: Sequence[str], spoken: Sequence[tuple[str, float]], most: int = MOST_LORE) -> tuple[str, ...]:
    """At most so many entries, the most useful last, as the other kinds of memory.

    `spoken` are the texts that may speak of them, each with what being spoken of there weighs.
    """
    heard = [(text.casefold(), set(terms(text)), weight) for text, weight in spoken]
    scored = [
        (sum(weight * _speaks(entry, text, words) for text, words, weight in heard), -at, entry)
        for at, entry in enumerate(lore)
    ]
    best = sorted((one for one in scored if one[0] > 0), reverse=True)[:most]
    return tuple(entry for _score, _at, entry in reversed(best))


def _speaks(entry: str, text: str, words: AbstractSet[str]) -> bool:
    colon = COLON.search(entry)
    if colon is None:
        own = set(terms(entry))
        return bool(own) and sum(_stands(word, words) for word in own) >= min(LEAST_SHARED, len(own))
    return any(_named(name, text, words) for name in COMMA.split(entry[: colon.start()].strip()) if name)


def _named(name: str, text: str, words: AbstractSet[str]) -> bool:
    """Whether the text says this name: all its words in any ending, or where it is too short for that, as it stands."""
    own = terms(name)
    if is_unspaced(name) or not own:
        edge = "" if is_unspaced(name) else r"\b"
        return bool(re.search(rf"{edge}{re.escape(name.casefold())}{edge}", text))
    return all(_stands(word, words) for word in own)


def _stands(word: str, words: AbstractSet[str]) -> bool:
    return word in words or any(akin(word, other) for other in words)
