"""ChoiceScript's percents and conditions, as its own interpreter counts them."""

import math

import pytest

from storyengine.plot.conditions import State, apply
from storyengine.plot.formats.choicescript_words import fair
from tests.plot.formats.stories import read, ways


@pytest.mark.parametrize("start", [0, 1, 33, 50, 99, 100])
@pytest.mark.parametrize("part", [0, 5, 10, 33, 100])
def test_percents_are_rounded_as_choicescript_rounds_them(start: int, part: int) -> None:
    state = State(values={"x": start, "by": part})
    apply(f"a = {fair('x', f'%+{part}')}\nb = {fair('x', f'%- {part}')}\nc = {fair('a', 'x %+ by')}", state)
    more, less = math.floor(start + (100 - start) * part / 100), math.ceil(start - start * part / 100)
    assert (state.values["a"], state.values["b"], state.values["c"]) == (more, less, more)


def test_a_choice_under_several_conditions_is_under_all_of_them() -> None:
    text = """*create wry 50
*set WRY %+10
*set wry "%+10"
*choice
  *if (a) *selectable_if ((b >= 3) or c) #One
    One.
    *finish
  *hide_reuse *if (a) #Two
    Two.
    *finish
"""
    story = read(text, "startup.txt", form="choicescript")
    assert [way[2] for way in ways(story, "startup")] == ["a and (b >= 3 or c)", "a"]
    assert story.scenes[0].effects.splitlines() == [
        "wry = (wry * 90 + 1000 - (wry * 90 + 1000) % 100) / 100",
        'wry = "%+10"',
    ]
