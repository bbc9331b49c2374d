"""A model of random weights: it knows nothing, and takes a moment to make."""

import json
from pathlib import Path

import pytest
import torch
from tokenizers import Tokenizer, decoders, models, pre_tokenizers, trainers
from transformers import LlamaConfig, LlamaForCausalLM, PreTrainedTokenizerFast

from storyengine.generation.writer.local import LocalWriter
from tests.factories import answer_json

LINES = [json.dumps(json.loads(answer_json()), separators=(",", ":")), "Fog lies on the river. 灯塔亮了。"]


@pytest.fixture(scope="session")
def folder(tmp_path_factory) -> Path:  # type: ignore[no-untyped-def]
    """Two layers of 64, with byte-level pairs trained on a few lines; half as many heads for keys as for queries."""
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
    heads = {"num_key_value_heads": 2}
    config = LlamaConfig(
        vocab_size=len(fast), max_position_embeddings=1024, bos_token_id=0, eos_token_id=1, **shape, **heads
    )
    LlamaForCausalLM(config).save_pretrained(path)
    return path


@pytest.fixture(scope="session")
def writer(folder: Path) -> LocalWriter:
    return LocalWriter(str(folder), threads=1)
