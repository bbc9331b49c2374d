"""The text of conditions and effects, read into expressions and written again. See conditions.py for what they mean."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any

MAX_SOURCE = 4000
MAX_TOKENS = 300  # bounds the depth of every expression, and so of every walk over one
MAX_DEPTH = 40
MAX_NUMBER = 1e15

Value = bool | int | float | str
ALWAYS = ("value", True)
Expression = tuple[Any, ...]  # ("value", v) ("name", n) ("visits", scene) ("not" | "neg", a) (operator, a, b)
# A variable, its new value, and the condition under which it takes it.
Statement = tuple[str, Expression, Expression]

TOKEN = re.compile(
    r'\s*(?:(?P<number>\d+(?:\.\d+)?)|(?P<text>"(?:[^"\\\n]|\\.)*")|(?P<name>[^\W\d]\w*(?:\.\w+)*)'
    r"|(?P<sign>==|!=|<=|>=|&&|\|\||[-+*/%=]=|[-+*/%<>!()=]))"
)
COMPARISONS = {"==", "!=", "<", "<=", ">", ">="}
SAME_AS = {"&&": "and", "||": "or"}
# From the loosest to the tightest, for reading and for knowing where brackets are needed.
LEVELS = [{"or"}, {"and"}, {"not"}, COMPARISONS, {"+", "-"}, {"*", "/", "%"}]
RANK = {sign: rank for rank, signs in enumerate(LEVELS) for sign in signs}


class Unclear(Exception):
    """This is not of the language, or its value cannot be known; the text says why."""


@lru_cache(maxsize=20_000)
def parse(source: str) -> Expression:
    """One condition or expression; raises Unclear that names the place."""
    return _whole(_tokens(source))


@lru_cache(maxsize=20_000)
def parse_effects(source: str) -> tuple[Statement, ...]:
    """The statements in order; raises Unclear."""
    return tuple(_statement(line) for line in source.splitlines() if line.strip())


def names_in(expression: Expression) -> set[str]:
    """The variables that an expression reads."""
    if expression[0] == "name":
        return {expression[1]}
    return {name for part in expression[1:] if isinstance(part, tuple) for name in names_in(part)}


def scenes_in(expression: Expression) -> set[str]:
    """The scenes that it asks after."""
    if expression[0] == "visits":
        return {expression[1]}
    return {name for part in expression[1:] if isinstance(part, tuple) for name in scenes_in(part)}


@dataclass(frozen=True, slots=True)
class Spelling:
    """How a tool writes our language: its operators, its variables, its way to ask after a scene."""

    signs: Mapping[str, str] = field(default_factory=dict)
    name: Callable[[str], str] = str
    visits: Callable[[str], str] = lambda scene: f"visits({quote(scene)})"
    visited: Callable[[str], str] = lambda scene: f"visited({quote(scene)})"
    value: Callable[[Value], str] = lambda value: write_value(value)


def write(expression: Expression, spelling: Spelling | None = None) -> str:
    """The expression as text: ours, or another tool's by its spelling. `parse(write(e)) == e` for ours."""
    return _written(expression, spelling or OURS, 0)


def write_value(value: Value) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    return quote(value) if isinstance(value, str) else f"{value}"


def quote(text: str) -> str:
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n") + '"'


def tidy(source: str) -> str:
    """A condition as we write it; raises Unclear if it is not one."""
    return write(parse(source))


def tidy_effects(source: str) -> str:
    return "\n".join(write_statement(statement) for statement in parse_effects(source))


def write_statement(statement: Statement) -> str:
    name, expression, condition = statement
    text = f"{name} = {write(expression)}"
    return text if condition == ALWAYS else f"{text} if {write(condition)}"


OURS = Spelling()


def _written(expression: Expression, spelling: Spelling, least: int) -> str:
    match expression:
        case ("value", value):
            return spelling.value(value)
        case ("name", name):
            return spelling.name(name)
        case ("visits", scene):
            return spelling.visits(scene)
        case (">", ("visits", scene), ("value", 0)):
            return spelling.visited(scene)
        case ("neg", inner):
            return f"-{_written(inner, spelling, len(LEVELS))}"
        case ("not", inner):
            if spelling is not OURS:  # elsewhere it may bind tighter than a comparison
                plain = inner[0] in ("name", "visits", "value") or _is_visited(inner)
                text = _written(inner, spelling, 0)
                text = f"{spelling.signs.get('not', 'not ')}{text if plain else f'({text})'}"
            else:
                text = f"not {_written(inner, spelling, RANK['not'])}"
            return f"({text})" if least > RANK["not"] else text
    sign, left, right = expression
    rank = RANK[sign]
    # Comparisons do not chain, and the others lean to the left: only an equal on the right needs brackets.
    first = _written(left, spelling, rank + (sign in COMPARISONS))
    text = f"{first} {spelling.signs.get(sign, sign)} {_written(right, spelling, rank + 1)}"
    return f"({text})" if rank < least else text


