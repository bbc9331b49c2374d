"""Transformers as it comes, to measure against; and models of random weights, to measure without a download."""

import time
from pathlib import Path
from typing import Any

import torch
from transformers import AutoTokenizer, LlamaConfig, LlamaForCausalLM, pipeline

from storyengine.errors import Refused

# Shapes by name: what a model of that size is to a machine, with weights that mean nothing.
SHAPES: dict[str, dict[str, Any]] = {
    "llama-8b": {
        "hidden_size": 4096, "intermediate_size": 14336, "num_hidden_layers": 32, "num_attention_heads": 32,
        "num_key_value_heads": 8, "vocab_size": 128256, "max_position_embeddings": 8192,
    },
    "llama-1b": {
        "hidden_size": 2048, "intermediate_size": 8192, "num_hidden_layers": 16, "num_attention_heads": 32,
        "num_key_value_heads": 8, "vocab_size": 128256, "max_position_embeddings": 8192,
    },
    "llama-tiny": {
        "hidden_size": 64, "intermediate_size": 176, "num_hidden_layers": 2, "num_attention_heads": 4,
        "num_key_value_heads": 2, "vocab_size": 1024, "max_position_embeddings": 2048,
    },
}  # fmt: skip


class Plain:
    """The plain `pipeline` over a folder's model, with its own sampling and no schema."""

    def __init__(self, model: str) -> None:
        self._pipeline: Any = pipeline(
            "text-generation", model=model, dtype=torch.bfloat16 if torch.cuda.is_available() else torch.float32
        )

    def write(self, prompt: str, tokens: int, candidates: int) -> int:
        """So many answers of exactly so many tokens; returns how many tokens that were in all."""
        self._pipeline(
            prompt,
            min_new_tokens=tokens,
            max_new_tokens=tokens,
            num_return_sequences=candidates,
            do_sample=True,
            temperature=0.7,
            top_p=0.92,
            return_full_text=False,
            add_special_tokens=False,
        )
        return tokens * candidates


def random_model(shape: str, tokenizer: str, folder: Path) -> Path:
    """A model of this shape and random weights, written to the folder with the tokenizer of another one.

    Raises Refused("setup.failed") for a shape that has no name here.
    """
    if shape not in SHAPES:
        raise Refused("setup.failed", reason=f"{shape}: there are {', '.join(SHAPES)}")
    torch.manual_seed(1)
    torch.set_default_dtype(torch.bfloat16)
    try:
        words = AutoTokenizer.from_pretrained(tokenizer)
        size = SHAPES[shape] | {"vocab_size": max(len(words), SHAPES[shape]["vocab_size"])}
        config = LlamaConfig(**size, bos_token_id=None, eos_token_id=1, pad_token_id=0)
        with torch.device("cuda" if torch.cuda.is_available() else "cpu"):  # a GPU draws 8 billion numbers in a second
            LlamaForCausalLM(config).save_pretrained(folder)
    finally:
        torch.set_default_dtype(torch.float32)
    words.save_pretrained(folder)
    return folder


def bytes_of(model: Any) -> int:
    """What a step reads of the weights: all but the embedding's rows that are not asked for."""
    embedding = model.get_input_embeddings().weight
    tied = model.get_output_embeddings().weight is embedding
    whole = sum(weight.numel() * weight.element_size() for weight in model.parameters())
    return int(whole - (0 if tied else embedding.numel() * embedding.element_size()))


def bandwidth(device: str, *, rounds: int = 10) -> float:
    """Bytes a second that this machine's memory gives a reader: the best of a few sums, 256 MiB or on a GPU 4 GiB."""
    size = 1 << 32 if device == "cuda" else 1 << 28  # far more than a cache holds, far longer than a launch takes
    block = torch.ones(size // 4, dtype=torch.float32, device=device)
    best = float("inf")
    for _ in range(rounds):
        _wait(device)
        started = time.perf_counter()
        block.sum()
        _wait(device)
        best = min(best, time.perf_counter() - started)
    return size / best


def _wait(device: str) -> None:
    if device == "cuda":
        torch.cuda.synchronize()
