"""How much one text says again: words, runs of words, and what two texts share. Pure; every script."""

from collections.abc import Sequence

from storyengine.generation.words import RUN, is_unspaced, normalise

Chunk = tuple[str, ...]


def tokens(text: str) -> list[str]:
    """Words in lower case; in scripts that put no space between words, each character."""
    found: list[str] = []
    for run in RUN.findall(normalise(text)):
        found += list(run) if is_unspaced(run) else [run]
    return found


def chunks(words: Sequence[str], length: int) -> list[Chunk]:
    """Every run of so many words, in order."""
    return [tuple(words[n : n + length]) for n in range(len(words) - length + 1)]


def share_of_distinct(words: Sequence[str], length: int) -> float:
    """distinct-n: how many of the runs are different ones; 1.0 for a text that is too short to repeat itself."""
    runs = chunks(words, length)
    return len(set(runs)) / len(runs) if runs else 1.0


def longest_shared(own: Sequence[str], other: Sequence[str], least: int) -> str:
    """The longest run of `own` that stands in `other` too, as words between spaces; empty below `least` words."""
    known = set(chunks(other, least))
    best: tuple[int, int] = (0, 0)
    start = 0
    while start <= len(own) - least:
        length = 0
        while start + length + least <= len(own) and tuple(own[start + length : start + length + least]) in known:
            length += 1
        if length and length + least - 1 > best[1]:
            best = (start, length + least - 1)
        start += max(1, length)
    return " ".join(own[best[0] : best[0] + best[1]])
