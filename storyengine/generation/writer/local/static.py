"""The compiled step: fixed shapes and buffers that stay where they are, so that a GPU replays one recorded graph.

Each row takes one token a step, and all rows are equally long, so a position is one number for all of them. The
prompt's keys and values are kept once, and behind them, step by step, what all rows have written: attention is one
kernel over both, whatever the number of rows, and reads only the blocks where something stands. The graph is recorded
here and not by torch.compile: what stays where it is needs neither a guard nor a copy, and a whole step is over in a
few milliseconds.
"""

from collections.abc import Callable, Sequence
from typing import Any

import torch
from torch.nn.attention.flex_attention import BlockMask, flex_attention
from transformers import Cache

from storyengine.generation.writer.local.attention import Forward, Prefix
from storyengine.generation.writer.local.send import send

BUCKET = 512  # lengths are rounded up to this, so that most briefs of a show share one compiled shape
BLOCK = 128  # of the keys and values that attention skips or reads as a whole
# With one row every product is a sum over the weights as they stream by, which the compiler writes better than cuBLAS.
TUNED: dict[str, Any] = {"coordinate_descent_tuning": True}


class StaticRows(Cache):
    """Rows of a fixed length; `begin` puts a prompt before them, `step_ahead` writes one token into each."""

    def __init__(self, forward: Forward, prefix: Prefix, rows: int, room: int, *, compiled: bool = True) -> None:
        super().__init__(layers=[])
        self._take, self._rows, self._compiled = forward, rows, compiled
        self._told, self._own = _whole(len(prefix.ids)), _whole(room)
        self._room, device = self._told + rows * self._own, prefix.logits.device
        self._states = [_rooms(states, self._room) for states in prefix.layers]
        self._tokens = torch.zeros(1, rows, dtype=torch.long, device=device)
        self._length = torch.zeros(1, dtype=torch.long, device=device)  # of the prompt
        self._written = torch.zeros(1, dtype=torch.long, device=device)
        self._each = torch.arange(rows, device=device)
        self._blocks = torch.arange(self._room // BLOCK, device=device, dtype=torch.int32).view(1, 1, 1, -1)
        self._read = torch.ones(1, 1, 1, device=device, dtype=torch.int32)  # how many of those blocks
        self._sight = BlockMask.from_kv_blocks(
            self._read, self._blocks, BLOCK_SIZE=(BLOCK, BLOCK), mask_mod=self._sees(), seq_lengths=(rows, self._room)
        )
        self._forward: Callable[[], torch.Tensor] | None = None

    def fits(self, prefix: Prefix, room: int) -> bool:
        return len(prefix.ids) <= self._told and room <= self._own

    def begin(self, prefix: Prefix) -> None:
        """Put the prompt before the rows; the first time, record the step, so that a compiler's troubles show now."""
        told = len(prefix.ids)
        for (keys, values), (new_keys, new_values) in zip(self._states, prefix.layers, strict=True):
            keys[:, :told], values[:, :told] = new_keys[0], new_values[0]
        self._length.fill_(told)
        self._written.zero_()
        if self._forward is None:
            self._forward = self._recorded()

    def step_ahead(self, places: Sequence[int], tokens: torch.Tensor) -> torch.Tensor:
        """Read one token into each of these rows; the others go on reading their last one, unheard.

        Returns (rows, vocabulary) logits, written again by the next step. A GPU is only told of all this: nothing
        waits for it.
        """
        assert self._forward is not None, "begin comes first"
        self._tokens[0].index_copy_(0, send(places, tokens.device, torch.long), tokens)
        logits = self._forward()
        self._written.add_(1)
        return logits

    def _recorded(self) -> Callable[[], torch.Tensor]:
        """The step as one call; what running it beforehand writes is written again by the first real step."""
        forward = self._run
        if self._compiled:
            # Each shape compiles the same code, and by default the compiler gives up after eight.
            torch._dynamo.config.recompile_limit = 64
            forward = torch.compile(self._run, dynamic=False, options=TUNED if self._rows == 1 else None)
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
        self._look()
        positions = (self._length + self._written).expand(1, self._rows)
        return self._take(self._tokens, self, positions, self._each)

    def _look(self) -> None:
        """Which blocks this step reads: those of the prompt, then those of what the rows have written with it."""
        told = -(-self._length // BLOCK)
        own = -(-(self._written + 1) * self._rows // BLOCK)
        number = torch.arange(self._room // BLOCK, device=self._tokens.device)
        blocks = torch.where(number < told, number, number - told + self._told // BLOCK)
        self._blocks.copy_(blocks.clamp_max(self._room // BLOCK - 1).view_as(self._blocks))
        self._read.copy_((told + own).view_as(self._read))

    def _sees(self) -> Callable[..., torch.Tensor]:
        """Of (batch, head, row, place) whether the row sees it: the prompt, and what the row itself has written."""
        told, rows, length, written = self._told, self._rows, self._length, self._written  # the compiler's own form

        def sees(batch: torch.Tensor, head: torch.Tensor, row: torch.Tensor, place: torch.Tensor) -> torch.Tensor:
            behind = place - told
            own = (behind >= 0) & (behind % rows == row) & (behind // rows <= written[0])
            return (place < length[0]) | own

        return sees

    # What transformers' models ask of a cache ------------------------------------------------------------------

    def get_seq_length(self, layer_idx: int = 0) -> int:
        return 0  # positions are given; a length that changes would be another shape to a compiler

    def get_mask_sizes(self, query_length: int, layer_idx: int) -> tuple[int, int]:
        return self._room, 0

    def update(
        self, key_states: torch.Tensor, value_states: torch.Tensor, layer_idx: int, *args: Any, **kwargs: Any
    ) -> tuple[torch.Tensor, torch.Tensor]:
        """Keep the new keys and values, (1, groups, rows, width), side by side behind those of the last step."""
        keys, values = self._states[layer_idx]
        here = self._told + self._written * self._rows + self._each
        keys.index_copy_(1, here, key_states[0])
        values.index_copy_(1, here, value_states[0])
        return key_states, value_states

    def attend(self, layer: int, query: torch.Tensor, scaling: float) -> torch.Tensor:
        """(1, heads, rows, width) queries to (1, rows, heads, width) answers."""
        keys, values = (states.unsqueeze(0) for states in self._states[layer])
        answer = flex_attention(query, keys, values, block_mask=self._sight, scale=scaling, enable_gqa=True)
        return answer.transpose(1, 2)


def _whole(length: int) -> int:
    return -(-length // BUCKET) * BUCKET


def _rooms(states: tuple[torch.Tensor, torch.Tensor], length: int) -> tuple[torch.Tensor, torch.Tensor]:
    """Empty keys and values, (groups, length, width) each."""
    keys, values = (part.new_zeros(part.shape[1], length, part.shape[3]) for part in states)
    return keys, values
