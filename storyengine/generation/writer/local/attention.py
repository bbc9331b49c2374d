"""Many branches over one prefix: the prompt's keys and values are kept once, whatever the number of rows.

A step gives every row its next tokens, packed into one line with no padding, so that the model's linear layers
see exactly the tokens that are new. Attention over the prompt is one product for all rows; attention over
what a row has written since is the row's own; one softmax weighs both. Copying the
prompt for each row, as transformers does, cost more than the model itself: 8 rows after 1,400 tokens took
28 ms a step, and take 9 so.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import torch
from torch.nn.attention.bias import causal_lower_right
from torch.nn.functional import scaled_dot_product_attention
from transformers import AttentionInterface, Cache, DynamicCache
from transformers.cache_utils import DynamicLayer

NAME = "storyengine_branches"


@dataclass(slots=True)
class Prefix:
    """Tokens already read, and their keys and values: for each layer (1, heads, tokens, width)."""

    ids: list[int]
    cache: DynamicCache  # as the model left it; `layers` is empty where not each layer keeps all
    layers: list[tuple[torch.Tensor, torch.Tensor]]
    logits: torch.Tensor  # (1, vocabulary), after the last token

    @classmethod
    def of(cls, ids: list[int], cache: DynamicCache, logits: torch.Tensor) -> "Prefix":
        return cls(ids, cache, [_states(layer) for layer in cache.layers] if keeps_all(cache) else [], logits)

    def shared_with(self, ids: Sequence[int]) -> int:
        """How many tokens at the start of `ids` are these; at most all but one, so that one is left to read.

        None of them where a layer keeps only its window's last tokens, or their sum: it cannot go back.
        """
        if not keeps_all(self.cache):
            return 0
        most = min(len(self.ids), len(ids) - 1)
        return next((n for n in range(most) if self.ids[n] != ids[n]), most)

    def cut(self, length: int) -> list[tuple[torch.Tensor, torch.Tensor]]:
        return [(keys[:, :, :length], values[:, :, :length]) for keys, values in self.layers]


def keeps_all(cache: DynamicCache) -> bool:
    """Whether each layer keeps the keys and values of all tokens."""
    return all(type(layer) is DynamicLayer for layer in cache.layers)


def _states(layer: Any) -> tuple[torch.Tensor, torch.Tensor]:
    return layer.keys, layer.values


class Branches(Cache):
    """What each row has written since the prefix. `step` runs the model; rows are numbered 0 to `rows` - 1."""

    width: int | None = None  # a step takes any number of tokens of a row

    def __init__(
        self, forward: "Forward", prefix: Prefix, rows: int, room: int, *, told: torch.dtype | None = None
    ) -> None:
        """`told`: what the prompt's keys and values are kept in, where that is not what the model made."""
        super().__init__(layers=[])
        self._forward, self._prefix, self.rows = forward, prefix, rows
        self._told = [(keys[0].to(told), values[0].to(told)) for keys, values in prefix.layers]
        keys = prefix.layers[0][0]
        shape = (len(prefix.layers), rows, keys.shape[1], room, keys.shape[3])
        # Zeros, not whatever lay there: what a short row may not see has no weight, but nought times NaN is NaN.
        self._keys = torch.zeros(shape, dtype=keys.dtype, device=keys.device)
        self._values = torch.zeros((*shape[:4], prefix.layers[0][1].shape[3]), dtype=keys.dtype, device=keys.device)
        self._lengths = [0] * rows
        self._step: _Step | None = None

    def step(self, pending: Sequence[Sequence[int]]) -> torch.Tensor:
        """Read the next tokens of every row (one at least); returns (rows, vocabulary) logits after each row's last."""
        device = self._keys.device
        step = self._step = _Step.of(pending, self._lengths, len(self._prefix.ids), device)
        tokens = torch.tensor([[token for row in pending for token in row]], device=device)
        logits = self._forward(tokens, self, step.positions, step.last)
        self._lengths = [length + len(row) for length, row in zip(self._lengths, pending, strict=True)]
        return logits

    def drop(self, row: int) -> None:
        """A row is done: the last row takes its number and its place."""
        last = self.rows - 1
        if row != last:
            self._keys[:, row, :, : self._lengths[last]] = self._keys[:, last, :, : self._lengths[last]]
            self._values[:, row, :, : self._lengths[last]] = self._values[:, last, :, : self._lengths[last]]
            self._lengths[row] = self._lengths[last]
        self._lengths.pop()
        self.rows = last

    # What transformers' models ask of a cache ------------------------------------------------------------------

    def get_seq_length(self, layer_idx: int = 0) -> int:
        return len(self._prefix.ids) + max(self._lengths, default=0)

    def get_mask_sizes(self, query_length: int, layer_idx: int) -> tuple[int, int]:
        return self.get_seq_length() + query_length, 0

    def update(
        self, key_states: torch.Tensor, value_states: torch.Tensor, layer_idx: int, *args: Any, **kwargs: Any
    ) -> tuple[torch.Tensor, torch.Tensor]:
        """Keep the new keys and values, each at its row's end."""
        step = self._step
        assert step is not None, "only `step` runs the model over this cache"
        self._keys[layer_idx, step.row, :, step.place] = key_states[0].transpose(0, 1)
        self._values[layer_idx, step.row, :, step.place] = value_states[0].transpose(0, 1)
        return key_states, value_states

    def attend(self, layer: int, query: torch.Tensor, scaling: float) -> torch.Tensor:
        """(1, heads, tokens, width) queries to (1, tokens, heads, width) answers."""
        step = self._step
        assert step is not None, "only `step` runs the model over this cache"
        told_keys, told_values = self._told[layer]
        groups, length, width = told_keys.shape
        asked = (query[0] * scaling).view(groups, -1, query.shape[2], width)
        told = torch.matmul(asked.flatten(1, 2).to(told_keys.dtype), told_keys.mT).view(*asked.shape[:3], length)
        # The rows' own part, padded to the longest: (rows, groups, heads of a group x tokens of a row, width).
        scores = torch.cat([told.to(query.dtype), self._own_scores(layer, step, asked)], dim=-1)
        weights = scores.softmax(-1, dtype=torch.promote_types(query.dtype, torch.float32)).to(query.dtype)
        told, own = weights.split([length, step.longest], dim=-1)
        answer = torch.matmul(told.flatten(1, 2).to(told_values.dtype), told_values).view(*asked.shape[:3], -1)
        answer = answer.to(query.dtype) + self._own_values(layer, step, own)
        return answer.permute(2, 0, 1, 3).flatten(1, 2).unsqueeze(0)

    def _own_scores(self, layer: int, step: "_Step", asked: torch.Tensor) -> torch.Tensor:
        """(groups, heads of a group, tokens, longest row): each token against what its own row has written."""
        rows = step.pad(asked.permute(2, 0, 1, 3))
        scores = torch.matmul(rows, self._keys[layer, : self.rows, :, : step.longest].transpose(2, 3))
        return step.unpad(scores, asked.shape[1]).permute(1, 2, 0, 3).masked_fill(step.hidden, float("-inf"))

    def _own_values(self, layer: int, step: "_Step", weights: torch.Tensor) -> torch.Tensor:
        values = self._values[layer, : self.rows, :, : step.longest]
        rows = step.pad(weights.permute(2, 0, 1, 3))
        return step.unpad(torch.matmul(rows, values), weights.shape[1]).permute(1, 2, 0, 3)


