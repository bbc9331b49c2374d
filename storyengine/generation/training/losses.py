"""What a step learns from: the loss of every token of a family that counts, and how much each counts."""

from collections.abc import Callable

import torch
from torch.nn import functional
from transformers import LlamaForCausalLM

from storyengine.generation.training.batches import Family

NOTHING = -100  # the target of a position that counts nothing

EachLoss = Callable[[torch.Tensor, torch.Tensor, torch.Tensor], torch.Tensor]


def each_loss(states: torch.Tensor, head: torch.Tensor, targets: torch.Tensor) -> torch.Tensor:
    """Cross entropy of each position, in nats; 0 where the target is NOTHING."""
    return functional.cross_entropy(functional.linear(states, head).float(), targets, reduction="none")


def family_losses(
    model: LlamaForCausalLM, family: Family, each: EachLoss = each_loss
) -> tuple[torch.Tensor, torch.Tensor]:
    """The loss of every token that counts, in nats, and its weight: those of the shared part once, then each row's.

    Some more follow of weight 0.
    """
    found, cache = [], None
    if family.shared.numel():
        read = model.model(input_ids=_onto(model, family.shared), use_cache=True)
        cache = read.past_key_values
        cache.batch_repeat_interleave(len(family.ids))
        # The last shared token foretells each row's first, which is part of the prompt and counts nothing.
        found.append(_losses(model, read.last_hidden_state[0], family.shared[0], family.shared_weights, each))
    ids = _onto(model, family.ids)
    states = model.model(input_ids=ids, past_key_values=cache, use_cache=cache is not None).last_hidden_state
    found.append(_losses(model, states, family.ids, family.weights, each))
    losses, weights = zip(*found, strict=True)
    return torch.cat(losses), torch.cat(weights)


def _losses(
    model: LlamaForCausalLM, states: torch.Tensor, ids: torch.Tensor, weights: torch.Tensor, each: EachLoss
) -> tuple[torch.Tensor, torch.Tensor]:
    """Of the positions whose next token has a weight. `ids` and `weights` lie on the CPU: nobody waits for a GPU to
    count them.
    """
    following, targets = weights[..., 1:].reshape(-1), ids[..., 1:].reshape(-1)
    chosen = following.nonzero().squeeze(1)
    # Few distinct shapes: oneDNN compiles a kernel for each new one.
    filling = -len(chosen) % 256
    places = _onto(model, functional.pad(chosen, (0, filling)))
    wanted = _onto(model, functional.pad(targets[chosen], (0, filling), value=NOTHING))
    flat = states[..., :-1, :].reshape(-1, states.shape[-1])
    losses = each(flat[places], model.lm_head.weight, wanted)
    return losses, _onto(model, functional.pad(following[chosen], (0, filling)))


def _onto(model: LlamaForCausalLM, part: torch.Tensor) -> torch.Tensor:
    """A tensor beside the model's; the copy to a GPU goes on while others are made."""
    return part.pin_memory().to(model.device, non_blocking=True) if model.device.type == "cuda" else part
