"""Random play: thousands of walks through a story, always the same ones for the same seed, and what they came by."""

import random
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Self

import numpy as np

from storyengine.plot.graph import OPEN, Graph
from storyengine.plot.player import MOST_STEPS, Player

WALKS = 10_000


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

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> Self:
        """The inverse of `as_json`."""
        scenes = {int(pk): number for pk, number in data["coverage"].items()}
        return cls(data["walks"], data["seed"], data["steps"], scenes, Counter(data["ends"]))

    def rarest(self) -> list[tuple[int, int]]:
        """Each scene's id and how many walks came by, the fewest first."""
        return sorted(self.scenes.items(), key=lambda scene: scene[1])

    def share(self, number: int) -> float:
        """So many walks in per cent of all, with one decimal."""
        return round(100 * number / self.walks, 1) if self.walks else 0.0

    def as_json(self) -> dict[str, Any]:
        return {
            "walks": self.walks, "seed": self.seed, "steps": self.steps, "scenes": len(self.scenes),
            "covered": self.covered, "ends": dict(sorted(self.ends.items())),
            "coverage": {str(pk): number for pk, number in self.scenes.items()},
        }  # fmt: skip


def walk(graph: Graph, *, walks: int = WALKS, seed: int = 1, most_steps: int | None = None) -> Coverage:
    """Walk from the start until there is no way on, choosing evenly among what is offered.

    Conditions and effects are evaluated where the story has any; a condition that cannot be is taken to hold. Such
    walks are stepped one by one, so `most_steps` bounds them: none begins after so many, and fewer are counted.
    """
    coverage = Coverage(walks, seed, scenes=dict.fromkeys(graph.ids, 0))
    if graph.start is None or not walks:
        return coverage
    conditional = any(way.condition or way.fallback for way in graph.ways)
    return _one_by_one(graph, coverage, most_steps) if conditional else _all_at_once(graph, coverage)


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


def _one_by_one(graph: Graph, coverage: Coverage, most_steps: int | None) -> Coverage:
    dice, player = random.Random(coverage.seed), Player(graph)
    for done in range(coverage.walks):
        if most_steps is not None and coverage.steps >= most_steps:
            coverage.walks = done
            break
        seen, end = player.walk(dice)
        coverage.ends[end] += 1
        coverage.steps += len(seen)
        for scene in set(seen):
            coverage.scenes[graph.ids[scene]] += 1
    return coverage