class SingleRow(Branches):
    """One row: its keys and values stand behind the prompt's, so that attention is one product over both."""

    def __init__(self, forward: "Forward", prefix: Prefix, room: int) -> None:
        super().__init__(forward, prefix, 1, 0)
        self._layers = [(_with_room(keys, room), _with_room(values, room)) for keys, values in prefix.layers]
        self._new = slice(0, len(prefix.ids))

    def step(self, pending: Sequence[Sequence[int]]) -> torch.Tensor:
        (said,), device = pending, self._keys.device
        self._new = slice(self._new.stop, self._new.stop + len(said))
        positions = torch.arange(self._new.start, self._new.stop, device=device).unsqueeze(0)
        last = torch.tensor([len(said) - 1], device=device)
        logits = self._forward(torch.tensor([said], device=device), self, positions, last)
        self._lengths[0] += len(said)
        return logits

    def update(
        self, key_states: torch.Tensor, value_states: torch.Tensor, layer_idx: int, *args: Any, **kwargs: Any
    ) -> tuple[torch.Tensor, torch.Tensor]:
        keys, values = self._layers[layer_idx]
        keys[:, :, self._new], values[:, :, self._new] = key_states, value_states
        return key_states, value_states

    def attend(self, layer: int, query: torch.Tensor, scaling: float) -> torch.Tensor:
        keys, values = (states[:, :, : self._new.stop] for states in self._layers[layer])
        seen = causal_lower_right(query.shape[2], keys.shape[2]) if query.shape[2] > 1 else None
        return scaled_dot_product_attention(query, keys, values, seen, scale=scaling, enable_gqa=True).transpose(1, 2)


