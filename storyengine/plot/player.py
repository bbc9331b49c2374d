"""One random walk through a story with conditions. What no condition ever asks about is not kept track of."""

import random
from dataclasses import dataclass

from storyengine.plot.conditions import State, Step, carry_out, evaluate, read_effects, truth
from storyengine.plot.expressions import (
    ALWAYS,
    Expression,
    Statement,
    Unclear,
    names_in,
    parse,
    scenes_in,
)
from storyengine.plot.graph import OPEN, Graph

MOST_STEPS = 500  # of one walk; a story that goes on after that is counted as "long"


@dataclass(slots=True)
class Door:
    """A way with everything about it read beforehand."""

    to: int
    asks: Expression
    does: tuple[Step, ...]
    fallback: bool


class Player:
    """Made once for a graph; walks as often as wanted."""

    def __init__(self, graph: Graph) -> None:
        self._graph = graph
        self._asked = _asked(graph)
        self._scenes = {name for way in graph.ways if way.condition for name in _scenes(way.condition)}
        self._scenes |= {name for text in _texts(graph) for name in _scenes_of_effects(text)}
        self._enters = [self._effects(text) for text in graph.effects]
        self._counts = [
            tuple({name for name in (graph.names[n], graph.keys[n]) if name in self._scenes})
            for n in range(len(graph.ids))
        ]
        self._doors: list[list[Door]] = [[] for _ in graph.ids]
        for way in graph.ways:
            door = Door(way.to, _condition(way.condition), self._effects(way.effects), way.fallback)
            self._doors[way.scene].append(door)
        self._plain = [
            [door.to for door in doors]
            if all(d.asks is ALWAYS and not d.does and not d.fallback for d in doors)
            else None
            for doors in self._doors
        ]
        self._quiet = [not enter and not count for enter, count in zip(self._enters, self._counts, strict=True)]
        self._values = {name: value for name, value in graph.variables.items() if name in self._asked}
        self._unread = graph.unread & self._asked

    def walk(self, dice: random.Random) -> tuple[list[int], str]:
        """The scenes in order, and how it ended."""
        state = State(dict(self._values), unknown=set(self._unread))
        scene, seen = self._graph.start, list[int]()
        assert scene is not None, "whoever walks has looked for a start"
        roll, plain, quiet = dice.random, self._plain, self._quiet
        while scene != OPEN and len(seen) < MOST_STEPS:
            seen.append(scene)
            if not quiet[scene]:
                state.enter(*self._counts[scene])
                carry_out(self._enters[scene], state)
            ways = plain[scene]
            if ways:
                scene = ways[int(roll() * len(ways))]
                continue
            door = self._door(scene, state, roll())
            if door is None:
                return seen, self._stays(scene)
            carry_out(door.does, state)
            scene = door.to
        return seen, "open" if scene == OPEN else "long"

    def _door(self, scene: int, state: State, roll: float) -> Door | None:
        offered = [door for door in self._doors[scene] if door.asks is ALWAYS or _holds(door.asks, state)]
        offered = [door for door in offered if not door.fallback] or offered
        return offered[int(roll * len(offered))] if offered else None

    def _stays(self, scene: int) -> str:
        if self._graph.endings[scene]:
            return "ending"
        return "nothing_offered" if self._doors[scene] else "no_way_on"

    def _effects(self, text: str) -> tuple[Step, ...]:
        """The steps that some condition depends on."""
        steps = read_effects(text)
        return tuple(s for s in steps if (s.statement[0] in self._asked if s.statement else s.blurs & self._asked))


def _holds(asks: Expression, state: State) -> bool:
    try:
        return truth(evaluate(asks, state))
    except Unclear:
        return True


def _condition(source: str) -> Expression:
    """One that cannot be read is taken to hold, as where it is played."""
    try:
        return parse(source) if source else ALWAYS
    except Unclear:
        return ALWAYS


def _asked(graph: Graph) -> set[str]:
    """The variables that conditions read, and those that these are computed from."""
    asked = {name for way in graph.ways if way.condition for name in names_in(_condition(way.condition))}
    statements = [statement for text in _texts(graph) for statement in _statements(text)]
    grown = True
    while grown:
        needed = {
            name
            for variable, value, when in statements
            if variable in asked
            for name in names_in(value) | names_in(when)
        }
        grown = not needed <= asked
        asked |= needed
    return asked


def _texts(graph: Graph) -> set[str]:
    return {text for text in graph.effects if text} | {way.effects for way in graph.ways if way.effects}


def _statements(text: str) -> list[Statement]:
    return [step.statement for step in read_effects(text) if step.statement]


def _scenes(condition: str) -> set[str]:
    return scenes_in(_condition(condition))


def _scenes_of_effects(text: str) -> set[str]:
    return {name for _, value, when in _statements(text) for name in scenes_in(value) | scenes_in(when)}
