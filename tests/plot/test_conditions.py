"""Evaluation: exact values, unknown where nobody can know, never an error of the machine."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from storyengine.plot.conditions import State, apply, begin, evaluate, holds, is_value, not_a_value
from storyengine.plot.expressions import Unclear, parse, write
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
def test_evaluate_gives_a_value_that_a_variable_may_be_or_is_unclear(expression) -> None:
    try:
        found = evaluate(expression, STATE)
    except Unclear:
        return
    assert is_value(found)


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


JSON = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.text(max_size=5)
    | st.sampled_from([10**400, -(10**400)]),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=3), inner, max_size=3),
    max_leaves=6,
)
NAMES = st.sampled_from(["courage", "name", "_x"])  # as in EXPRESSIONS
LINES = st.builds(
    lambda name, sign, value, when: f"{name} {sign} {write(value)}" + (f" if {write(when)}" if when else ""),
    NAMES,
    st.sampled_from(["=", "+=", "-=", "*=", "/=", "%="]),
    EXPRESSIONS,
    st.none() | EXPRESSIONS,
) | st.text(max_size=30)


@given(st.dictionaries(NAMES, JSON), st.lists(LINES, max_size=6).map("\n".join), EXPRESSIONS | st.text(max_size=30))
@settings(max_examples=300, deadline=None)
def test_no_value_and_no_text_makes_evaluation_fail(values, effects, condition) -> None:
    source = condition if isinstance(condition, str) else write(condition)
    for state in (begin(values), State(dict(values))):
        apply(effects, state)
        try:
            holds(source, state)
        except Unclear:
            pass
    assert all(is_value(value) for value in begin(values).values.values())


def test_what_is_no_value_is_not_known() -> None:
    state = begin({"bag": [1], "who": {"a": 1}, "none": None, "vast": 10**400, "long": "x" * 5000, "lamp": True})
    assert (state.values, state.unknown) == ({"lamp": True}, {"bag", "who", "none", "vast", "long"})
    assert begin(None) == begin([1]) == State()
    with pytest.raises(Unclear):
        evaluate(parse("n / 2"), State({"n": 10**400}))
    assert (not_a_value({"lamp": True, "vast": -(10**400)}), not_a_value({"n": float("nan")})) == ("vast", "n")
    assert not_a_value({"n": 1e15, "t": "x" * 4000}) is None


def test_a_statement_without_a_value_blurs_only_what_it_sets() -> None:
    state = State({"courage": 1, "luck": 2})
    assert apply("courage = luck / 0", state) == ["courage = luck / 0"]
    assert (state.unknown, holds("luck == 2", state)) == ({"courage"}, True)


def test_an_empty_condition_holds() -> None:
    assert holds("", State())
    assert holds("  ", State())
