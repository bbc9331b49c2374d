"""Many answers over one prompt: the same as one by one, whichever way the rows are kept."""

import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import torch
from torch.nn.attention import flex_attention

from storyengine.errors import Refused
from storyengine.generation.parse import MIN_BEATS, parse_answer
from storyengine.generation.writer import Ear, Heard
from storyengine.generation.writer.local import LocalWriter, _halving, rows
from storyengine.generation.writer.local.attention import Branches
from storyengine.generation.writer.local.bare import Bare, joined
from storyengine.generation.writer.local.static import StaticRows
from tests.generation.test_prompt import SMALL


def test_candidates_are_valid_and_different(writer: LocalWriter) -> None:
    answer = writer.write(SMALL, seed=1, candidates=20)
    assert len(set(answer.texts)) == 20
    for text in answer.texts:
        (scene,) = parse_answer(text, SMALL).scenes
        assert len(scene.beats) >= MIN_BEATS
        assert 1 <= len(scene.choices) <= 3  # two that say the same count once
        assert {beat.character for beat in scene.beats} <= {"", "Oda"}
    assert (answer.remark, answer.watts) == ("", None)
    assert len(answer.revision) == 40
    assert len(answer.prompt_hash) == 64


def test_a_candidate_is_the_same_beside_any_number_of_others(folder: Path) -> None:
    """In the model's own precision; in bfloat16 a sum that is rounded otherwise is now and then another word."""
    writer = LocalWriter(str(folder), threads=1)
    writer.stage.way = "shared"
    alone = writer.write(SMALL, seed=5)
    beside = writer.write(SMALL, seed=5, candidates=6)
    assert alone.text == beside.text
    assert alone.tokens_out < beside.tokens_out


@pytest.fixture
def uncompiled(monkeypatch: pytest.MonkeyPatch) -> None:
    """The compiled step as it is, without a compiler: what that and a GPU make of it is proved before it is used."""
    monkeypatch.setattr(rows, "StaticRows", lambda *shape: StaticRows(*shape, compiled=False))
    monkeypatch.setattr(flex_attention, "_FLEX_ATTENTION_DISABLE_COMPILE_DEBUG", True)


@pytest.mark.parametrize("way", ["bare", "copied", "compiled", "compiled, bare"])
@pytest.mark.usefixtures("uncompiled")
def test_every_way_of_keeping_rows_writes_the_same(folder: Path, way: str) -> None:
    """In double precision, where no sum is rounded differently because it was made in another order."""
    texts = []
    for chosen in ("shared", way):
        other = LocalWriter(str(folder), threads=1)
        other.weights.to(torch.float64)
        other.stage = rows.Stage(other.weights)
        other.stage.way, _, step = chosen.partition(", ")
        if step:
            other.stage._step = Bare(other.weights, joined)
        texts.append([other.write(SMALL, seed=seed, candidates=3).texts for seed in (1, 2)])
        assert way.startswith(other.stage.way) or other.stage.way == "shared" == chosen
    assert texts[0] == texts[1]


@pytest.mark.parametrize("bare", [True, False])
def test_the_compiler_takes_a_step_as_one_graph(folder: Path, monkeypatch: pytest.MonkeyPatch, bare: bool) -> None:
    """What comes before the code for a GPU: the compiler reads the step whole, and its graph says the same."""
    compiler = torch.compile
    monkeypatch.setattr(torch, "compile", lambda step, **_: compiler(step, backend="aot_eager", fullgraph=True))
    monkeypatch.setattr("storyengine.generation.writer.local.SOFT_TOKENS", 20)
    other = LocalWriter(str(folder), threads=1)
    other.stage.way = "shared"
    plain = other.write(SMALL, seed=1, candidates=2)
    other.stage.way = "compiled"
    if bare:
        other.stage._step = Bare(other.weights, joined)
    assert other.write(SMALL, seed=1, candidates=2).texts == plain.texts
    assert other.stage.way == "compiled"


@pytest.mark.usefixtures("uncompiled")
@pytest.mark.parametrize(
    ("part", "broken"),
    [
        ("_run", lambda self: torch.empty(0)[1]),  # an error of torch's own
        ("_run", lambda self: torch.full((2, 1024), torch.nan)),
        ("_sees", lambda self: lambda batch, head, row, place: place < self._length[0]),  # not what the row has written
        ("_sees", lambda self: lambda batch, head, row, place: place <= self._told + 99),  # and what the other has
    ],
)
def test_a_step_that_cannot_be_compiled_or_says_something_else_is_done_without(
    folder: Path, monkeypatch: pytest.MonkeyPatch, part: str, broken: Callable[..., object]
) -> None:
    other = LocalWriter(str(folder), threads=1)
    other.stage.way = "shared"
    plain = other.write(SMALL, seed=1, candidates=2)
    other.stage.way = "compiled"
    monkeypatch.setattr(StaticRows, part, broken)
    assert other.write(SMALL, seed=1, candidates=2).texts == plain.texts
    assert other.stage.way == "shared"


