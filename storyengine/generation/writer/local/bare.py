"""A step of a model of Llama's shape without transformers' Python around it: for a small model on a CPU, and for a GPU.

What stands side by side is one product (query, key and value; gate and up). On a CPU the interpreter takes as long as
the sums, and the sums wait for the weights, which are kept a second time as they are read: in bfloat16, which most are
shipped in, where the CPU multiplies that, and in 8 bits for a step of a few tokens; else in the model's own precision.
On a GPU they are kept once. Everything between the products stays in the model's precision. Whether a model has this
shape, and how many of its layers bear 8 bits, is found by trying it against its own forward (trial.py).
"""

from collections.abc import Callable, Sequence
from typing import Any

import torch
from torch.nn.attention.bias import causal_lower_right
from torch.nn.functional import embedding, linear, rms_norm, scaled_dot_product_attention
from transformers import DynamicCache

ROWS = 8  # that a packed product is arranged for; any other number works as well
FEW = 4  # tokens of a step: with more of them 8 bits, which are widened for each token, are no quicker than bfloat16

Product = Callable[[torch.Tensor], torch.Tensor]
Make = Callable[..., Product]  # of the layers whose outputs stand side by side


class Bare:
    """Called by Branches and StaticRows in the model's place. Made anew when the model's weights have changed."""

    @torch.inference_mode()
    def __init__(
        self, model: Any, product: Make, *, first: int = 0, before: Make | None = None, told: torch.dtype | None = None
    ) -> None:
        """`product` makes all products but those of the `first` layers, which `before` makes; `told`: see Branches."""
        self.told = told
        self._body, self._head = model.model, model.get_output_embeddings()
        self._groups = model.config.num_key_value_heads
        self._layers = []
        for number, layer in enumerate(self._body.layers):
            make = before if before and number < first else product
            asks, thinks = layer.self_attn, layer.mlp
            self._layers.append((
                layer, make(asks.q_proj, asks.k_proj, asks.v_proj), make(asks.o_proj),
                make(thinks.gate_proj, thinks.up_proj), make(thinks.down_proj),
            ))  # fmt: skip
        self._words = product(self._head)

    def read(self, ids: list[int], cache: DynamicCache) -> torch.Tensor:
        """The next piece of a prompt, as `read_prompt` wants it read: (1, vocabulary) logits after its last token."""
        device, known = self._head.weight.device, cache.get_seq_length()
        positions = torch.arange(known, known + len(ids), device=device).unsqueeze(0)
        last = torch.tensor([len(ids) - 1], device=device)
        return self(torch.tensor([ids], device=device), _Piece(cache), positions, last)

    def __call__(self, tokens: torch.Tensor, rows: Any, positions: torch.Tensor, last: torch.Tensor) -> torch.Tensor:
        """See `Forward` in attention.py."""
        states = embedding(tokens[0], self._body.embed_tokens.weight)
        cosines, sines = (part[0].unsqueeze(1) for part in self._body.rotary_emb(states, positions))
        half, groups = cosines.shape[-1] // 2, self._groups
        sines = torch.cat([-sines[..., :half], sines[..., half:]], dim=-1)
        for number, (layer, ask, answer, widen, narrow) in enumerate(self._layers):
            width = layer.self_attn.head_dim
            asked = ask(_norm(layer.input_layernorm, states)).view(len(states), -1, width)
            turned = asked[:, :-groups]  # queries and keys
            turned = torch.addcmul(turned * cosines, turned.roll(half, -1), sines).transpose(0, 1).unsqueeze(0)
            rows.update(turned[:, -groups:], asked[:, -groups:].transpose(0, 1).unsqueeze(0), number)
            heard = rows.attend(number, turned[:, :-groups], layer.self_attn.scaling)
            states = states + answer(heard[0].flatten(1))
            gate, up = widen(_norm(layer.post_attention_layernorm, states)).chunk(2, dim=-1)
            states = states + narrow(layer.mlp.act_fn(gate) * up)
        return self._words(_norm(self._body.norm, states[last]))


class _Piece:
    """A piece of a prompt, whose tokens see those before them: it stands where Branches stand in a step."""

    def __init__(self, cache: DynamicCache) -> None:
        self._cache = cache

    def update(self, keys: torch.Tensor, values: torch.Tensor, layer: int) -> None:
        self._states = self._cache.update(keys, values, layer)

    def attend(self, layer: int, query: torch.Tensor, scaling: float) -> torch.Tensor:
        keys, values = self._states
        seen = causal_lower_right(query.shape[2], keys.shape[2])
        answer = scaled_dot_product_attention(query, keys, values, seen, scale=scaling, enable_gqa=True)
        return answer.transpose(1, 2)


def _norm(module: Any, states: torch.Tensor) -> torch.Tensor:
    return rms_norm(states, module.weight.shape, module.weight, module.variance_epsilon)


def packed(*layers: Any) -> Product:
    """The layers' outputs side by side, multiplied in bfloat16 from weights in oneDNN's own arrangement."""
    product = _packed(_side_by_side(layers))
    return _with_bias(layers, lambda states: product(states.to(torch.bfloat16)).to(states.dtype))


def in_eight_bits(*layers: Any) -> Product:
    """The same from whole numbers to 127 and a scale for each output; more than a FEW tokens as `packed` does it."""
    whole = _side_by_side(layers).float()
    scale = (whole.abs().amax(1) / 127).clamp_min(1e-12).to(torch.bfloat16)
    steps = (whole / scale.float().unsqueeze(1)).round().clamp(-127, 127)
    product, weight = _packed(steps * scale.float().unsqueeze(1)), steps.to(torch.int8)

    def multiply(states: torch.Tensor) -> torch.Tensor:
        short = states.to(torch.bfloat16)
        found = torch._weight_int8pack_mm(short, weight, scale) if len(short) <= FEW else product(short)
        return found.to(states.dtype)

    return _with_bias(layers, multiply)


def _packed(weight: torch.Tensor) -> Product:
    arranged = torch.ops.mkldnn._reorder_linear_weight(weight.to(torch.bfloat16), ROWS)
    multiply = torch.ops.mkldnn._linear_pointwise
    return lambda states: multiply(states, arranged, None, "none", [], "")


def transposed(*layers: Any) -> Product:
    """The same in the model's own precision: a step reads the weights in the order in which they lie."""
    weight = _side_by_side(layers).t().contiguous()
    return _with_bias(layers, lambda states: torch.matmul(states, weight))


def joined(*layers: Any) -> Product:
    """The same from weights that are kept once: those of the layers become parts of one tensor."""
    with torch.inference_mode(False), torch.no_grad():
        whole = _side_by_side(layers)
        for layer, part in zip(layers, whole.split([len(layer.weight) for layer in layers]), strict=True):
            layer.weight.data = part
    return _with_bias(layers, lambda states: linear(states, whole))


def _side_by_side(layers: Sequence[Any]) -> torch.Tensor:
    weights = [layer.weight.detach() for layer in layers]
    return torch.cat(weights) if len(weights) > 1 else weights[0]


def _with_bias(layers: Sequence[Any], product: Product) -> Product:
    if layers[0].bias is None:
        return product
    bias = torch.cat([layer.bias.detach() for layer in layers])
    return lambda states: product(states) + bias
