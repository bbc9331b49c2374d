"""Which way a model's rows are kept: by its shape, and proved before it is used."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import torch
import transformers
from transformers import AutoTokenizer

from storyengine.generation.parse import parse_answer
from storyengine.generation.writer.local import LocalWriter, rows
from storyengine.generation.writer.local.bare import Bare, packed, transposed
from tests.generation.test_prompt import SMALL

SHAPE = {
    "vocab_size": 500, "hidden_size": 32, "intermediate_size": 64, "num_hidden_layers": 2, "num_attention_heads": 4,
    "num_key_value_heads": 2, "max_position_embeddings": 1024, "bos_token_id": 0, "eos_token_id": 1,
    "pad_token_id": 0,
}  # fmt: skip
GPT2 = {
    "vocab_size": 500, "n_positions": 1024, "n_embd": 32, "n_layer": 2, "n_head": 2, "bos_token_id": 0,
    "eos_token_id": 1,
}  # fmt: skip
WINDOW = {"sliding_window": 48, "layer_types": ["sliding_attention", "full_attention"]}


def made(folder: Path, path: Path, name: str, shape: dict[str, Any]) -> LocalWriter:
    """A writer with random weights of this shape, and the tokenizer of `folder`."""
    torch.manual_seed(1)
    model = getattr(transformers, f"{name}ForCausalLM" if name != "GPT2" else "GPT2LMHeadModel")
    config = getattr(transformers, f"{name}TextConfig" if name == "Gemma3" else f"{name}Config")
    model(config(**shape)).save_pretrained(path)
    AutoTokenizer.from_pretrained(folder).save_pretrained(path)
    return LocalWriter(str(path), threads=1)


@pytest.mark.parametrize(
    ("name", "shape", "way"),
    [
        ("Llama", SHAPE, "bare"),
        ("Llama", SHAPE | {"attention_bias": True, "tie_word_embeddings": True}, "bare"),
        ("Qwen2", SHAPE, "bare"),  # biases on some products
        ("Mistral", SHAPE | {"sliding_window": None}, "bare"),
        ("Qwen3", SHAPE | {"head_dim": 8}, "shared"),  # norms that Bare knows nothing of
        ("Gemma", SHAPE | {"head_dim": 8}, "shared"),
        ("GPT2", GPT2, "shared"),
        ("Mistral", SHAPE | {"sliding_window": 48}, "copied"),
        ("Gemma3", SHAPE | WINDOW | {"head_dim": 8}, "copied"),
        ("Lfm2", SHAPE | {"layer_types": ["conv", "full_attention"]}, "copied"),  # a layer without keys and values
    ],
)
def test_a_model_is_written_with_in_the_quickest_way_that_is_right(
    folder: Path, tmp_path: Path, name: str, shape: dict[str, Any], way: str
) -> None:
    found = made(folder, tmp_path, name, shape)
    assert found.stage.way == way
    answer = found.write(SMALL, seed=1, candidates=2)
    assert [len(parse_answer(text, SMALL).scenes) for text in answer.texts] == [1, 1]


def test_a_prompt_longer_than_a_window_that_slides_is_read_whole_each_time(folder: Path, tmp_path: Path) -> None:
    """What has left the window is gone: nothing of the last prompt can be gone back to."""
    found = made(folder, tmp_path, "Gemma3", SHAPE | WINDOW | {"head_dim": 8})
    first = found.write(SMALL, seed=1)
    other = found.write(replace(SMALL, choice="Burn the ferry"), seed=1)
    again = found.write(SMALL, seed=1)
    assert first.tokens_in > 2 * WINDOW["sliding_window"]  # type: ignore[operator]
    assert (other.tokens_known, again.tokens_known) == (0, 0)
    assert again.text == first.text


@pytest.mark.parametrize(("product", "most"), [(transposed, 1e-5), (packed, 0.02)])
def test_bare_gives_the_models_own_logits(folder: Path, product: Any, most: float) -> None:
    if product is packed and not torch.cpu._is_avx512_bf16_supported():
        pytest.skip("this CPU does not multiply bfloat16")
    stage = LocalWriter(str(folder), threads=1).stage
    bare = Bare(stage._model, product)
    assert stage._strays(bare, bare.read) <= most


def test_a_large_model_is_not_kept_twice(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rows, "MOST_BYTES", 1000)
    assert LocalWriter(str(folder), threads=1).stage.way == "shared"