def test_choices_of_one_scene_share_their_prompt_up_to_the_choice(folder: Path) -> None:
    fresh = LocalWriter(str(folder), threads=1)
    first = fresh.write(SMALL, seed=1)
    second = fresh.write(replace(SMALL, choice="Burn the ferry"), seed=1)
    again = fresh.write(SMALL, seed=1)
    assert first.tokens_known == 0
    assert 0 < second.tokens_known < second.tokens_in
    assert second.tokens_known > 0.8 * second.tokens_in
    assert again.tokens_known >= second.tokens_known
    assert again.text == first.text  # what was known reads the same


def test_writer_is_heard_while_it_writes(writer: LocalWriter, monkeypatch: pytest.MonkeyPatch) -> None:
    heard: list[Heard] = []
    monkeypatch.setattr("storyengine.generation.writer.local.decode.TELL_EVERY_S", 0.0)
    answer = writer.write(SMALL, seed=2, candidates=2, ear=Ear(heard.append))
    tokens = [one.tokens for one in heard]
    assert tokens == sorted(tokens)
    assert len(heard) > 50
    assert heard[-1].texts == answer.texts
    assert all(one.tokens <= one.budget for one in heard)


@pytest.mark.usefixtures("uncompiled")
def test_writer_says_that_it_reads_and_before_it_compiles(folder: Path) -> None:
    other, noted = LocalWriter(str(folder), threads=1), []
    other.stage.way = "compiled"
    for number in (2, 2, 3):  # each number of rows once
        other.write(SMALL, seed=1, candidates=number, ear=Ear(note=noted.append))
        other.forget()
    assert [one for one in noted if one] == ["compiling", "compiling"]
    assert noted.count("") >= 3


def test_writer_stops_within_a_second(writer: LocalWriter) -> None:
    heard: list[float] = []
    ear = Ear(lambda _: heard.append(time.monotonic()), lambda: len(heard) > 2)
    with pytest.raises(Refused) as refused:
        writer.write(SMALL, seed=2, candidates=8, ear=ear)
    assert refused.value.code == "writer.cancelled"
    assert time.monotonic() - heard[2] < 1
    assert writer.write(SMALL, seed=2).text  # and goes on with the next


def test_out_of_memory_halves_the_rows_until_they_fit() -> None:
    asked: list[int] = []

    def attempt(number: int) -> tuple[list[list[int]], int]:
        asked.append(number)
        if number > 2:
            torch.empty(1 << 50)  # a thousand terabytes: the allocator's own refusal
        return [[1]] * number, 7

    assert _halving(8, attempt) == ([[1], [1]], 2, 7)
    assert asked == [8, 4, 2]


class Room:
    """The model's memory: a hook of torch's own on the real model, that runs out where it reads too many rows."""

    def __init__(self, writer: LocalWriter, rows: int) -> None:
        self.asked: list[int] = []
        self.most = rows
        self._hook = writer.weights.register_forward_pre_hook(self._read, with_kwargs=True)

    def _read(self, module: torch.nn.Module, given: tuple[torch.Tensor, ...], more: dict[str, Any]) -> None:
        cache = more["past_key_values"]
        rows = cache.rows if isinstance(cache, Branches) else given[0].shape[0]
        if not self.asked or self.asked[-1] != rows:
            self.asked.append(rows)
        if rows > self.most:
            raise torch.OutOfMemoryError("CUDA out of memory. Tried to allocate 2.00 GiB.")

    def __enter__(self) -> "Room":
        return self

    def __exit__(self, *_: object) -> None:
        self._hook.remove()


@pytest.mark.parametrize("way", ["shared", "copied"])
def test_writer_that_runs_out_of_memory_writes_fewer_and_says_so(folder: Path, way: str) -> None:
    other = LocalWriter(str(folder), threads=1)
    other.stage.way = way
    whole = other.write(SMALL, seed=4, candidates=2)
    with Room(other, rows=2) as room:
        answer = other.write(SMALL, seed=4, candidates=8)
    assert [rows for rows in room.asked if rows > 1][:3] == [8, 4, 2]
    assert len(answer.texts) == 2
    assert answer.remark == "out of memory: 2 at once instead of 8"
    assert answer.texts == whole.texts
    assert len(other.write(SMALL, seed=4, candidates=3).texts) == 3  # and the next brief has all its room again


def test_writer_without_memory_for_one_answer_is_refused_with_a_code(folder: Path) -> None:
    other = LocalWriter(str(folder), threads=1)
    other.stage.way = "shared"
    with Room(other, rows=0), pytest.raises(Refused) as refused:
        other.write(SMALL, seed=4, candidates=4)
    assert refused.value.code == "writer.out_of_memory"


def test_out_of_memory_for_a_single_row_has_a_code() -> None:
    with pytest.raises(Refused) as refused:
        _halving(2, lambda number: torch.empty(1 << 50))
    assert refused.value.code == "writer.out_of_memory"


def test_other_errors_of_torch_are_not_taken_for_memory() -> None:
    with pytest.raises(RuntimeError, match="multiplied"):
        _halving(2, lambda number: torch.ones(2, 3) @ torch.ones(2, 3))
