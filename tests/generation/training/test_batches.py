"""The batches of a step: the same for the same seed, whoever makes them; on a GPU whole rows, about equally long."""

from itertools import islice
from multiprocessing import Value
from random import Random

import pytest

pytest.importorskip("torch")
pytest.importorskip("transformers")

import torch
from transformers import PreTrainedTokenizerFast

from storyengine.generation.training.batches import GROUP, Family, Steps, batches, row_groups, story_families
from storyengine.generation.training.corpus import examples
from storyengine.generation.training.tokenizer import corpus_texts, train_tokenizer


@pytest.fixture(scope="module")
def tokenizer() -> PreTrainedTokenizerFast:
    return train_tokenizer(corpus_texts(islice(examples(5), 60)), 1500)


def same(one: list[Family], other: list[Family]) -> bool:
    return len(one) == len(other) and all(
        torch.equal(a.ids, b.ids) and torch.equal(a.weights, b.weights) and torch.equal(a.shared, b.shared)
        for a, b in zip(one, other, strict=True)
    )


def test_other_processes_make_the_same_batches_and_a_run_that_resumes_gets_them_again(
    tokenizer: PreTrainedTokenizerFast, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TOKENIZERS_PARALLELISM", "false")
    steps = Steps(7, tokenizer, 3000, Value("d", 0.0), apart=False)
    first, second, third = islice(batches(steps, 0, workers=0), 3)
    assert not same(first, second)
    assert all(same(*pair) for pair in zip(islice(batches(steps, 1, workers=2), 2), (second, third), strict=True))


def test_whole_rows_stand_beside_others_about_as_long(tokenizer: PreTrainedTokenizerFast) -> None:
    groups = row_groups(Random(1), tokenizer, 100_000, 0.7)
    assert sum(group.tokens for group in groups) < 1.5 * 100_000
    assert all(group.tokens <= 1.1 * GROUP and not group.shared.numel() for group in groups)
    lengths = [group.ids.shape[1] for group in groups]
    assert lengths == sorted(lengths)


def test_early_batches_have_rows_of_random_tokens_to_copy(tokenizer: PreTrainedTokenizerFast) -> None:
    for make in (story_families, row_groups):
        early, late = (make(Random(2), tokenizer, 20_000, progress) for progress in (0.1, 0.9))
        copied = [bool((family.weights == 0.5).any()) for family in early]
        assert any(copied)
        assert not any(bool((family.weights == 0.5).any()) for family in late)
