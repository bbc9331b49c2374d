"""What one training step reads: families of stories as rows of tokens, each token with the weight of its loss.

A step's batch depends on the seed, the step and how far the run is, so worker processes make batches ahead of it.
"""

import math
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from multiprocessing.sharedctypes import Synchronized
from random import Random

import torch
from torch.utils.data import DataLoader, Dataset
from transformers import PreTrainedTokenizerFast

from storyengine.generation.training.bible import bare
from storyengine.generation.training.corpus import Example, chat, make_family
from storyengine.generation.training.page import called
from storyengine.generation.training.tokenizer import SPECIALS, WINDOW

FAMILY = 4  # ways on from one last scene, learnt together
GROUP = 65_536  # tokens that a GPU reads at once, of rows about equally long
COPY_UNTIL = 0.9  # share of the run in which each batch holds rows of random tokens to copy
COPY_LENGTH, COPY_SHARE = 512, 0.06  # of a row, and of a large batch
# How much a token's loss counts: the heading and first beat, and every name, place and wish that is copied from the
# prompt; the rest of the answer, the last scene, a copy row.
OPENING, COPIED, ANSWER, SCENE, COPY = 3.0, 3.0, 1.0, 0.25, 0.5
# Sizes of stories once copying is learnt, and how often: most short, up to the longest that the app sends.
SIZES = ((0, 0.5), (0, 1), (0.2, 1.4), (0.8, 3.0))
OFTEN = (5, 2, 2, 1)

Encoded = tuple[list[int], list[float]]  # token ids, and the weight of each one's loss


@dataclass(slots=True)
class Family:
    """Rows that begin alike: the shared tokens once, then each row's own; with the weight of every token's loss.

    The shared part (one row, or none) is read once and its keys and values serve all rows, as the app's writer does
    with candidates.
    """

    shared: torch.Tensor
    shared_weights: torch.Tensor
    ids: torch.Tensor
    weights: torch.Tensor

    @property
    def tokens(self) -> int:
        return self.shared.numel() + self.ids.numel()

    @property
    def weight(self) -> float:
        return float(self.shared_weights.sum() + self.weights.sum())

    @property
    def learnt(self) -> int:
        """How many tokens are learnt in full."""
        return int((self.shared_weights[1:] >= ANSWER).sum() + (self.weights[:, 1:] >= ANSWER).sum())


class Steps(Dataset[list[Family]]):
    """The families of each step of a run; `progress` is how far the run says it is, 0 to 1.

    `apart`: whether rows are read whole, in groups of equal length (a GPU is quicker so), or families share a prefix.
    """

    def __init__(
        self,
        seed: int,
        tokenizer: PreTrainedTokenizerFast,
        tokens: int,
        progress: "Synchronized[float]",
        *,
        apart: bool,
    ) -> None:
        self._seed, self._tokenizer, self._tokens = seed, tokenizer, tokens
        self._progress, self._apart = progress, apart

    def __getitem__(self, step: int) -> list[Family]:
        rng, progress = Random(f"{self._seed}-{step}"), self._progress.value
        make = row_groups if self._apart else story_families
        return make(rng, self._tokenizer, self._tokens, progress)


def batches(steps: Steps, first: int, workers: int) -> Iterator[list[Family]]:
    """The steps' batches from the step `first` on, made by so many processes ahead of the run."""
    ahead = 8 if workers else None
    numbers = range(first, 1 << 40)
    return iter(DataLoader(steps, batch_size=None, sampler=numbers, num_workers=workers, prefetch_factor=ahead))


def story_families(rng: Random, tokenizer: PreTrainedTokenizerFast, tokens: int, progress: float) -> list[Family]:
    """Families of about `tokens` in all; early in the run short ones, and with them a row of random tokens to copy."""
    pad, families = tokenizer.pad_token_id, list[Family]()
    while not families or sum(family.tokens for family in families) + families[-1].tokens // 2 < tokens:
        if rows := _rows(rng, tokenizer, progress):
            families.append(share(rows, pad))
    if progress < COPY_UNTIL:
        families.append(_unshared([copy_row(rng, len(tokenizer), COPY_LENGTH)], pad))
    return families


def row_groups(rng: Random, tokenizer: PreTrainedTokenizerFast, tokens: int, progress: float) -> list[Family]:
    """The same stories as whole rows, about `tokens` in all, in groups of rows about equally long."""
    rows: list[Encoded] = []
    if progress < COPY_UNTIL:
        rows += [copy_row(rng, len(tokenizer), COPY_LENGTH) for _ in range(round(COPY_SHARE * tokens / COPY_LENGTH))]
    count = sum(len(ids) for ids, _ in rows)
    while count < tokens:
        found = _rows(rng, tokenizer, progress)
        rows += found
        count += sum(len(ids) for ids, _ in found)
    rows.sort(key=lambda row: len(row[0]))
    groups: list[list[Encoded]] = [[]]
    for row in rows:
        if groups[-1] and len(row[0]) * (len(groups[-1]) + 1) > GROUP:
            groups.append([])
        groups[-1].append(row)
    return [_unshared(group, tokenizer.pad_token_id) for group in groups]