def _with_room(states: torch.Tensor, room: int) -> torch.Tensor:
    """(1, heads, tokens, width) with so many tokens more, unwritten."""
    wide = states.new_empty(*states.shape[:2], states.shape[2] + room, states.shape[3])
    wide[:, :, : states.shape[2]] = states
    return wide


@dataclass(slots=True)
class _Step:
    """Where each packed token belongs. `place` counts from the row's own start, `positions` from the prompt's."""

    rows: int
    most: int  # tokens of the row that has most
    longest: int  # of all rows, with their new tokens
    row: torch.Tensor
    number: torch.Tensor  # of the token among its row's new ones
    place: torch.Tensor
    positions: torch.Tensor
    last: torch.Tensor
    hidden: torch.Tensor  # (tokens, longest): what a token may not see

    @classmethod
    def of(cls, pending: Sequence[Sequence[int]], lengths: Sequence[int], prefix: int, device: torch.device) -> "_Step":
        counts = [len(row) for row in pending]
        row = [number for number, count in enumerate(counts) for _ in range(count)]
        number = [n for count in counts for n in range(count)]
        place = [lengths[r] + n for r, n in zip(row, number, strict=True)]
        ends = [sum(counts[: n + 1]) - 1 for n in range(len(counts))]
        longest = max(length + count for length, count in zip(lengths, counts, strict=True))
        table = torch.tensor([row, number, place], device=device)
        hidden = torch.arange(longest, device=device) > table[2].unsqueeze(1)
        return cls(
            len(counts), max(counts), longest, table[0], table[1], table[2], (table[2] + prefix).unsqueeze(0),
            torch.tensor(ends, device=device), hidden,
        )  # fmt: skip

    def pad(self, packed: torch.Tensor) -> torch.Tensor:
        """(tokens, groups, heads, width) to (rows, groups, heads x most, width)."""
        _, groups, heads, width = packed.shape
        if self.most == 1:
            return packed
        padded = packed.new_zeros(self.rows, self.most, groups, heads, width)
        padded[self.row, self.number] = packed
        return padded.permute(0, 2, 3, 1, 4).reshape(self.rows, groups, heads * self.most, width)

    def unpad(self, padded: torch.Tensor, heads: int) -> torch.Tensor:
        """(rows, groups, heads x most, width) back to (tokens, groups, heads, width)."""
        if self.most == 1:
            return padded
        shaped = padded.view(self.rows, padded.shape[1], heads, self.most, padded.shape[3])
        return shaped[self.row, :, :, self.number]


# Tokens (1, tokens), the rows that are to keep their keys and values (Branches, StaticRows), positions, and the tokens
# that are asked for the next one; gives (rows, vocabulary) logits.
Forward = Callable[[torch.Tensor, Any, torch.Tensor, torch.Tensor], torch.Tensor]

running: list[Any] = []  # the cache whose step is under way; a writer's process has one thread that writes


def through(model: Any) -> Forward:
    """A step through transformers' own code for this model, which asks its attention of the rows."""

    def forward(tokens: torch.Tensor, rows: Any, positions: torch.Tensor, last: torch.Tensor) -> torch.Tensor:
        running.append(rows)
        try:
            output = model(
                input_ids=tokens, position_ids=positions, past_key_values=rows, use_cache=True, logits_to_keep=last
            )
        finally:
            running.pop()
        logits: torch.Tensor = output.logits[0]
        return logits

    return forward


def _attend(
    module: torch.nn.Module, query: torch.Tensor, key: torch.Tensor, value: torch.Tensor, mask: Any,
    scaling: float | None = None, **_: Any,
) -> tuple[torch.Tensor, None]:  # fmt: skip
    factor = query.shape[-1] ** -0.5 if scaling is None else scaling
    layer: Any = module.layer_idx
    return running[-1].attend(layer, query, factor), None


AttentionInterface.register(NAME, _attend)
