"""The compiled step: fixed shapes and buffers that stay where they are, so that a GPU replays one recorded graph.

Each row takes one token a step, and all rows are equally long, so a position is one number for all of them.
The prompt is copied into each row: on a GPU that reads a model of 8 billion parameters for every step, the
keys and values of eight prompts are an eighth of that traffic. Unmeasured: written without a GPU at hand, and
proved correct on a CPU, uncompiled.
"""

from collections.abc import Sequence
from typing import Any

import torch
import torch.nn.functional as F
from transformers import Cache

from storyengine.generation.writer.local.attention import Prefix, running

BUCKET = 512  # lengths are rounded up to this, so that most briefs of a show share one compiled shape


class StaticRows(Cache):
    """Rows of a fixed length; `begin` puts a prompt into them, `step` writes one token into each."""

    width: int | None = 1

    def __init__(self, model: Any, prefix: Prefix, rows: int, room: int, *, compiled: bool = True) -> None:
        super().__init__(layers=[])
        self._model, self._all = model, rows
        self._length = -(-(len(prefix.ids) + room) // BUCKET) * BUCKET
        device = model.device
        self._keys = [self._room(keys) for keys, _ in prefix.layers]
        self._values = [self._room(values) for _, values in prefix.layers]
        self._tokens = torch.zeros(rows, 1, dtype=torch.long, device=device)
        self._position = torch.zeros(1, dtype=torch.long, device=device)
        self._places = torch.arange(self._length, device=device)
        self._forward: Any = torch.compile(self._run, mode="reduce-overhead") if compiled else self._run
        self._live: list[int] = []

    def _room(self, states: torch.Tensor) -> torch.Tensor:
        _, heads, _, width = states.shape
        return torch.zeros(self._all, heads, self._length, width, dtype=states.dtype, device=states.device)

    @property
    def rows(self) -> int:
        return len(self._live)

    def fits(self, prefix: Prefix, rows: int, room: int) -> bool:
        return rows == self._all and len(prefix.ids) + room <= self._length

    def begin(self, prefix: Prefix) -> None:
        """Put the prompt into every row, and run the step once over it, so that a compiler's troubles show now."""
        told = len(prefix.ids)
        for number, (keys, values) in enumerate(prefix.layers):
            self._keys[number][:, :, :told] = keys
            self._values[number][:, :, :told] = values
        self._live = list(range(self._all))
        self._position.fill_(told)
        self._forward()

    def step(self, pending: Sequence[Sequence[int]]) -> torch.Tensor:
        """Read one token of each live row; a row that has ended goes on reading its last one, unheard."""
        tokens = torch.tensor([row[0] for row in pending], device=self._tokens.device)
        self._tokens[self._live, 0] = tokens
        logits: torch.Tensor = self._forward().clone()  # the graph's own buffer is written again by the next step
        self._position.add_(1)
        return logits[self._live]

    def drop(self, row: int) -> None:
        self._live[row] = self._live[-1]
        self._live.pop()

    def _run(self) -> torch.Tensor:
        running.append(self)
        try:
            output = self._model(
                input_ids=self._tokens,
                position_ids=self._position.unsqueeze(0).expand(self._all, 1),
                past_key_values=self,
                use_cache=True,
                logits_to_keep=1,
            )
        finally:
            running.pop()
        logits: torch.Tensor = output.logits[:, -1]
        return logits

    # What transformers' models ask of a cache ------------------------------------------------------------------

    def get_seq_length(self, layer_idx: int = 0) -> int:
        return 0  # positions are given; a length that changes would be another shape to a compiler

    def get_mask_sizes(self, query_length: int, layer_idx: int) -> tuple[int, int]:
        return self._length, 0

    def update(
        self, key_states: torch.Tensor, value_states: torch.Tensor, layer_idx: int, *args: Any, **kwargs: Any
    ) -> tuple[torch.Tensor, torch.Tensor]:
        self._keys[layer_idx].index_copy_(2, self._position, key_states)
        self._values[layer_idx].index_copy_(2, self._position, value_states)
        return self._keys[layer_idx], self._values[layer_idx]

    def attend(self, layer: int, query: torch.Tensor, scaling: float) -> torch.Tensor:
        seen = (self._places <= self._position).view(1, 1, 1, -1)
        answer = F.scaled_dot_product_attention(
            query, self._keys[layer], self._values[layer], attn_mask=seen, scale=scaling,
            enable_gqa=query.shape[1] != self._keys[layer].shape[1],
        )  # fmt: skip
        return answer.transpose(1, 2)
