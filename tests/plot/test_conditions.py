"""Evaluation: exact values, unknown where nobody can know, never an error of the machine."""

import pytest
from hypothesis import given, settings

from storyengine.plot.conditions import State, apply, evaluate, holds
from storyengine.plot.expressions import Unclear, parse
from tests.plot.test_expressions import EXPRESSIONS

STATE = State({"a": 3, "name": "Bo", "yes": True}, {"Cellar": 2}, {"foggy"})


@pytest.mark.parametrize(
    ("source", "value"),
    [
        ("a + 1 * 2", 5), ("(a + 1) * 2", 8), ("a / 2", 1.5), ("7 % 4", 3), ("a == 3", True), ("a != 3", False),
        ("nobody", 0), ("nobody == false", True), ('name == "Bo"', True), ('name < "Ca"', True), ('name + "!"', "Bo!"),
        ("yes + 1", 2), ('visits("Cellar")', 2), ('visited("Attic")', False), ("not a > 2", False), ("-a", -3),
        ("a > 2 or foggy", True), ("a > 5 and foggy", False), ('name == 3', False),
    ],
)  # fmt: skip
def test_evaluate_gives_exactly(source: str, value: object) -> None:
    found = evaluate(parse(source), STATE)
    assert (found, type(found)) == (value, type(value))


@pytest.mark.parametrize("source", ["foggy", "a > 2 and foggy", "name > 3", "name + 1", "a / 0", "a % 0", "-name"])
def test_evaluate_is_unclear_where_nobody_can_know(source: str) -> None:
    with pytest.raises(Unclear):
        evaluate(parse(source), STATE)


@given(EXPRESSIONS)
@settings(max_examples=200, deadline=None)
def test_evaluate_raises_nothing_but_unclear(expression) -> None:
    try:
        evaluate(expression, STATE)
    except Unclear:
        pass


def test_values_stay_bounded() -> None:
    state = State({"n": 10, "t": "x" * 600})
    assert apply("n = n * n\n" * 6, state) == ["n = n * n"] * 3  # 10, 100, 10^4, 10^8, then past the bound
    assert apply("t = t + t", state) == ["t = t + t"]
    assert state.unknown == {"n", "t"}


def test_apply_follows_conditions_and_forgets_what_it_cannot_read() -> None:
    state = State({"a": 1, "b": 1})
    failed = apply("a = 5 if a == 1\nb = 9 if a == 1\nsugarcube: $bag to [1, 2]\nc = bag", state)
    assert failed == ["sugarcube: $bag to [1, 2]", "c = bag"]
    assert (state.values["a"], state.values["b"], state.unknown) == (5, 1, {"bag", "c"} | state.unknown)
    assert {"bag", "c"} <= state.unknown
    apply("bag = 2", state)
    assert holds("bag == 2", state)


def test_an_empty_condition_holds() -> None:
    assert holds("", State())
    assert holds("  ", State())
