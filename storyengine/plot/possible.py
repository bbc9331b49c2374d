"""Conditions that can never hold, as far as that can be decided.

Decided is what compares variables with fixed values, and asks after scenes: for each variable all values that any
statement gives it are tried, or, where a statement computes one, every value at which a comparison of the condition
can change its answer. Arithmetic and variables compared with each other are left undecided: no finding then.
"""

from collections.abc import Iterator
from itertools import product
from math import prod

from storyengine.plot.conditions import State, evaluate, read_effects, truth
from storyengine.plot.expressions import (
    COMPARISONS,
    Expression,
    Unclear,
    Value,
    names_in,
    parse,
    scenes_in,
)
from storyengine.plot.graph import Graph

MOST_TRIALS = 20_000
MOST_VALUES = 200


def never_holds(graph: Graph, conditions: set[str]) -> set[str]:
    """Those of the conditions that no state of the story fulfils."""
    given, computed = _given(graph)
    scenes = set(graph.names) | set(graph.keys)
    found = set()
    for source in conditions:
        try:
            expression = parse(source)
        except Unclear:
            continue
        if _decidable(expression) and not _may_hold(expression, given, computed, scenes):
            found.add(source)
    return found


def _given(graph: Graph) -> tuple[dict[str, set[Value]], set[str]]:
    """Variable -> the fixed values that it can have; and the variables whose values are computed or not known."""
    given: dict[str, set[Value]] = {name: {value} for name, value in graph.variables.items()}
    computed = set(graph.unread)
    for text in {text for text in graph.effects if text} | {way.effects for way in graph.ways if way.effects}:
        for step in read_effects(text):
            if step.statement is None:
                computed |= step.blurs
                continue
            name, expression, _ = step.statement
            if expression[0] == "value":
                given.setdefault(name, {0}).add(expression[1])
            else:
                computed.add(name)
    return given, computed


def _decidable(expression: Expression) -> bool:
    """Only comparisons of one variable, or one count of visits, with a fixed value; joined by and, or, not."""
    match expression:
        case ("value", _) | ("name", _) | ("visits", _):
            return True
        case ("not", inner):
            return _decidable(inner)
        case ("and" | "or", left, right):
            return _decidable(left) and _decidable(right)
        case (sign, (kind, _), ("value", _)) if sign in COMPARISONS and kind in ("name", "visits"):
            return True
        case (sign, ("value", _), (kind, _)) if sign in COMPARISONS and kind in ("name", "visits"):
            return True
    return False


def _may_hold(expression: Expression, given: dict[str, set[Value]], computed: set[str], scenes: set[str]) -> bool:
    names, asked = sorted(names_in(expression)), sorted(scenes_in(expression))
    marks = set(_critical(expression))
    ranges = [sorted(_values(name, given, computed, marks), key=str) for name in names]
    counts = [_counts(scene, scenes, marks) for scene in asked]
    if prod(len(each) for each in [*ranges, *counts]) > MOST_TRIALS:
        return True
    for values in product(*ranges, *counts):
        state = State(
            dict(zip(names, values[: len(names)], strict=True)),
            {scene: int(n) for scene, n in zip(asked, values[len(names) :], strict=True)},
        )
        try:
            if truth(evaluate(expression, state)):
                return True
        except Unclear:
            return True
    return False


def _values(name: str, given: dict[str, set[Value]], computed: set[str], marks: set[Value]) -> set[Value]:
    known = given.get(name, {0})
    if name not in computed and len(known) <= MOST_VALUES:
        return known
    return known | marks | {0} | ({""} if any(isinstance(mark, str) for mark in marks) else set())


def _counts(scene: str, scenes: set[str], marks: set[Value]) -> list[Value]:
    if scene not in scenes:
        return [0]
    return sorted({0, 1} | {int(mark) for mark in marks if isinstance(mark, int | float) and 0 <= mark < 1e9})


def _critical(expression: Expression) -> Iterator[Value]:
    """Every fixed value of the condition, and for numbers a little to both sides of it."""
    if expression[0] == "value":
        value = expression[1]
        yield value
        if isinstance(value, str):
            yield value + "~"
        elif not isinstance(value, bool):
            yield from (value - 1, value - 0.5, value + 0.5, value + 1)
        return
    for part in expression[1:]:
        if isinstance(part, tuple):
            yield from _critical(part)
