"""The benchmarks: one module each in this package, found by name.

    @benchmark("loop", goals={"ahead_s.p95": Goal("<", 1.0)})
    def measure_loop(bench: Bench) -> dict[str, Any]: ...

What a benchmark returns goes into the JSON file as it is, under its name.
"""

import importlib
import operator
import pkgutil
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

if TYPE_CHECKING:
    from storyengine.showrun.stack import Stack

COMPARE = {"<": operator.lt, "<=": operator.le, ">": operator.gt, ">=": operator.ge, "=": operator.eq}


@dataclass(frozen=True, slots=True)
class Goal:
    """What a number should be: `Goal("<", 1.0)`. With `on` it is one only for a result of that `device`."""

    sign: Literal["<", "<=", ">", ">=", "="]
    value: float
    on: str = ""

    def met(self, measured: object) -> bool:
        return isinstance(measured, int | float) and COMPARE[self.sign](measured, self.value)

    def __str__(self) -> str:
        return f"{self.sign} {self.value:g}"


@dataclass(frozen=True, slots=True)
class Bench:
    """What a benchmark is given: a way to say what it is doing, and a running show where it needs one.

    `shape` names a model of random weights to measure instead of the one that ships; `bibles` a file of story bibles
    to write on instead of our own.
    """

    say: Callable[[str], None]
    url: str = ""
    shape: str = ""
    bibles: Path | None = None

    @contextmanager
    def stack(self) -> Iterator["Stack"]:
        from storyengine.showrun.stack import provided_stack  # the baselines are imported before Django is set up

        with provided_stack(self.url, say=self.say) as stack:
            yield stack


Measure = Callable[[Bench], dict[str, Any]]


@dataclass(frozen=True, slots=True)
class Benchmark:
    name: str
    measure: Measure
    goals: Mapping[str, Goal]

    @property
    def summary(self) -> str:
        return (self.measure.__doc__ or "").strip().splitlines()[0]


_registry: dict[str, Benchmark] = {}


def benchmark(name: str, *, goals: Mapping[str, Goal] | None = None) -> Callable[[Measure], Measure]:
    """Register a function under a name; goals are keyed by the path into its result, "ahead_s.p95"."""

    def register(measure: Measure) -> Measure:
        if name in _registry:
            raise ValueError(f"two benchmarks are named {name}")
        _registry[name] = Benchmark(name, measure, goals or {})
        return measure

    return register


def benchmarks() -> dict[str, Benchmark]:
    """All benchmarks by name, after importing every module of this package."""
    for module in pkgutil.iter_modules(__path__):
        importlib.import_module(f"{__name__}.{module.name}")
    return dict(sorted(_registry.items()))


def rows(result: Mapping[str, Any], goals: Mapping[str, Goal], prefix: str = "") -> Iterator[tuple[str, str, str]]:
    """A result as table rows: (key, number, goal and whether it is met)."""
    if not prefix:
        goals = {key: goal for key, goal in goals.items() if goal.on in ("", result.get("device"))}
    for name, value in result.items():
        key = f"{prefix}{name}"
        if isinstance(value, Mapping):
            yield from rows(value, goals, f"{key}.")
            continue
        goal = goals.get(key)
        yield key, _shown(value), f"goal {goal}: {'met' if goal.met(value) else 'missed'}" if goal else ""


def _shown(value: object) -> str:
    return f"{value:.3f}" if isinstance(value, float) else str(value)
