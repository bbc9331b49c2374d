"""What single steps cost, apart from the answers that come of them: for `bench writing`."""

import random
import time
from collections.abc import Callable
from dataclasses import dataclass
from statistics import median
from typing import Any

import torch

from storyengine.generation.parse import answer_schema
from storyengine.generation.prompt import Context
from storyengine.generation.writer.local.decode import Budget, Loop, Row

TOKENS = 160  # of each row: as many as bring what the schema forces, at an answer's head, into proportion


@dataclass(frozen=True, slots=True)
class Steps:
    """Medians, in seconds but for the last two: a prompt read once and once for each row, and a step of the loop.

    `many_over_one`: the prompt and answers for many rows against those for one, all answers equally long: else the
    longest of many is compared with one that happens to be short. `schema_cost`: by which share more a token costs with
    the schema than without. By the token, for what the schema forces is read several tokens at a step.
    """

    read_once_s: float
    read_apart_s: float
    one_row_s: float
    many_rows_s: float
    many_over_one: float
    schema_cost: float


@torch.inference_mode()
def time_steps(writer: Any, context: Context, *, rows: int, rounds: int) -> Steps:
    """Measure with and without in turns, so that a busy machine is busy for both.

    `writer` is a LocalWriter; the loop runs for a fixed number of tokens, and no row ends before.
    """
    once, apart, one, many, over, cost = [], [], [], [], [], []
    for _ in range(rounds):
        once.append(_read(writer, context, 1))
        apart.append(_read(writer, context, rows))
        alone, beside = (_write(writer, context, number, schema=True) for number in (1, rows))
        one.append(alone.step_s)
        many.append(beside.step_s)
        over.append((once[-1] + beside.spent_s) / (once[-1] + alone.spent_s))
        cost.append(beside.token_s / _write(writer, context, rows, schema=False).token_s - 1)
    return Steps(*(median(values) for values in (once, apart, one, many, over, cost)))


def _read(writer: Any, context: Context, times: int) -> float:
    ids = writer.encode(context)

    def read() -> None:
        for _ in range(times):
            writer.stage.read(ids, None, stop=lambda: False)

    return _seconds(writer, read)


@dataclass(frozen=True, slots=True)
class _Run:
    spent_s: float
    steps: int
    tokens: int

    @property
    def step_s(self) -> float:
        return self.spent_s / self.steps

    @property
    def token_s(self) -> float:
        return self.spent_s / self.tokens


def _write(writer: Any, context: Context, rows: int, *, schema: bool) -> _Run:
    """Answers of so many rows, none of them shorter than TOKENS."""
    ids = writer.encode(context)
    prefix, _ = writer.stage.read(ids, None, stop=lambda: False)
    grammar = writer.grammar if schema else None
    answers = [
        Row(number, writer.grammar.matcher(answer_schema(context)), random.Random(number)) for number in range(rows)
    ]
    loop = Loop(grammar, writer.sampling, set(), Budget(TOKENS * 4, TOKENS))
    with writer.stage.writing(prefix, rows, TOKENS * 2) as stage:
        written: list[list[int]] = []
        spent = _seconds(
            writer,
            lambda: written.extend(loop.run(stage, prefix.logits, answers, tell=lambda _: None, stop=lambda: False)),
        )
    return _Run(spent, loop.steps, sum(len(row) for row in written))


def _seconds(writer: Any, act: Callable[[], object]) -> float:
    if writer.device == "cuda":
        torch.cuda.synchronize()
    started = time.perf_counter()
    act()
    if writer.device == "cuda":
        torch.cuda.synchronize()
    return time.perf_counter() - started