def _tokens(source: str) -> list[tuple[str, str]]:
    if len(source) > MAX_SOURCE:
        raise Unclear(f"more than {MAX_SOURCE} characters")
    found, at = [], 0
    source = source.rstrip()
    while at < len(source):
        match = TOKEN.match(source, at)
        if match is None:
            raise Unclear(f"{source[at : at + 12].strip()!r} is not understood")
        kind = match.lastgroup or ""
        found.append((kind, match.group(kind)))
        at = match.end()
        if len(found) > MAX_TOKENS:
            raise Unclear("it is too long")
    return found


def _statement(line: str) -> Statement:
    tokens = _tokens(line)
    if len(tokens) < 3 or tokens[0][0] != "name" or tokens[1][0] != "sign" or tokens[0][1] in WORDS:
        raise Unclear("a statement has the form  name = value")
    name, sign = tokens[0][1], tokens[1][1]
    at = tokens.index(("name", "if")) if ("name", "if") in tokens else len(tokens)
    expression, condition = _whole(tokens[2:at]), _whole(tokens[at + 1 :]) if at < len(tokens) else ALWAYS
    if sign in {"+=", "-=", "*=", "/=", "%="}:
        return name, (sign[0], ("name", name), expression), condition
    if sign != "=":
        raise Unclear("a statement has the form  name = value")
    return name, expression, condition


def _whole(tokens: list[tuple[str, str]]) -> Expression:
    reader = _Reader(tokens)
    found = reader.expression()
    reader.expect_end()
    return found


WORDS = {"and", "or", "not", "if", "true", "false", "visited", "visits"}


class _Reader:
    """Recursive descent over the levels, no deeper than MAX_DEPTH."""

    def __init__(self, tokens: list[tuple[str, str]]) -> None:
        self._tokens, self._at, self._depth = tokens, 0, 0

    def expression(self, level: int = 0) -> Expression:
        if level == RANK["not"]:
            return self._negation(level)
        if level == len(LEVELS):
            return self._atom()
        left, compared = self.expression(level + 1), False
        while (sign := self._sign()) in LEVELS[level]:
            if compared:
                raise Unclear("comparisons do not chain")
            self._at += 1
            left, compared = (sign, left, self.expression(level + 1)), sign in COMPARISONS
        return left

    def expect_end(self) -> None:
        if self._at < len(self._tokens):
            raise Unclear(f"{self._tokens[self._at][1]!r} is one too many")

    def _negation(self, level: int) -> Expression:
        if self._sign() != "not":
            return self.expression(level + 1)
        self._at += 1
        with self:
            return ("not", self._negation(level))

    def _atom(self) -> Expression:
        kind, text = self._take()
        if kind == "number":
            return ("value", _literal(text))
        if kind == "text":
            return ("value", _unquoted(text))
        if text in ("(", "-", "!"):
            return self._prefixed(text)
        if kind == "name":
            return self._named(text)
        raise Unclear(f"{text!r} stands where a value is needed")

    def _prefixed(self, sign: str) -> Expression:
        with self:
            inner = self.expression() if sign == "(" else self._atom()
        if sign == "!":
            return ("not", inner)
        if sign == "-":
            return ("value", -inner[1]) if inner[0] == "value" and _is_number(inner[1]) else ("neg", inner)
        self._close()
        return inner

    def _named(self, name: str) -> Expression:
        if name in ("true", "false"):
            return ("value", name == "true")
        if name in ("visited", "visits"):
            if self._take()[1] != "(":
                raise Unclear(f"{name} needs a scene in brackets")
            kind, text = self._take()
            if kind != "text":
                raise Unclear(f"{name} needs a scene in double quotes")
            self._close()
            asked = ("visits", _unquoted(text))
            return asked if name == "visits" else (">", asked, ("value", 0))
        if name in WORDS:
            raise Unclear(f"{name!r} stands where a value is needed")
        return ("name", name)

    def _close(self) -> None:
        if self._take()[1] != ")":
            raise Unclear("a bracket is not closed")

    def _sign(self) -> str:
        text = self._tokens[self._at][1] if self._at < len(self._tokens) else ""
        return SAME_AS.get(text, text)

    def _take(self) -> tuple[str, str]:
        if self._at >= len(self._tokens):
            raise Unclear("something is missing at the end")
        self._at += 1
        return self._tokens[self._at - 1]

    def __enter__(self) -> None:
        self._depth += 1
        if self._depth > MAX_DEPTH:
            raise Unclear("nested too deep")

    def __exit__(self, *_: object) -> None:
        self._depth -= 1


def _is_visited(expression: Expression) -> bool:
    return bool(expression[0] == ">" and expression[1][0] == "visits" and expression[2] == ("value", 0))


def _is_number(value: Value) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and value > 0


def _literal(text: str) -> Value:
    value = float(text)
    if not abs(value) <= MAX_NUMBER:
        raise Unclear("a number is too large")
    return int(value) if value.is_integer() else value


def _unquoted(text: str) -> str:
    return re.sub(r"\\(.)", lambda match: "\n" if match[1] == "n" else match[1], text[1:-1])