def share(rows: Sequence[Encoded], pad: int) -> Family:
    """What all rows begin with, in whole blocks of 32 tokens, is taken out of them."""
    first, last = min(ids for ids, _ in rows), max(ids for ids, _ in rows)
    alike = next((at for at, (one, other) in enumerate(zip(first, last, strict=False)) if one != other), len(first))
    prompt = min(weights.index(OPENING) for _, weights in rows)
    size = min(alike, prompt - 1) // 32 * 32
    ids, weights = rows[0]
    own = _stack([(ids[size:], weights[size:]) for ids, weights in rows], pad)
    return Family(torch.tensor([ids[:size]]), torch.tensor(weights[:size]), *own)


def copy_row(rng: Random, vocabulary: int, length: int) -> Encoded:
    """Random tokens, then spans of them again: keeps alive the copying of what no story prepares.

    Half the rows have few different tokens, so that one token does not tell where its span goes on.
    """
    few = [rng.randrange(len(SPECIALS), vocabulary) for _ in range(rng.choice((30, 60, vocabulary, vocabulary)))]
    ids = rng.choices(few, k=length // 3)
    weights = [0.0] * len(ids)
    while len(ids) < length:
        start, span = rng.randrange(0, length // 3 - 9), rng.randint(3, 8)
        ids += ids[start : start + span]
        weights += [0.0] + [COPY] * (span - 1)
    return ids[:length], weights[:length]


def story_size(rng: Random, progress: float) -> float:
    """Short prompts while copying is learnt, then all lengths."""
    if progress < 0.45:
        return rng.uniform(0, 0.05)
    if progress < 0.65:
        return rng.uniform(0, 0.5)
    return rng.uniform(*rng.choices(SIZES, OFTEN)[0])


def encode(example: Example, tokenizer: PreTrainedTokenizerFast) -> Encoded:
    """Token ids of prompt and answer, and for each the weight of its loss."""
    prompt = str(tokenizer.apply_chat_template(chat(example), add_generation_prompt=True, tokenize=False))
    told = tokenizer(prompt, add_special_tokens=False, return_offsets_mapping=True)
    start = prompt.index("# LAST SCENE\n") + 13
    stop = prompt.index("\n\n", start)
    weights = [SCENE if start <= left < stop else 0.0 for left, _ in told["offset_mapping"]]
    answer = tokenizer(example.answer + tokenizer.eos_token, add_special_tokens=False, return_offsets_mapping=True)
    opening, copied = _first_beat_end(example.answer), _copied(example)
    counts = [
        OPENING if right <= opening else COPIED if not copied.isdisjoint(range(left, right)) else ANSWER
        for left, right in answer["offset_mapping"]
    ]
    return [*told["input_ids"], *answer["input_ids"]], [*weights, *counts]


def _rows(rng: Random, tokenizer: PreTrainedTokenizerFast, progress: float) -> list[Encoded]:
    """One family's rows that fit the window."""
    family = make_family(rng, size=story_size(rng, progress), count=FAMILY)
    return [row for row in (encode(one, tokenizer) for one in family) if len(row[0]) <= WINDOW]


def _copied(example: Example) -> set[int]:
    """Where in the answer names, places and wishes of the prompt stand, or names as one goes on with them: those few
    tokens are all that it has to copy, and the entropy of the prose around them would drown their loss.
    """
    told = example.context
    names = [name for name, _ in told.characters]
    words = [*names, *(called(name, names) for name in names), *(bare(name) for name, _ in told.places)]
    words += [wish.text for wish in told.wishes]
    one = re.compile("|".join(rf"\b{re.escape(word)}" for word in sorted(words, key=len, reverse=True)))
    return {at for found in one.finditer(example.answer) for at in range(*found.span())}


def _first_beat_end(answer: str) -> int:
    """Where the heading and the beat that carries out the choice end."""
    return answer.index('"},{"kind"')


def _unshared(rows: Sequence[Encoded], pad: int) -> Family:
    return Family(torch.empty(1, 0, dtype=torch.long), torch.empty(0), *_stack(rows, pad))


def _stack(rows: Sequence[Encoded], pad: int) -> tuple[torch.Tensor, torch.Tensor]:
    """Right-padded ids and weights: causal attention never looks at the padding, and padding carries no loss."""
    length = 64 * math.ceil(max(len(ids) for ids, _ in rows) / 64)
    ids = torch.tensor([row + [pad] * (length - len(row)) for row, _ in rows])
    weights = torch.tensor([row + [0.0] * (length - len(row)) for _, row in rows])
    return ids, weights
