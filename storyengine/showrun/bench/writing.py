"""`writing`: how fast the writer writes, beside transformers' own pipeline; `structure`: whether it keeps its shape.

Everything is measured in one run on one machine, in turns, and medians are compared: a machine that others use
too is slow for all of them alike.
"""

import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from statistics import median
from typing import Any

from django.conf import settings

from storyengine.errors import Refused
from storyengine.generation.parse import parse_answer
from storyengine.generation.prompt import Context, Wish
from storyengine.showrun.bench import Bench, Goal, benchmark

ROUNDS = 5
MANY = 8
DRAFTS, AT_ONCE = 1000, 25
BEATS = (
    "Fog lies on the river, and nobody on the landing speaks.",
    "ODA: Nobody crosses for free. Not the widow, not the thief, not the king.",
    "BRAM counts his buttons: one of brass, two of bone, and one that is missing.",
    "BRAM: Then take the key. It opens a door that you have been looking for.",
)
BRIEF = Context(
    title="The Ferry",
    language="en",
    tone="dry, warm",
    logline="A ferryman must choose whom to carry before the river freezes.",
    rules=("The river is wide.", "Nobody is seen to die.", "What is paid is never given back."),
    characters=(
        ("ODA", "The ferrywoman, 50, counts everything. Short sentences."),
        ("BRAM", "A thief, 30, polite to a fault. Answers questions with questions."),
        ("THE WIDOW", "Seventy, in borrowed black. Says what others think."),
    ),
    places=(("THE LANDING", "Planks, mud, one lantern."), ("THE FERRY", "Flat, tarred, older than ODA.")),
    so_far=tuple(f"On day {day} ODA carries nobody, and the ice comes nearer." for day in range(1, 9)),
    last_scene="EXT. THE LANDING - DAWN\n" + "\n".join(BEATS * 9),
    choice="Carry the thief",
    wishes=(Wish("sea monster", 12, 14.2), Wish("brass key", 7, 8.1)),
    votes=(31, 60),
)


@benchmark(
    "writing",
    goals={
        "prefill_gain_8": Goal(">=", 0.8 * MANY),
        "schema_cost": Goal("<=", 0.05),
        "gain_1": Goal(">=", 2.0),
        "gain_8": Goal(">=", 2.0),
        # Of a GPU alone: on a CPU eight rows are eight times the work, and memory is not what a small model waits for.
        "wall_8_over_1": Goal("<=", 1.3, on="cuda"),
        "share_of_limit": Goal(">=", 0.77, on="cuda"),
    },
)
def measure_writing(bench: Bench) -> dict[str, Any]:
    """Tokens a second for one answer and for eight, against transformers' pipeline on the same weights and prompt.

    per_s: tokens out over the whole wall time, prompt and all; pipeline_per_s the same for the pipeline, which
    writes exactly as many. prefill_gain_8: how many times quicker the prompt is read for eight rows at once than
    eight times. wall_8_over_1: eight answers against one as long as they. schema_cost: the share by which the schema
    slows a token. ahead_per_s_1: one answer where the last brief was of the same scene, as in a show.
    """
    from storyengine.generation.writer.local import LocalWriter
    from storyengine.generation.writer.local.plain import random_model

    with tempfile.TemporaryDirectory() as folder:
        model = settings.BOX_MODEL
        if bench.shape:
            bench.say(f"random weights of the shape {bench.shape}")
            model = str(random_model(bench.shape, settings.BOX_MODEL, Path(folder)))
        writer = LocalWriter(model, threads=settings.WRITER_THREADS)
        result = _Measured(writer, bench).result()
        if bench.shape:
            return result | _share_of_bandwidth(writer, result)
        return result | _against_pipeline(model, writer, bench, result)


