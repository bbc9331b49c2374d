"""The compiled step: fixed shapes and buffers that stay where they are, so that a GPU replays one recorded graph.

Each row takes one token a step, and all rows are equally long, so a position is one number for all of them. The
prompt's keys and values are kept once, as in attention.py. The graph is recorded here and not by torch.compile:
what stays where it is needs neither a guard nor a copy, and a whole step is over in a few milliseconds.
"""

from collections.abc import Callable, Sequence
from typing import Any

import torch
from transformers import Cache

from storyengine.generation.writer.local.attention import Prefix, running
from storyengine.generation.writer.local.send import send

BUCKET = 512  # lengths are rounded up to this, so that most briefs of a show share one compiled shape
# With one row every product is a sum over the weights as they stream by, which the compiler writes better than cuBLAS.
TUNED: dict[str, Any] = {"coordinate_descent_tuning": True}


class StaticRows(Cache):
    """Rows of a fixed length; `begin` puts a prompt before them, `step` writes one token into each."""

    width: int | None = 1

    def __init__(self, model: Any, prefix: Prefix, rows: int, room: int, *, compiled: bool = True) -> None:
        super().__init__(layers=[])
        self._model, self._all, self._compiled = model, rows, compiled
        self._most_told, self._most_own = _whole(len(prefix.ids)), _whole(room)
        self._told = [_rooms(states, 1, self._most_told) for states in prefix.layers]
        self._own = [_rooms(states, rows, self._most_own) for states in prefix.layers]
        device = model.device
        self._tokens = torch.zeros(rows, 1, dtype=torch.long, device=device)
        self._length = torch.zeros(1, dtype=torch.long, device=device)  # of the prompt
        self._written = torch.zeros(1, dtype=torch.long, device=device)
        self._told_places = torch.arange(self._most_told, device=device)
        self._own_places = torch.arange(self._most_own, device=device)
        self._live: list[int] = []
        self._order: torch.Tensor | None = None  # of the live rows, once one has ended
        self._said = [0] * rows
        self._forward: Callable[[], torch.Tensor] | None = None

    @property
    def rows(self) -> int:
        return len(self._live)

    def fits(self, prefix: Prefix, room: int) -> bool:
        return len(prefix.ids) <= self._most_told and room <= self._most_own

    def begin(self, prefix: Prefix) -> None:
        """Put the prompt before the rows; the first time, record the step, so that a compiler's troubles show now."""
        told = len(prefix.ids)
        for (keys, values), (new_keys, new_values) in zip(self._told, prefix.layers, strict=True):
            keys[:, :, :told], values[:, :, :told] = new_keys, new_values
        self._live, self._order = list(range(self._all)), None
        self._length.fill_(told)
        self._written.zero_()
        if self._forward is None:
            self._forward = self._recorded()

    def step(self, pending: Sequence[Sequence[int]]) -> torch.Tensor:
        """Read one token of each live row; a row that has ended goes on reading its last one, unheard.

        What comes back is written again by the next step. A GPU is only told of all this: nothing waits for it.
        """
        assert self._forward is not None, "begin comes first"
        for row, (token, *_) in zip(self._live, pending, strict=True):
            self._said[row] = token
        self._tokens[:, 0] = send(self._said, self._tokens.device, torch.long)
        logits = self._forward()
        self._written.add_(1)
        if self._order is None:
            return logits
        return logits.index_select(0, self._order)

    def drop(self, row: int) -> None:
        self._live[row] = self._live[-1]
        self._live.pop()
        self._order = send(self._live, self._tokens.device, torch.long)

    def _recorded(self) -> Callable[[], torch.Tensor]:
        """The step as one call; what running it beforehand writes is written again by the first real step."""
        forward = self._run
        if self._compiled:
            # Each shape compiles the same code, and by default the compiler gives up after eight.
            torch._dynamo.config.recompile_limit = 64
            forward = torch.compile(self._run, dynamic=False, options=TUNED if self._all == 1 else None)
        if self._tokens.device.type != "cuda":
            forward()
            return forward
        beside = torch.cuda.Stream()
        beside.wait_stream(torch.cuda.current_stream())
        with torch.cuda.stream(beside):
            for _ in range(3):
                forward()
        torch.cuda.current_stream().wait_stream(beside)
        graph = torch.cuda.CUDAGraph()
        with torch.cuda.graph(graph):
            logits = forward()

        def replay() -> torch.Tensor:
            graph.replay()
            return logits

        return replay

    def _run(self) -> torch.Tensor:
        running.append(self)
        try:
            output = self._model(
                input_ids=self._tokens,
                position_ids=(self._length + self._written).unsqueeze(0).expand(self._all, 1),
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
        return self._most_told + self._most_own, 0

    def update(
        self, key_states: torch.Tensor, value_states: torch.Tensor, layer_idx: int, *args: Any, **kwargs: Any
    ) -> tuple[torch.Tensor, torch.Tensor]:
        keys, values = self._own[layer_idx]
        keys.index_copy_(2, self._written, key_states)
        values.index_copy_(2, self._written, value_states)
        return keys, values

    def attend(self, layer: int, query: torch.Tensor, scaling: float) -> torch.Tensor:
        """(rows, heads, 1, width) queries to (rows, 1, heads, width) answers."""
        (told_keys, told_values), (keys, values) = self._told[layer], self._own[layer]
        rows, groups, width = self._all, keys.shape[1], query.shape[3]
        asked = (query * scaling).view(rows, groups, -1, width)
        together = asked.transpose(0, 1).reshape(groups, -1, width)  # the prompt is read once for all rows
        told = torch.matmul(together, told_keys[0].transpose(1, 2)).view(groups, rows, -1, self._most_told)
        own = torch.matmul(asked, keys.transpose(2, 3))
        told = told.transpose(0, 1).float().masked_fill(self._told_places >= self._length, float("-inf"))
        own = own.float().masked_fill(self._own_places > self._written, float("-inf"))
        weights = torch.cat([told, own], dim=-1).softmax(-1).to(values.dtype)
        told, own = weights.split([self._most_told, self._most_own], dim=-1)
        over_told = torch.matmul(told.transpose(0, 1).reshape(groups, -1, self._most_told), told_values[0])
        answer = torch.matmul(own, values) + over_told.view(groups, rows, -1, values.shape[3]).transpose(0, 1)
        return answer.reshape(rows, 1, -1, values.shape[3])


def _whole(length: int) -> int:
    return -(-length // BUCKET) * BUCKET


def _rooms(states: tuple[torch.Tensor, torch.Tensor], rows: int, length: int) -> tuple[torch.Tensor, torch.Tensor]:
    """Empty keys and values for so many rows of this length."""
    keys, values = (part.new_zeros(rows, part.shape[1], length, part.shape[3]) for part in states)
    return keys, values
