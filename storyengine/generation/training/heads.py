"""A head start for the box model: weights that copy from the prompt before the first training step.

A small model spends most of a short run on finding out that names are copied. So the first layer begins with a
head that looks one token back, and the second with heads that look for an earlier occurrence of the current token
and write down what followed it ("induction heads"). Everything else starts as usual and training may undo it all.
"""

from copy import deepcopy
from math import cos, sin
from typing import Any

CONSTANT = 0  # the coordinate of the embedding that is the same for every token
SPREAD = 0.05  # of the embedding's coordinates: wide, so that early steps do not wash identities out
READ, MOVED = 1, 128  # coordinates of a token's own identity, and where the previous token's is written


def give_head_start(model: Any) -> None:
    """Change a fresh LlamaForCausalLM in place; needs 256 dimensions, heads of 64, two layers, tied embeddings."""
    config = model.config
    size = config.hidden_size // config.num_attention_heads
    layers = model.model.layers
    for layer in layers:
        layer.self_attn.o_proj.weight.data.zero_()
        layer.mlp.down_proj.weight.data.zero_()
    if config.hidden_size < 256 or size != 64 or len(layers) < 2:
        return
    model.model.embed_tokens.weight.data.normal_(0, SPREAD)
    model.model.embed_tokens.weight.data[:, CONSTANT] = 8 * SPREAD
    _look_back(layers[0].self_attn, size, config.rope_parameters["rope_theta"])
    for head in range(3):
        _look_up(layers[1].self_attn, size, head)
    model.model.norm.weight.data.fill_(0.8)


def _look_back(attention: Any, size: int, theta: float) -> None:
    """Head 0: a constant query and key whose rotary phases agree at a distance of one token."""
    query, key = attention.q_proj.weight.data[:size], attention.k_proj.weight.data[:size]
    value, out = attention.v_proj.weight.data[:size], attention.o_proj.weight.data[:, :size]
    query.zero_(), key.zero_(), value.zero_()
    half = size // 2
    for pair in range(12):
        turn = theta ** (-pair / half)
        key[pair, CONSTANT] = 1.1
        query[pair, CONSTANT], query[pair + half, CONSTANT] = 1.1 * cos(turn), -1.1 * sin(turn)
    for at in range(size):
        value[at, READ + at] = 1.0
        out[MOVED + at, at] = 3 * SPREAD


def _look_up(attention: Any, size: int, head: int) -> None:
    """Compare the current token with each token's predecessor, on slow rotary pairs; copy the token found."""
    rows = slice(head * size, (head + 1) * size)
    query, key = attention.q_proj.weight.data[rows], attention.k_proj.weight.data[rows]
    value, out = attention.v_proj.weight.data[rows], attention.o_proj.weight.data[:, rows]
    query.zero_(), key.zero_(), value.zero_()
    quarter = size // 4
    slow = [*range(quarter, 2 * quarter), *range(3 * quarter, size)]
    first = 32 * (head % 2)
    for number, at in enumerate(slow):
        query[at, READ + first + number] = 1.8
        key[at, MOVED + first + number] = 1.8
    source = (READ, READ + size, 192)[head]
    for at in range(size):
        if source + at < 256:
            value[at, source + at] = 1.0
            out[source + at, at] = 9 * SPREAD


def liken(model: Any, tokens: list[int], like: int) -> None:
    """Start `tokens` near the token `like`: a beat's scaffolding then recalls what follows a line's end."""
    weights = model.model.embed_tokens.weight.data
    for token in tokens:
        weights[token] = 0.8 * weights[like] + 0.6 * (weights[token] - weights[token].mean())
        weights[token, CONSTANT] = weights[like, CONSTANT]


def deepen(model: Any, more: int) -> None:
    """Put `more` layers between a trained model's, evenly.

    Each is like the one before it, but adds nothing until it learns: the model says what it said.
    """
    layers = model.model.layers
    had = len(layers)
    for number in range(more):
        at = (number + 1) * had // (more + 1) + number
        layer = deepcopy(layers[at - 1])
        layer.self_attn.o_proj.weight.data.zero_()
        layer.mlp.down_proj.weight.data.zero_()
        layers.insert(at, layer)
    for number, layer in enumerate(layers):
        layer.self_attn.layer_idx = number
    model.config.num_hidden_layers = len(layers)
