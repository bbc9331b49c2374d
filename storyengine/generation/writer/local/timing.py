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
from storyengine.generation.writer.local.decode import Budget, Loop, Row, read_prompt

STEPS = 40


@dataclass(frozen=True, slots=True)
class Steps:
    """Seconds, medians: a prompt read once and once for each row, and a step of the loop."""

    read_once_s: float
    read_apart_s: float
    one_row_s: float
    with_schema_s: float
    without_schema_s: float


@torch.inference_mode()
def time_steps(writer: Any, context: Context, *, rows: int, rounds: int) -> Steps:
    """Measure with and without in turns, so that a busy machine is busy for both.

    `writer` is a LocalWriter; the loop runs for a fixed number of tokens, and no row ends before.
    """
    once, apart, one, held, free = [], [], [], [], []
    for _ in range(rounds):
        once.append(_read(writer, context, 1))
        apart.append(_read(writer, context, rows))
        one.append(_steps(writer, context, 1, schema=True))
        held.append(_steps(writer, context, rows, schema=True))
        free.append(_steps(writer, context, rows, schema=False))
    return Steps(*(median(times) for times in (once, apart, one, held, free)))


def _read(writer: Any, context: Context, times: int) -> float:
    ids = writer.encode(context)

    def read() -> None:
        for _ in range(times):
            with writer.stage.reading():
                read_prompt(writer.weights, ids, None, stop=lambda: False)

    return _seconds(writer, read)


def _steps(writer: Any, context: Context, rows: int, *, schema: bool) -> float:
    """Seconds of one step, with the tokens' share of what is forced taken out by counting steps."""
    ids = writer.encode(context)
    with writer.stage.reading():
        prefix, _ = read_prompt(writer.weights, ids, None, stop=lambda: False)
    grammar = writer.grammar if schema else None
    answers = [
        Row(number, writer.grammar.matcher(answer_schema(context)), random.Random(number)) for number in range(rows)
    ]
    loop = Loop(grammar, writer.sampling, set(), Budget(STEPS * 4, STEPS))
    with writer.stage.writing(prefix, rows, STEPS * 2) as stage:
        spent = _seconds(
            writer, lambda: loop.run(stage, prefix.logits, answers, tell=lambda _: None, stop=lambda: False)
        )
    return spent / max(1, loop.steps)


def _seconds(writer: Any, act: Callable[[], object]) -> float:
    if writer.device == "cuda":
        torch.cuda.synchronize()
    started = time.perf_counter()
    act()
    if writer.device == "cuda":
        torch.cuda.synchronize()
    return time.perf_counter() - started
