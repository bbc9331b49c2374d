"""A model from a directory or a hub name: tokenizer, weights, and a fingerprint that says which weights they were."""

import hashlib
from pathlib import Path
from typing import Any, cast

import torch
from transformers import AutoModelForCausalLM, AutoTokenizer
from transformers.utils.logging import disable_progress_bar

from storyengine.errors import Refused

WHOLE_BYTES = 256 * 1024 * 1024  # a larger file is fingerprinted by its size and samples: 16 GB take half a minute
SAMPLES, SAMPLE_BYTES = 64, 1024 * 1024


def load_model(model: str, device: str) -> tuple[Any, Any]:
    """Tokenizer and weights, ready on the device; safetensors only, no code from the model's folder.

    Raises Refused("writer.model_missing") or Refused("writer.model_broken"), naming the model.
    """
    disable_progress_bar()  # it writes to a log that nobody watches; the console shows the state
    path = Path(model)
    if (path.is_absolute() or model.startswith(".")) and not path.is_dir():
        raise Refused("writer.model_missing", reason=model)
    try:
        tokenizer = AutoTokenizer.from_pretrained(model, trust_remote_code=False)
        weights = AutoModelForCausalLM.from_pretrained(
            model,
            trust_remote_code=False,
            use_safetensors=True,
            dtype=torch.bfloat16 if device == "cuda" else torch.float32,
        )
        return tokenizer, cast(Any, weights).to(device).eval()
    except torch.OutOfMemoryError as error:
        raise Refused("writer.out_of_memory", reason=model) from error
    except Exception as error:  # a broken folder fails in as many ways as there are files in it
        code = "writer.model_broken" if path.is_dir() else "writer.model_missing"
        raise Refused(code, reason=f"{model}: {type(error).__name__}") from error


def revision_of(model: str, weights: Any) -> str:
    """Which weights these are: a hash over config and safetensors, or the commit that the hub gave."""
    folder = Path(model)
    if not folder.is_dir():
        return str(getattr(weights.config, "_commit_hash", None) or "")[:40]
    digest = hashlib.sha256()
    for path in sorted([*folder.glob("*.safetensors"), *folder.glob("config.json"), *folder.glob("adapter_*.json")]):
        digest.update(f"{path.name} {path.stat().st_size}\n".encode())
        _add_content(digest, path)
    return digest.hexdigest()[:40]


def _add_content(digest: Any, path: Path) -> None:
    size = path.stat().st_size
    with path.open("rb") as file:
        if size <= WHOLE_BYTES:
            while block := file.read(SAMPLE_BYTES):
                digest.update(block)
            return
        for number in range(SAMPLES):
            file.seek(number * (size - SAMPLE_BYTES) // (SAMPLES - 1))
            digest.update(file.read(SAMPLE_BYTES))
