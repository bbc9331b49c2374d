"""The local writer with a model of random weights: it knows nothing, and still writes branches."""

import shutil
from dataclasses import replace
from pathlib import Path

import pytest
import torch

from storyengine.errors import Refused
from storyengine.generation.parse import MIN_BEATS, parse_answer
from storyengine.generation.writer.local import LocalWriter
from tests.generation.test_prompt import SMALL


@pytest.mark.parametrize("seed", range(3))
def test_write_with_any_seed_is_an_answer(writer: LocalWriter, seed: int) -> None:
    answer = writer.write(SMALL, seed=seed)
    (scene,) = parse_answer(answer.text, SMALL).scenes
    assert len(scene.beats) >= MIN_BEATS
    assert 1 <= len(scene.choices) <= 3  # two that say the same count once
    assert {beat.character for beat in scene.beats} <= {"", "Oda"}
    assert (answer.model, answer.seed) == ("random", seed)
    assert answer.tokens_in + answer.tokens_out <= 1024


def test_write_is_the_same_for_the_same_seed(writer: LocalWriter) -> None:
    first, second, other = (writer.write(SMALL, seed=seed).text for seed in (3, 3, 4))
    assert first == second != other


def test_write_of_an_ending_offers_no_choice(writer: LocalWriter) -> None:
    ending = replace(SMALL, choices=0)
    assert parse_answer(writer.write(ending, seed=1).text, ending).scenes[0].choices == ()


def test_write_beyond_the_window_is_refused(writer: LocalWriter) -> None:
    with pytest.raises(Refused) as refused:
        writer.write(replace(SMALL, last_scene="Fog lies on the river. " * 300), seed=1)
    assert refused.value.code == "writer.context_too_long"
    assert refused.value.detail["reason"].endswith("tokens of 1024")


def test_write_cuts_memory_to_its_context_budget_and_says_what(writer: LocalWriter) -> None:
    summaries = tuple(f"Day {number}." for number in range(60))
    told = replace(SMALL, rules=(), wishes=(), last_scene="FOG", so_far=summaries)
    answer = writer.write(told, seed=1)
    assert answer.seen is not None
    assert answer.tokens_in <= writer.context_budget
    assert 0 < len(answer.seen.so_far) < 60
    assert answer.seen.so_far == summaries[-len(answer.seen.so_far) :]
    assert (answer.seen.facts, answer.remark) == ((), 'remark.cut {"parts":"so_far, facts, threads"}')
    assert len(parse_answer(answer.text, told).scenes) == 1
    assert writer.write(SMALL, seed=1).seen is None


def loading(path: Path) -> Refused:
    with pytest.raises(Refused) as refused:
        LocalWriter(str(path))
    assert str(path) in refused.value.detail["reason"]
    return refused.value


def test_missing_folder_is_named(tmp_path: Path) -> None:
    refused = loading(tmp_path / "nowhere")
    assert (refused.code, refused.detail) == ("writer.model_missing", {"reason": str(tmp_path / "nowhere")})


def test_empty_folder_is_broken(tmp_path: Path) -> None:
    assert loading(tmp_path).code == "writer.model_broken"


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("model.safetensors", b"\x08\x00\x00\x00\x00\x00\x00\x00{}"),
        ("model.safetensors", b"not tensors"),
        ("model.safetensors", b""),
        ("config.json", b"{"),
        ("config.json", b'{"model_type": "nothing"}'),
        ("tokenizer.json", b"[]"),
    ],
)
def test_broken_file_is_refused(folder: Path, tmp_path: Path, name: str, content: bytes) -> None:
    broken = shutil.copytree(folder, tmp_path / "broken")
    (broken / name).write_bytes(content)
    assert loading(broken).code == "writer.model_broken"


def test_cut_off_weights_are_refused(folder: Path, tmp_path: Path) -> None:
    broken = shutil.copytree(folder, tmp_path / "broken")
    weights = (broken / "model.safetensors").read_bytes()
    (broken / "model.safetensors").write_bytes(weights[: len(weights) // 2])
    assert loading(broken).code == "writer.model_broken"


def test_pickled_weights_are_never_opened(folder: Path, tmp_path: Path) -> None:
    """A pickle runs code when it is read: this one would leave a file behind."""
    pickled = shutil.copytree(folder, tmp_path / "pickled")
    (pickled / "model.safetensors").unlink()
    trap = tmp_path / "sprung"

    class Trap:
        def __reduce__(self) -> tuple[object, tuple[object, ...]]:
            return Path.touch, (trap,)

    torch.save({"x": Trap()}, pickled / "pytorch_model.bin")
    assert loading(pickled).code == "writer.model_broken"
    assert not trap.exists()
