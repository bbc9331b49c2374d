"""From logits to one token a row, by the model's own settings; each row draws from dice of its own."""

import random
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import torch

from storyengine.generation.writer.local.send import send

# The likeliest tokens, which a CPU sorts first: nearly always enough to reach top_p or min_p, and far quicker than all;
# the rows for which they are not are sorted further. A GPU sorts all at once: to ask it whether they were enough would
# be to wait for it.
FEW, MORE = 128, 1024


@dataclass(frozen=True, slots=True)
class Sampling:
    """`top_k` 0 and `min_p` 0: no such limit. `min_p` is a share of the likeliest token's chance (arXiv 2407.01082).

    `steady` above 0 cools where the model is sure, as in a name or a bracket, and hardly where it could go on in many
    ways: temperature * 0.8 ** (steady / entropy in nats) (arXiv 2403.14541).
    There is no penalty: it would punish the schema's own quotes and braces.
    """

    temperature: float = 0.8
    top_p: float = 0.95
    top_k: int = 0
    min_p: float = 0.0
    steady: float = 0.0

    @classmethod
    def of(cls, model: Any) -> "Sampling":
        """The model's own settings where it states that it wants to be sampled, ours otherwise."""
        own, ours = model.generation_config, cls()
        if not own.do_sample:
            return ours
        return cls(
            own.temperature or ours.temperature,
            own.top_p or ours.top_p,
            own.top_k or ours.top_k,
            own.min_p or ours.min_p,
            getattr(own, "steady", ours.steady),
        )

    def draw(self, logits: torch.Tensor, allowed: torch.Tensor, dice: Sequence[random.Random]) -> torch.Tensor:
        """One token for each row of (rows, vocabulary); a row's draw does not depend on the rows beside it.

        A GPU is only told of it: nothing here waits for what it does.
        """
        scores = logits.float().masked_fill(~allowed, float("-inf"))
        scores = scores / self._heat(scores)
        total = scores.logsumexp(-1, keepdim=True)
        thrown = send([[one.random()] for one in dice], scores.device, scores.dtype)
        if self.top_k:
            return self._among(scores.topk(min(self.top_k, scores.shape[1])), total, thrown)[0]
        if scores.device.type != "cpu":
            return self._among(scores.sort(descending=True), total, thrown)[0]
        size = scores.shape[1]
        tokens, enough = self._among(scores.topk(min(FEW, size)), total, thrown)
        for most in (MORE, size):
            if enough.all():
                break
            lack = enough.logical_not().nonzero().squeeze(1)
            likeliest = scores[lack].topk(min(most, size))
            tokens[lack], enough[lack] = self._among(likeliest, total[lack], thrown[lack])
        return tokens

    def _heat(self, scores: torch.Tensor) -> torch.Tensor | float:
        """What each row's scores are divided by."""
        if not self.steady:
            return max(self.temperature, 1e-3)
        entropy: torch.Tensor = torch.special.entr(scores.softmax(-1)).sum(-1, keepdim=True)
        return (self.temperature * 0.8 ** (self.steady / entropy.clamp_min(1e-3))).clamp_min(1e-3)

    def _among(
        self, likeliest: tuple[torch.Tensor, torch.Tensor], total: torch.Tensor, thrown: torch.Tensor
    ) -> tuple[torch.Tensor, torch.Tensor]:
        """Each row's token among its likeliest, (scores, tokens), and whether those are all that it may draw."""
        likely, tokens = likeliest
        shares = likely.softmax(-1) if self.top_k else (likely - total).exp()
        reached = shares.cumsum(-1)
        too_rare = shares < self.min_p * shares[:, :1]
        enough = (reached[:, -1] >= self.top_p) | too_rare[:, -1]
        kept = shares.masked_fill((reached - shares >= self.top_p) | too_rare, 0.0)
        reached = kept.cumsum(-1)
        places = torch.searchsorted(reached, thrown * reached[:, -1:], right=True)
        # A draw of almost 1 can land, by rounding, behind the last token that was kept.
        places = torch.minimum(places, (kept > 0).sum(-1, keepdim=True) - 1)
        return tokens.gather(-1, places).squeeze(-1), enough
