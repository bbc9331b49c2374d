"""Which comments ask for something that nobody else asks for."""

import pytest

from storyengine.generation.lone import lone
from storyengine.generation.wishes import Said


def said(*texts: str, guests: tuple[int, ...] = ()) -> list[Said]:
    """Comments numbered from 1, each of a guest of its own unless `guests` says otherwise."""
    return [
        Said(number, guests[number - 1] if guests else number, text, None, 0.0)
        for number, text in enumerate(texts, start=1)
    ]


@pytest.mark.parametrize(
    ("texts", "found"),
    [
        (("a dragon with teeth", "ring the bell", "storm", "a storm!"), (1, 2)),
        (("a ghost", "no more ghost"), (1, 2)),
        (("no more ghost", "never the ghost!"), ()),
        (("amazing", "haha", "xkcdqrtz", "What a line!", "?"), ()),
        (("要一条龙", "要暴风雨", "暴风雨"), (1,)),
        ((), ()),
    ],
)
def test_a_wish_is_lone_if_nobody_else_says_a_word_of_it(texts: tuple[str, ...], found: tuple[int, ...]) -> None:
    assert lone(said(*texts), told=()) == found


def test_one_guest_who_says_it_twice_is_one() -> None:
    assert lone(said("a dragon", "the dragon, please", guests=(7, 7)), told=()) == (1, 2)


def test_what_was_told_is_not_lone() -> None:
    assert lone(said("a dragon", "ring the bell"), told={1}) == (2,)
    assert lone(said("a dragon in a storm", "a dragon"), told={1}) == ()
