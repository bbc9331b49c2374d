"""The small language in which a choice says when it is offered, and what taking it changes.

    condition:  courage > 2 and not visited("The cellar")
    effects:    courage = courage + 1        (one statement a line; `name = value if condition` where it depends)

Values are numbers, texts in double quotes, true and false. There are `and or not`, `== != < <= > >=`, `+ - * / %`,
brackets, `visited("scene")` and `visits("scene")`, which counts. A variable that nobody has set is 0. Nothing else:
no loops, no calls, no names of the machine. Source, depth and values are bounded, so evaluation always ends.

Text that is not of this language is kept as it came, never guessed at: `parse` and `evaluate` then raise Unclear.
A condition whose value is not known offers its choice; whoever evaluates tells the showrunner.
"""

import math
import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import TypeGuard

from storyengine.plot.expressions import (
    ALWAYS,
    COMPARISONS,
    MAX_NUMBER,
    MAX_SOURCE,
    TOKEN,
    Expression,
    Statement,
    Unclear,
    Value,
    parse,
    parse_effects,
    quote,
)

MAX_STRING = 1000


@dataclass(slots=True)
class State:
    """What is known at one point of a path. `unknown`: variables that were changed in a way that we cannot read."""

    values: dict[str, Value] = field(default_factory=dict)
    visits: dict[str, int] = field(default_factory=dict)
    unknown: set[str] = field(default_factory=set)

    def enter(self, *names: str) -> None:
        """Count a visit of a scene, under each of the names by which conditions may ask after it."""
        for name in set(names):
            self.visits[name] = self.visits.get(name, 0) + 1


def is_value(value: object) -> TypeGuard[Value]:
    """Whether a variable may be this: true, false, a number or a text, each no larger than the language can say."""
    if isinstance(value, str):
        return len(value) <= MAX_SOURCE
    return isinstance(value, bool | int | float) and abs(value) <= MAX_NUMBER


def not_a_value(variables: object) -> str | None:
    """The first variable that is no value, None where all are. What is no table of variables is named ""."""
    if not isinstance(variables, dict):
        return ""
    return next((str(name) for name, value in variables.items() if not is_value(value)), None)


def begin(variables: object) -> State:
    """The state at the start of a story. A row may hold any JSON: what is no value is not known."""
    if not isinstance(variables, dict):
        return State()
    values = {name: value for name, value in variables.items() if is_value(value)}
    return State(values, unknown=set(variables) - set(values))


def holds(source: str, state: State) -> bool:
    """Whether a condition is true; an empty one is. Raises Unclear where that cannot be known."""
    return not source.strip() or truth(evaluate(parse(source), state))


def apply(source: str, state: State) -> list[str]:
    """Carry out effects, line by line. Returns the lines that could not be.

    What a statement without a value would have set is unknown from then on, and all that a line names which cannot be
    read.
    """
    return carry_out(read_effects(source), state)


@dataclass(frozen=True, slots=True)
class Step:
    """One line of effects, read: a statement, or the variables that a line leaves unknown which cannot be read."""

    line: str
    statement: Statement | None = None
    blurs: frozenset[str] = frozenset()


def read_effects(source: str) -> tuple[Step, ...]:
    """The lines in order; reading raises nothing."""
    return tuple(_step(line.strip()) for line in source.splitlines() if line.strip())


def carry_out(steps: Iterable[Step], state: State) -> list[str]:
    """What `apply` does, for effects that were read beforehand."""
    failed = []
    for step in steps:
        if step.statement is None:
            state.unknown |= step.blurs
            failed.append(step.line)
            continue
        name, expression, condition = step.statement
        try:
            if condition is ALWAYS or truth(evaluate(condition, state)):
                state.values[name] = evaluate(expression, state)
                state.unknown.discard(name)
        except Unclear:
            state.unknown.add(name)
            failed.append(step.line)
    return failed


def evaluate(expression: Expression, state: State) -> Value:
    """The value; raises Unclear for an unknown variable, a wrong pair of kinds, a number out of bounds."""
    match expression:
        case ("value", value):
            return value  # type: ignore[no-any-return]
        case ("name", name):
            if name in state.unknown:
                raise Unclear(f"{name} is not known here")
            return state.values.get(name, 0)
        case ("visits", scene):
            return state.visits.get(scene, 0)
        case ("not", inner):
            return not truth(evaluate(inner, state))
        case ("neg", inner):
            return -_number(evaluate(inner, state))
        case ("and", left, right):
            return _both(left, right, state, stop=False)
        case ("or", left, right):
            return _both(left, right, state, stop=True)
    sign, left, right = expression
    return _binary(sign, evaluate(left, state), evaluate(right, state))


def truth(value: Value) -> bool:
    return bool(value)


def _both(left: Expression, right: Expression, state: State, *, stop: bool) -> bool:
    """`and` and `or`, where one side that decides is enough even if the other is not known."""
    unknown: Unclear | None = None
    for side in (left, right):
        try:
            if truth(evaluate(side, state)) == stop:
                return stop
        except Unclear as reason:
            unknown = reason
    if unknown is not None:
        raise unknown
    return not stop


def _binary(sign: str, left: Value, right: Value) -> Value:
    if sign in ("==", "!="):
        return (left == right) == (sign == "==")
    if sign == "+" and isinstance(left, str) and isinstance(right, str):
        if len(left) + len(right) > MAX_STRING:
            raise Unclear("a text grows too long")
        return left + right
    if isinstance(left, str) and isinstance(right, str) and sign in COMPARISONS:
        a, b = 0, (right > left) - (right < left)
    else:
        a, b = _number(left), _number(right)  # type: ignore[assignment]
    if sign in COMPARISONS:
        return {"<": a < b, "<=": a <= b, ">": a > b, ">=": a >= b}[sign]
    return _arithmetic(sign, a, b)


def _arithmetic(sign: str, a: float, b: float) -> Value:
    if sign in "/%" and b == 0:
        raise Unclear("division by nothing")
    results: dict[str, Callable[[], float]] = {
        "+": lambda: a + b, "-": lambda: a - b, "*": lambda: a * b, "/": lambda: a / b, "%": lambda: math.fmod(a, b),
    }  # fmt: skip
    result = results[sign]()
    if not abs(result) <= MAX_NUMBER:
        raise Unclear("a number grows too large")
    return int(result) if float(result).is_integer() else result


def _number(value: Value) -> int | float:
    if isinstance(value, str):
        raise Unclear(f"{quote(value)} is no number")
    if not isinstance(value, int | float) or not abs(value) <= MAX_NUMBER:
        raise Unclear("this is no number, or too large a one")
    return int(value) if isinstance(value, bool) else value


def _step(line: str) -> Step:
    try:
        (statement,) = parse_effects(line)
    except Unclear:
        return Step(line, blurs=frozenset(_names_changed(line)))
    return Step(line, statement)


def _names_changed(line: str) -> set[str]:
    """What a statement that we cannot read may have changed: what it marks as variables, else every name in it."""
    marked = re.findall(r"[$~]\s*([^\W\d]\w*)", line)
    return set(marked) or {match.group("name") for match in TOKEN.finditer(line) if match.group("name")}
