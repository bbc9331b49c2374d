"""Random play: thousands of walks through a story, always the same ones for the same seed, and what they came by."""

import random
from collections import Counter
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from storyengine.plot.conditions import State, apply, holds
from storyengine.plot.expressions import Unclear
from storyengine.plot.graph import OPEN, Graph

WALKS = 10_000
MOST_STEPS = 500  # of one walk; a story that goes on after that is counted as "long"


@dataclass(slots=True)
class Coverage:
    """`scenes`: scene id -> how many walks came through it. `ends`: how the walks ended.

    Ends are ending, no_way_on, open (a choice that is still to be written), nothing_offered, long.
    """

    walks: int
    seed: int
    steps: int = 0
    scenes: dict[int, int] = field(default_factory=dict)
    ends: Counter[str] = field(default_factory=Counter)

    @property
    def covered(self) -> int:
        return sum(number > 0 for number in self.scenes.values())

    def as_json(self) -> dict[str, Any]:
        return {
            "walks": self.walks, "seed": self.seed, "steps": self.steps, "scenes": len(self.scenes),
            "covered": self.covered, "ends": dict(sorted(self.ends.items())),
            "coverage": {str(pk): number for pk, number in self.scenes.items()},
        }  # fmt: skip


def walk(graph: Graph, *, walks: int = WALKS, seed: int = 1) -> Coverage:
    """Walk from the start until there is no way on, choosing evenly among what is offered.

    Conditions and effects are evaluated where the story has any; a condition that cannot be is taken to hold.
    """
    coverage = Coverage(walks, seed, scenes=dict.fromkeys(graph.ids, 0))
    if graph.start is None or not walks:
        return coverage
    conditional = any(way.condition or way.fallback for way in graph.ways)
    return _one_by_one(graph, coverage) if conditional else _all_at_once(graph, coverage)


def _all_at_once(graph: Graph, coverage: Coverage) -> Coverage:
    """Without conditions every walk is a place and a die: one step of all of them is a few operations on arrays."""
    number, dice = len(graph.ids), np.random.default_rng(coverage.seed)
    scenes = np.array([way.scene for way in graph.ways], dtype=np.int64)
    order = np.argsort(scenes, kind="stable")
    targets = np.array([way.to for way in graph.ways], dtype=np.int64)[order]
    degree = np.bincount(scenes, minlength=number)
    first = np.concatenate([[0], np.cumsum(degree)])[:-1]
    places = np.full(coverage.walks, graph.start, dtype=np.int64)
    alive = np.arange(coverage.walks)
    endings = np.array(graph.endings)
    been: list[Any] = []
    for _ in range(MOST_STEPS):
        been.append(alive * number + places)
        coverage.steps += len(alive)
        stays = degree[places] == 0
        coverage.ends["ending"] += int(endings[places[stays]].sum())
        coverage.ends["no_way_on"] += int(stays.sum() - endings[places[stays]].sum())
        alive, places = alive[~stays], places[~stays]
        picks = (dice.random(len(places)) * degree[places]).astype(np.int64)
        places = targets[first[places] + picks]
        coverage.ends["open"] += int((places == OPEN).sum())
        alive, places = alive[places != OPEN], places[places != OPEN]
        if not len(alive):
            break
    coverage.ends["long"] += len(alive)
    visited = np.bincount(np.unique(np.concatenate(been)) % number, minlength=number)
    coverage.scenes = dict(zip(graph.ids, visited.tolist(), strict=True))
    coverage.ends = +coverage.ends
    return coverage


def _one_by_one(graph: Graph, coverage: Coverage) -> Coverage:
    dice, out = random.Random(coverage.seed), graph.outgoing()
    for _ in range(coverage.walks):
        seen, end = _walk(graph, out, dice)
        coverage.ends[end] += 1
        coverage.steps += len(seen)
        for scene in set(seen):
            coverage.scenes[graph.ids[scene]] += 1
    return coverage


def _walk(graph: Graph, out: list[list[int]], dice: random.Random) -> tuple[list[int], str]:
    state, scene, seen = State(dict(graph.variables)), graph.start, list[int]()
    while scene is not None and len(seen) < MOST_STEPS:
        seen.append(scene)
        state.enter(graph.names[scene], graph.keys[scene])
        if graph.effects[scene]:
            apply(graph.effects[scene], state)
        if not out[scene]:
            return seen, "ending" if graph.endings[scene] else "no_way_on"
        offered = [n for n in out[scene] if _is_offered(graph.ways[n].condition, state)]
        offered = [n for n in offered if not graph.ways[n].fallback] or offered
        if not offered:
            return seen, "ending" if graph.endings[scene] else "nothing_offered"
        way = graph.ways[offered[int(dice.random() * len(offered))]]
        if way.effects:
            apply(way.effects, state)
        if way.to == OPEN:
            return seen, "open"
        scene = way.to
    return seen, "long"


def _is_offered(condition: str, state: State) -> bool:
    try:
        return not condition or holds(condition, state)
    except Unclear:
        return True
