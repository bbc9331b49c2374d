"""An answer that goes round and round is led out of it, and may still say what nothing else is allowed instead of."""

import random
from collections.abc import Sequence

import pytest
import torch
from django.conf import settings
from transformers import AutoTokenizer

from storyengine.generation.writer.local.decode import Budget, Loop, Row, goes_round
from storyengine.generation.writer.local.grammar import Grammar
from storyengine.generation.writer.local.sampling import Sampling


@pytest.mark.parametrize(
    ("ids", "token"),
    [
        ([9, 5, 5, 5, 5], 5),
        ([5, 5, 5], None),
        ([1, 2, 1, 2, 1, 2, 1, 2], 1),
        ([0, 2, 1, 2, 1, 2, 1, 2], None),
        ([7, *[1, 2, 3, 4, 5, 6, 7, 8] * 4], 1),
        (list(range(9)) * 4, None),
        ([], None),
    ],
)
def test_a_loop_is_up_to_eight_tokens_four_times(ids: list[int], token: int | None) -> None:
    assert goes_round(ids) == token


class Stubborn:
    """A model that wants one token, and hardly the next best."""

    width: int | None = 1

    def __init__(self, rows: int) -> None:
        self.rows, self.logits = rows, torch.zeros(rows, 16)
        self.logits[:, 3], self.logits[:, 4] = 50.0, 25.0

    def step(self, pending: Sequence[Sequence[int]]) -> torch.Tensor:
        return self.logits[: len(pending)]

    def drop(self, row: int) -> None:
        self.rows -= 1


def test_a_model_that_wants_one_token_for_ever_is_led_out_of_it() -> None:
    model = Stubborn(2)
    tokenizer = AutoTokenizer.from_pretrained(settings.WRITER_MODEL)
    matcher = Grammar(tokenizer, len(tokenizer), torch.device("cpu")).matcher(
        {"type": "object"}
    )  # not asked: no schema
    answers = [Row(number, matcher, random.Random(number)) for number in range(2)]
    loop = Loop(None, Sampling(1.0, 1.0), set(), Budget(soft=12, most=12))
    said = loop.run(model, model.logits[:1], answers, tell=lambda _: None, stop=lambda: False)
    assert said == [[3, 3, 3, 3, 4, 3, 3, 3, 3, 4, 3, 3]] * 2
    assert model.logits[0, 3] == 50.0
