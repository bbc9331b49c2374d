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
from storyengine.generation.writer.local.bare import FEW, Bare, in_eight_bits, packed, transposed
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


in_bfloat16 = pytest.mark.skipif(
    not torch.cpu._is_avx512_bf16_supported(), reason="this CPU does not multiply bfloat16"
)


@pytest.mark.parametrize(("product", "most"), [(transposed, 1e-5), pytest.param(packed, 0.02, marks=in_bfloat16)])
def test_bare_gives_the_models_own_logits(folder: Path, product: Any, most: float) -> None:
    stage = LocalWriter(str(folder), threads=1).stage
    bare = Bare(stage._model, product, told=torch.bfloat16 if product is packed else None)
    assert stage._trial.strays(bare, bare.read, bare.told) <= most


@in_bfloat16
def test_eight_bits_say_the_same_for_few_tokens_as_for_many() -> None:
    torch.manual_seed(1)
    first, other = torch.nn.Linear(64, 48), torch.nn.Linear(64, 16)
    states = torch.randn(FEW + 1, 64)
    with torch.inference_mode():
        product = in_eight_bits(first, other)
        wanted = torch.cat([first(states), other(states)], dim=-1)
        for found in (product(states), torch.cat([product(states[:FEW]), product(states[FEW:])])):
            assert (found - wanted).abs().max() < 0.02 * wanted.abs().max()


@in_bfloat16
@pytest.mark.parametrize(("spoilt", "first"), [((), 0), ((0,), 1), ((0, 1), 2), ((3,), None)])
def test_layers_that_do_not_bear_eight_bits_keep_bfloat16(
    folder: Path, tmp_path: Path, spoilt: tuple[int, ...], first: int | None
) -> None:
    """A column that is a thousand times as large, behind a norm that makes up for it, leaves the others no bits."""
    shape = SHAPE | {"num_hidden_layers": 4, "initializer_range": 0.15}
    model = made(folder, tmp_path, "Llama", shape).weights
    with torch.no_grad():
        for number in spoilt:
            layer = model.model.layers[number]
            layer.input_layernorm.weight[0] /= 1000
            for product in (layer.self_attn.q_proj, layer.self_attn.k_proj, layer.self_attn.v_proj):
                product.weight[:, 0] *= 1000
    stage = rows.Stage(model, range(20, 80))

    def moved(bare: Bare) -> float:
        return stage._trial.moved(bare, bare.read, range(20, 80))

    assert moved(stage._bare) <= rows.MOST_MOVED
    wanted = packed if first is None else in_eight_bits
    assert moved(stage._bare) == moved(Bare(model, wanted, first=first or 0, before=packed))


def test_a_large_model_is_not_kept_twice(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rows, "MOST_BYTES", 1000)
    assert LocalWriter(str(folder), threads=1).stage.way == "shared"