class _Measured:
    """Our own side: one answer and eight in turns, with the schema and without."""

    def __init__(self, writer: Any, bench: Bench) -> None:
        self._writer, self._bench = writer, bench

    def result(self) -> dict[str, Any]:
        writer, ones, manies, aheads = self._writer, [], [], []
        for rows in (1, MANY):  # warm: on a GPU each number of rows is compiled once
            writer.write(BRIEF, seed=0, candidates=rows)
        for number in range(ROUNDS):
            self._bench.say(f"round {number + 1} of {ROUNDS}")
            ones.append(self._write(number, 1))
            aheads.append(self._write(number, 1, forget=False))
            manies.append(self._write(number, MANY))
        per_step = writer.time_steps(BRIEF, rows=MANY, rounds=ROUNDS)
        return {
            "per_s_1": median(one.tokens_out / one.seconds for one in ones),
            "per_s_8": median(many.tokens_out / many.seconds for many in manies),
            "ahead_per_s_1": median(one.tokens_out / one.seconds for one in aheads),
            "wall_8_over_1": per_step.many_over_one,
            "prefill_gain_8": per_step.read_apart_s / per_step.read_once_s,
            "schema_cost": per_step.schema_cost,
            "step_s_1": per_step.one_row_s,
            "step_s_8": per_step.many_rows_s,
            "tokens_in": ones[0].tokens_in,
            "tokens_out_1": median(one.tokens_out for one in ones),
            "way": writer.way,
            "device": writer.device,
            "model": writer.name,
        }

    def _write(self, seed: int, candidates: int, *, forget: bool = True) -> Any:
        if forget:
            self._writer.forget()
        return self._writer.write(BRIEF, seed=seed, candidates=candidates)


def _against_pipeline(model: str, writer: Any, bench: Bench, ours: dict[str, Any]) -> dict[str, Any]:
    """The pipeline, with answers exactly as long as ours were."""
    from storyengine.generation.writer.local.plain import Plain

    bench.say("transformers' pipeline")
    plain, prompt, length = Plain(model), writer.prompt_text(BRIEF), int(ours["tokens_out_1"])
    plain.write(prompt, 8, 1)
    one = median(_per_s(lambda: plain.write(prompt, length, 1)) for _ in range(ROUNDS))
    many = median(_per_s(lambda: plain.write(prompt, length, MANY)) for _ in range(max(1, ROUNDS // 2)))
    return {
        "pipeline_per_s_1": one,
        "pipeline_per_s_8": many,
        "gain_1": ours["per_s_1"] / one,
        "gain_8": ours["per_s_8"] / many,
    }


def _per_s(write: Callable[[], int]) -> float:
    started = time.monotonic()
    return write() / (time.monotonic() - started)


def _share_of_bandwidth(writer: Any, ours: dict[str, Any]) -> dict[str, Any]:
    """Steps a second at batch 1 against what memory could give: bandwidth over the bytes that a step reads."""
    from storyengine.generation.writer.local.plain import bandwidth, bytes_of

    weights, gives = bytes_of(writer.weights), bandwidth(writer.device)
    limit = gives / weights
    return {
        "weights_bytes": weights,
        "bandwidth_bytes_s": gives,
        "limit_per_s": limit,
        "share_of_limit": 1 / ours["step_s_1"] / limit,
    }


@benchmark("structure", goals={"invalid": Goal("=", 0)})
def measure_structure(bench: Bench) -> dict[str, Any]:
    """A thousand drafts from a model that knows nothing: how many are valid branches."""
    from storyengine.generation.writer.local import LocalWriter
    from storyengine.generation.writer.local.plain import random_model

    valid, tokens, started = 0, 0, time.monotonic()
    with tempfile.TemporaryDirectory() as folder:
        writer = LocalWriter(str(random_model("llama-tiny", settings.BOX_MODEL, Path(folder))))
        for seed in range(DRAFTS // AT_ONCE):
            answer = writer.write(BRIEF, seed=seed, candidates=AT_ONCE)
            valid += sum(_is_branch(text) for text in answer.texts)
            tokens += answer.tokens_out
            bench.say(f"{valid} of {(seed + 1) * AT_ONCE} are valid")
    drafts = DRAFTS // AT_ONCE * AT_ONCE
    return {
        "drafts": drafts, "valid": valid, "invalid": drafts - valid, "tokens": tokens,
        "seconds": time.monotonic() - started,
    }  # fmt: skip


def _is_branch(text: str) -> bool:
    try:
        parse_answer(text, BRIEF)
    except Refused:
        return False
    return True
