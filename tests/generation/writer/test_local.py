"""The local writer with a model of random weights: it knows nothing, and still writes branches."""

import json
import shutil
from dataclasses import replace
from pathlib import Path

import pytest
import torch
from tokenizers import Tokenizer, decoders, models, pre_tokenizers, trainers
from transformers import LlamaConfig, LlamaForCausalLM, PreTrainedTokenizerFast

from storyengine.errors import Refused
from storyengine.generation.parse import MIN_BEATS, parse_answer
from storyengine.generation.writer.local import LocalWriter
from tests.factories import answer_json
from tests.generation.test_prompt import SMALL

LINES = [json.dumps(json.loads(answer_json()), separators=(",", ":")), "Fog lies on the river. 灯塔亮了。"]


@pytest.fixture(scope="module")
def folder(tmp_path_factory) -> Path:  # type: ignore[no-untyped-def]
    """Two layers of 64, with byte-level pairs trained on a few lines."""
    path = tmp_path_factory.mktemp("models") / "random"
    tokenizer = Tokenizer(models.BPE())
    tokenizer.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    tokenizer.decoder = decoders.ByteLevel()
    alphabet = pre_tokenizers.ByteLevel.alphabet()
    tokenizer.train_from_iterator(
        LINES, trainers.BpeTrainer(vocab_size=500, special_tokens=["<s>", "</s>"], initial_alphabet=alphabet)
    )
    fast = PreTrainedTokenizerFast(tokenizer_object=tokenizer, bos_token="<s>", eos_token="</s>")
    fast.save_pretrained(path)
    torch.manual_seed(1)
    shape = {"hidden_size": 64, "intermediate_size": 128, "num_hidden_layers": 2, "num_attention_heads": 4}
    config = LlamaConfig(vocab_size=len(fast), max_position_embeddings=960, bos_token_id=0, eos_token_id=1, **shape)
    LlamaForCausalLM(config).save_pretrained(path)
    return path


@pytest.fixture(scope="module")
def writer(folder: Path) -> LocalWriter:
    return LocalWriter(str(folder), threads=1)


@pytest.mark.parametrize("seed", range(20))
def test_write_with_any_seed_is_an_answer(writer: LocalWriter, seed: int) -> None:
    answer = writer.write(SMALL, seed=seed)
    (scene,) = parse_answer(answer.text, SMALL).scenes
    assert len(scene.beats) >= MIN_BEATS
    assert 1 <= len(scene.choices) <= 3  # two that say the same count once
    assert {beat.character for beat in scene.beats} <= {"", "ODA"}
    assert (answer.model, answer.seed) == ("random", seed)
    assert answer.tokens_in + answer.tokens_out <= 960


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
    assert refused.value.detail["reason"].endswith("tokens of 960")


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
