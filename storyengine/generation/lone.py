"""Wishes that one guest alone holds: the writer is not told of them (wishes.py), and an editor may read them. Pure."""

from collections import defaultdict
from collections.abc import Collection, Iterable

from storyengine.generation.injection import is_real_word
from storyengine.generation.sides import hear
from storyengine.generation.wishes import FEWEST_GUESTS, REACTIONS, Said


def lone(said: Iterable[Said], told: Collection[int]) -> tuple[int, ...]:
    """The comments that ask for something, or speak against it, of which nobody else says a word; in their order.

    `told` are the comments behind what the writer is told: in a small house one person's word may be enough.
    """
    asks = [(one, _asks(one.text)) for one in said]
    guests: dict[tuple[str, str], set[int]] = defaultdict(set)
    for one, words in asks:
        for word in words:
            guests[word].add(one.guest)
    alone = [one for one, words in asks if words and all(len(guests[word]) < FEWEST_GUESTS for word in words)]
    return tuple(sorted(one.comment for one in alone if one.comment not in told))


def _asks(text: str) -> set[tuple[str, str]]:
    """(side, word): "no ghost" and "a ghost" are two wishes."""
    heard = hear(text)
    sides = {"for": heard.wanted, "against": heard.heads}
    return {(side, word) for side, words in sides.items() for word in words if _may_be_one(word)}


def _may_be_one(word: str) -> bool:
    return word not in REACTIONS and is_real_word(word)
