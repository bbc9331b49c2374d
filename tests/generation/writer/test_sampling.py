"""What the writer draws by, against the same settings as transformers applies them."""

import random

import pytest
import torch
from transformers import LogitsProcessorList, MinPLogitsWarper, TemperatureLogitsWarper, TopKLogitsWarper
from transformers import TopPLogitsWarper as TopP

from storyengine.generation.writer.local.sampling import FEW, MORE, Sampling

THROWS = 4_000


class Even(random.Random):
    """Dice that fall evenly over 0 to 1, so that what is drawn is the distribution and no luck."""

    def __init__(self, throw: int) -> None:
        super().__init__()
        self._share = (throw + 0.5) / THROWS

    def random(self) -> float:
        return self._share


def drawn(sampling: Sampling, logits: torch.Tensor, allowed: torch.Tensor) -> torch.Tensor:
    """How often each token comes, as a share of all throws."""
    tokens = sampling.draw(
        logits.expand(THROWS, -1), allowed.expand(THROWS, -1), [Even(throw) for throw in range(THROWS)]
    )
    return torch.bincount(torch.tensor(tokens), minlength=logits.shape[-1]) / THROWS


def expected(sampling: Sampling, logits: torch.Tensor, allowed: torch.Tensor) -> torch.Tensor:
    steps = LogitsProcessorList([TemperatureLogitsWarper(sampling.temperature)])
    if sampling.top_k:
        steps.append(TopKLogitsWarper(sampling.top_k))
    steps.append(TopP(sampling.top_p))
    if sampling.min_p:
        steps.append(MinPLogitsWarper(sampling.min_p))
    scores = logits.masked_fill(~allowed, float("-inf")).unsqueeze(0)
    return torch.Tensor(steps(torch.zeros(1, 1, dtype=torch.long), scores).softmax(-1)[0])


@pytest.mark.parametrize("spread", [0.3, 2.0, 6.0])  # from nearly flat, so that all must be sorted, to sharp
@pytest.mark.parametrize(
    "sampling",
    [
        Sampling(0.6, 0.9),
        Sampling(1.3, 0.98),
        Sampling(0.8, 1.0, min_p=0.15),
        Sampling(1.0, 0.95, min_p=0.02),
        Sampling(0.9, 0.95, top_k=7),
    ],
)
def test_the_draw_is_that_of_transformers(sampling: Sampling, spread: float) -> None:
    dice = torch.Generator().manual_seed(5)
    logits = spread * torch.randn(3 * FEW, generator=dice)
    allowed = torch.rand(3 * FEW, generator=dice) < 0.8
    difference = (drawn(sampling, logits, allowed) - expected(sampling, logits, allowed)).abs().max()
    assert difference <= 2 / THROWS


def test_steady_cools_where_the_model_is_sure_and_leaves_open_what_is_open() -> None:
    allowed = torch.ones(64, dtype=torch.bool)
    sure, open_to_all = torch.zeros(64), torch.zeros(64)
    sure[5] = 7.0  # 0.95 of the chance
    assert drawn(Sampling(1.0, 1.0), sure, allowed)[5] < 0.95
    assert drawn(Sampling(1.0, 1.0, steady=1.2), sure, allowed)[5] > 0.985
    even = drawn(Sampling(1.0, 1.0, steady=1.2), open_to_all, allowed)
    assert (even - 1 / 64).abs().max() <= 2 / THROWS
    only = torch.zeros(64, dtype=torch.bool)
    only[9] = True
    assert drawn(Sampling(1.0, 1.0, steady=1.2), sure, only)[9] == 1


def test_a_row_draws_the_same_whatever_stands_beside_it() -> None:
    sampling, dice = Sampling(0.9, 0.95, min_p=0.05), torch.Generator().manual_seed(1)
    flat, sharp = 0.2 * torch.randn(4 * FEW, generator=dice), 9 * torch.randn(4 * FEW, generator=dice)
    allowed = torch.ones(2, 4 * FEW, dtype=torch.bool)
    for throw in range(0, THROWS, 97):
        alone = sampling.draw(sharp[None], allowed[:1], [Even(throw)])
        assert sampling.draw(torch.stack([sharp, flat]), allowed, [Even(throw), Even(0)])[:1] == alone


def test_each_row_is_sorted_as_far_as_it_needs() -> None:
    """Sharp, in between and flat, side by side: by few of their likeliest, by more, and by all tokens."""
    dice = torch.Generator().manual_seed(4)
    logits = torch.tensor([[9.0], [2.5], [0.1]]) * torch.randn(3, 3 * MORE, generator=dice)
    tokens = Sampling().draw(logits, torch.ones_like(logits, dtype=torch.bool), [Even(int(0.999 * THROWS))] * 3)
    likelier = (logits > logits.gather(1, tokens.unsqueeze(1))).sum(1)
    for row in range(3):
        shares = (logits[row] / Sampling().temperature).softmax(-1)
        wanted = int((shares.sort(descending=True).values.cumsum(0) < 0.95).sum())  # the last that may be drawn
        assert abs(int(likelier[row]) - wanted) <= 0.01 * wanted + 1
    assert likelier[0] < FEW < likelier[1] < MORE < likelier[2]


def test_no_token_is_drawn_that_the_schema_forbids() -> None:
    allowed = torch.zeros(2 * FEW, dtype=torch.bool)
    allowed[[3, 250]] = True
    logits = torch.zeros(2 * FEW)
    logits[7] = 50.0
    assert set(drawn(Sampling(), logits, allowed).nonzero().flatten().tolist()) == {3, 250}
