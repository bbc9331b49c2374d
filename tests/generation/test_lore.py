"""Lore: an entry is told where its name is spoken of, the most useful last."""

import pytest

from storyengine.generation.lore import retrieve

BELL, KEEPER, HARBOUR = (
    "the Drowned Bell, bell: rings under the water before a death",
    "Anselm: kept the light for forty years",
    "harbour: closed at every spring tide",
)
LORE = [BELL, KEEPER, HARBOUR]


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("Somebody hears the bells.", (BELL,)),
        ("The drowned sing; a bell answers.", (BELL,)),
        ("ANSELM's chair is empty.", (KEEPER,)),
        ("They row for the harbours.", (HARBOUR,)),
        ("They belong to the handsome.", ()),
        ("", ()),
    ],
)
def test_entry_is_told_where_one_of_its_names_is_spoken_of(text: str, told: tuple[str, ...]) -> None:
    assert retrieve(LORE, [(text, 1.0)]) == told


def test_what_the_choice_speaks_of_stands_last_and_is_the_last_to_go() -> None:
    spoken = [("Ring the bell", 4.0), ("Anselm waits at the harbour.", 1.0), ("harbour", 2.0)]
    assert retrieve(LORE, spoken) == (KEEPER, HARBOUR, BELL)
    assert retrieve(LORE, spoken, most=1) == (BELL,)
    assert retrieve(LORE, [], most=1) == ()


def test_entries_that_are_spoken_of_alike_keep_their_order_when_some_must_go() -> None:
    lore = [f"bell: story {number}" for number in range(9)]
    assert retrieve(lore, [("bell", 1.0)], most=2) == ("bell: story 1", "bell: story 0")


def test_line_without_names_is_told_where_two_of_its_words_are() -> None:
    line = "Nobody crosses the river in winter."
    assert retrieve([line], [("The river freezes this winter.", 1.0)]) == (line,)
    assert retrieve([line], [("The river freezes.", 1.0)]) == ()


def test_names_may_be_short_or_chinese() -> None:
    lore = ["Oz：白色的城", "铜钟、钟声: 涨潮前会响"]
    assert retrieve(lore, [("去 Oz 看看", 1.0)]) == ("Oz：白色的城",)
    assert retrieve(lore, [("水下传来钟声。", 1.0)]) == ("铜钟、钟声: 涨潮前会响",)
    assert retrieve(lore, [("dozens of them", 1.0)]) == ()


@pytest.mark.parametrize("line", ["", ":", ": nothing", ",: x", "(((: y", "the: z"])
def test_odd_lines_are_no_trouble(line: str) -> None:
    assert retrieve([line], [("the river, at night", 1.0), ("", 1.0)]) in ((), (line,))
