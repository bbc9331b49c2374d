"""Whether another way to take a step says what the model's own forward says: tried when a model is loaded."""

from collections.abc import Sequence
from typing import Any

import torch
from transformers import DynamicCache

from storyengine.generation.writer.local.attention import NAME, Branches, Forward, Prefix, SingleRow
from storyengine.generation.writer.local.decode import Read, read_prompt

PROBE = 12  # tokens read, then 3 rows of up to 3 tokens over them
TOLD, SAID = 16, 48  # tokens of the sample: read as a prompt, and after it said one by one
TOLERANCE = {torch.bfloat16: 0.1, torch.float16: 0.05}  # of the largest logit


def tolerance(dtype: torch.dtype) -> float:
    """How far a step in this precision may be off: a share of the largest logit."""
    return TOLERANCE.get(dtype, 1e-3)


def off_by(found: torch.Tensor, wanted: torch.Tensor) -> float:
    """How far logits are off: a share of the largest."""
    off = (found.float() - wanted.float()).abs().max() / wanted.float().abs().max().clamp(min=1e-6)
    return float(off)


class Trial:
    """A model beside its own forward; `switch` it back when all is tried."""

    def __init__(self, model: Any) -> None:
        self._model = model
        self._own = str(model.config._attn_implementation)

    def switch(self, attention: str = "") -> None:
        """To the attention that rows are asked for; without a name to the model's own."""
        name = attention or self._own
        if self._model.config._attn_implementation != name:
            self._model.set_attn_implementation(name)

    def own_read(self, ids: list[int], cache: DynamicCache) -> torch.Tensor:
        piece = torch.tensor([ids], device=self._model.device)
        logits: torch.Tensor = self._model(piece, past_key_values=cache, use_cache=True, logits_to_keep=1).logits[:, -1]
        return logits

    def probe(self) -> tuple[list[int], list[list[int]]]:
        """Tokens of no meaning: of a prompt, and of three rows."""
        size = self._model.get_input_embeddings().weight.shape[0]
        rows = [[token % size for token in row] for row in ([5, 7, 11], [13], [17, 19])]
        return [number % size for number in range(3, 3 + PROBE)], rows

    def prompt(self, ids: list[int], read: Read) -> Prefix:
        return read_prompt(read, self._model.config, ids, None, stop=lambda: False)[0]

    @torch.inference_mode()
    def strays(self, forward: Forward, read: Read, told: torch.dtype | None = None) -> float:
        """How far rows are off the model's own attention, on tokens of no meaning: a share of the largest logit."""
        ids, said = self.probe()
        self.switch()
        wanted = [self.own_read(ids + row, DynamicCache(config=self._model.config)) for row in said]
        prefix = self.prompt(ids, read)
        self.switch(NAME)
        found = Branches(forward, prefix, len(said), 4, told=told).step(said)
        single = SingleRow(forward, prefix, 4)
        single.step([said[0][:1]])
        return off_by(torch.cat([found, single.step([said[0][1:]])]), torch.cat([*wanted, wanted[0]]))

    @torch.inference_mode()
    def moved(self, forward: Forward, read: Read, sample: Sequence[int]) -> float:
        """By how much a way moves what the model would say next on a text: Kullback and Leibler's nats a token."""
        ids = [*sample][: TOLD + SAID]
        self.switch()
        own = self._model(torch.tensor([ids], device=self._model.device), use_cache=False).logits[0, TOLD:]
        self.switch(NAME)
        row = SingleRow(forward, self.prompt(ids[:TOLD], read), SAID)
        found = torch.cat([row.step([[token]]) for token in ids[TOLD:]])
        wanted = own.float().log_softmax(-1)
        return float((wanted.exp() * (wanted - found.float().log_softmax(-1))).sum(-1).mean())
