"""An adapter in a model's weights: added in place, so that writing costs what it cost before, and taken out again.

LoRA's change of a weight is scale · B @ A; merged, there is nothing left to compute while writing, and a compiled
step goes on with the same tensors. What the weights were is kept aside in main memory, so that taking an adapter
out gives exactly the base again (subtracting would not, in bfloat16). Read is safetensors alone, and only plain
LoRA: what PEFT can do beyond it is refused rather than half applied.
"""

import json
import math
from pathlib import Path
from typing import Any

import torch
from safetensors import SafetensorError
from safetensors.torch import load_file

from storyengine.errors import Refused
from storyengine.generation.adapters import CONFIG, WEIGHTS, Card, folder_of, read_card

PREFIX, DOWN, UP = "base_model.model.", ".lora_A.weight", ".lora_B.weight"
# Options of PEFT's that change what an adapter means; each must be at its default.
PLAIN: dict[str, Any] = {
    "peft_type": "LORA", "bias": "none", "use_dora": False, "fan_in_fan_out": False, "modules_to_save": None,
    "rank_pattern": {}, "alpha_pattern": {}, "trainable_token_indices": None, "lora_bias": False,
}  # fmt: skip


class Merged:
    """The one adapter that a model's weights hold, or none."""

    def __init__(self, model: Any) -> None:
        self._model = model
        self._base: dict[str, torch.Tensor] = {}

    def put_in(self, name: str, base_revision: str) -> Card:
        """Merge the adapter; whatever was in before is out first, and stays out where this is refused.

        Raises Refused("adapter.unknown"), ("adapter.broken") or ("adapter.mismatch").
        """
        self.take_out()
        card = read_card(name)
        if card.base_revision != base_revision:
            raise Refused("adapter.mismatch", reason=f"{name}: {card.base}")
        try:
            changes = self._changes(folder_of(name))
        except (OSError, ValueError, TypeError, KeyError, AttributeError, SafetensorError) as error:
            raise Refused("adapter.broken", reason=f"{name}: {type(error).__name__}") from error
        try:
            for target, (up, down, scale) in changes.items():
                self._add(target, up, down, scale)
        except RuntimeError as error:  # memory: torch.OutOfMemoryError is one
            self.take_out()
            raise Refused("adapter.broken", reason=f"{name}: {type(error).__name__}") from error
        return card

    @torch.no_grad()
    def take_out(self) -> None:
        """The base's own weights again, to the bit."""
        for target, weight in self._base.items():
            self._weight(target).copy_(weight)
        self._base = {}

    @torch.no_grad()
    def _add(self, target: str, up: torch.Tensor, down: torch.Tensor, scale: float) -> None:
        weight = self._weight(target)
        self._base[target] = weight.detach().to("cpu", copy=True)
        change = up.to(weight.device).float() @ down.to(weight.device).float()
        weight.copy_((weight.float() + scale * change).to(weight.dtype))

    def _weight(self, target: str) -> torch.Tensor:
        weight: torch.Tensor = self._model.get_submodule(target).weight
        return weight

    def _changes(self, folder: Path) -> dict[str, tuple[torch.Tensor, torch.Tensor, float]]:
        """Module -> (B, A, scale), all of them read and found to fit before the first weight is changed."""
        scale = _scale(json.loads((folder / CONFIG).read_text()))
        tensors = load_file(folder / WEIGHTS)
        targets = sorted({key.removesuffix(DOWN).removesuffix(UP) for key in tensors})
        if not targets or len(tensors) != 2 * len(targets):
            raise ValueError("not plain LoRA")
        changes = {}
        for target in targets:
            up, down = tensors[target + UP], tensors[target + DOWN]
            weight = self._weight(target.removeprefix(PREFIX))
            if weight is self._model.get_input_embeddings().weight:
                raise ValueError("tied to the embeddings, which would change with it")
            if weight.shape != (up.shape[0], down.shape[1]) or up.shape[1] != down.shape[0]:
                raise ValueError("another shape")
            if not (bool(up.isfinite().all()) and bool(down.isfinite().all())):
                raise ValueError("numbers that are none")
            changes[target.removeprefix(PREFIX)] = (up, down, scale)
        return changes


def _scale(config: dict[str, Any]) -> float:
    odd = [name for name, plain in PLAIN.items() if (config.get(name) or plain) != plain]
    if odd:
        raise ValueError(odd[0])
    rank = int(config["r"])
    return float(config["lora_alpha"]) / (math.sqrt(rank) if config.get("use_rslora") else rank)
