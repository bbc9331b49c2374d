"""The training run of the box model: resumable, seeded, on CPU. With tokenizer.py the only training module on torch.

A step's batch depends on the seed and the step alone, so a run that stops and resumes sees the same stories.
"""

import csv
import json
import math
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass
from itertools import islice
from pathlib import Path
from random import Random
from typing import Any, cast

import torch
from torch import nn
from torch.nn import functional
from transformers import GenerationConfig, LlamaConfig, LlamaForCausalLM, PreTrainedTokenizerFast

from storyengine.generation.training.corpus import Example, chat, examples, make_family
from storyengine.generation.training.heads import give_head_start, liken
from storyengine.generation.training.plot import loss_plot
from storyengine.generation.training.tokenizer import SPECIALS, corpus_texts, load_tokenizer, train_tokenizer

WINDOW = 2560  # tokens: the longest prompt of the app with its answer
COPY_UNTIL = 0.6  # share of the run in which each batch holds a row of random tokens to copy
FAMILY = 4  # ways on from one last scene, learnt together
COPY_LENGTH = 512
REPORT_EVERY = 20  # steps
# How much a token's loss counts: the heading and first beat, the rest of the answer, the last scene, a copy row.
OPENING, ANSWER, SCENE, COPY = 3.0, 1.0, 0.25, 0.5


@dataclass(frozen=True, slots=True)
class Settings:
    """One run. It ends after `steps`, or after `minutes` of training if `steps` is 0."""

    out: Path
    work: Path
    steps: int = 0
    minutes: float = 60.0
    seed: int = 7
    threads: int = 2
    hidden: int = 256
    layers: int = 5
    heads: int = 4
    inner: int = 704
    vocabulary: int = 6016
    tokens: int = 2300  # about so many a step, what families share counted once
    muon_rate: float = 1.5e-3
    adam_rate: float = 6e-4
    save_every: int = 200
    vocabulary_examples: int = 6000


@dataclass(slots=True)
class Family:
    """Rows that begin alike: the shared tokens once, then each row's own; with the weight of every token's loss.

    The shared part is read once and its keys and values serve all rows, as the app's writer does with candidates.
    """

    shared: list[int]
    shared_weights: list[float]
    rows: list[tuple[list[int], list[float]]]

    @property
    def tokens(self) -> int:
        return len(self.shared) + len(self.rows) * max(len(ids) for ids, _ in self.rows)


def train(settings: Settings, *, resume: bool = False, report: Callable[[float, str], None]) -> Path:
    """Run to the end and export; returns the exported folder. `report` hears how far it is, 0 to 1, and the figures."""
    torch.set_num_threads(settings.threads)
    torch.manual_seed(settings.seed)
    settings.work.mkdir(parents=True, exist_ok=True)
    run = _Run(settings, _tokenizer(settings))
    if resume and run.checkpoint.exists():
        run.load()
    while run.progress < 1:
        run.step()
        if run.steps % REPORT_EVERY == 0:
            report(run.progress, run.line())
        if run.steps % settings.save_every == 0:
            run.save()
    run.save()
    export(run.model, run.tokenizer, settings.out)
    (settings.out / "loss.svg").write_text(loss_plot(run.curve))
    return settings.out


class _Run:
    """The state of a run: model, optimisers, counters, loss curve."""

    def __init__(self, settings: Settings, tokenizer: PreTrainedTokenizerFast) -> None:
        self.settings, self.tokenizer = settings, tokenizer
        self.model = build_model(settings, tokenizer)
        hidden = [p for name, p in self.model.named_parameters() if p.ndim == 2 and "embed" not in name]
        others = [p for name, p in self.model.named_parameters() if p.ndim != 2 or "embed" in name]
        self.muon = torch.optim.Muon(
            hidden, lr=settings.muon_rate, weight_decay=0.0, momentum=0.95, adjust_lr_fn="match_rms_adamw"
        )
        self.adam = torch.optim.AdamW(others, lr=settings.adam_rate, betas=(0.9, 0.95), weight_decay=0.0, fused=True)
        self.steps, self.seconds, self.seen, self.answered = 0, 0.0, 0, 0  # tokens read, and of those learnt in full
        self.curve: list[tuple[int, float, float]] = []  # (step, seconds, mean answer loss in nats a token)
        self.checkpoint = settings.work / "checkpoint.pt"
        self.recent = 0.0

    @property
    def progress(self) -> float:
        if self.settings.steps:
            return min(1.0, self.steps / self.settings.steps)
        return min(1.0, self.seconds / (60 * self.settings.minutes))

    def step(self) -> None:
        started = time.monotonic()
        progress = self.progress
        families = story_families(
            Random(f"{self.settings.seed}-{self.steps}"), self.tokenizer, self.settings.tokens, progress
        )
        self._set_rates(progress)
        whole = sum(map(_weight, families))
        shown: list[float] = []
        for family in families:
            losses, weights = self._losses(family)
            ((losses * weights).sum() / whole).backward()
            shown += losses[weights >= ANSWER].tolist()
            self.seen += family.tokens
        nn.utils.clip_grad_norm_(self.model.parameters(), 1.0)
        for optimiser in (self.muon, self.adam):
            optimiser.step()
            optimiser.zero_grad(set_to_none=True)
        self.steps += 1
        self.answered += len(shown)
        self.seconds += time.monotonic() - started
        mean = sum(shown) / len(shown)
        self.recent = mean if not self.recent else 0.9 * self.recent + 0.1 * mean
        if self.steps % 10 == 0:
            self.curve.append((self.steps, round(self.seconds, 1), round(self.recent, 4)))

    def _losses(self, family: Family) -> tuple[torch.Tensor, torch.Tensor]:
        with torch.autocast("cpu", torch.bfloat16):
            return family_losses(self.model, family, self.tokenizer.pad_token_id)

    def _set_rates(self, progress: float) -> None:
        warm = min(1.0, (self.steps + 1) / 40)
        fall = min(1.0, max(0.04, (1 - progress) / 0.3))  # level, then down in a line
        for optimiser, rate in ((self.muon, self.settings.muon_rate), (self.adam, self.settings.adam_rate)):
            for group in optimiser.param_groups:
                group["lr"] = rate * warm * fall

    def line(self) -> str:
        return (
            f"step {self.steps}  loss {self.recent:.3f}  "
            f"{self.answered / 1e6:.2f}M tokens learnt  {self.answered / max(1e-9, self.seconds):.0f} a second"
        )

    def save(self) -> None:
        """Write the checkpoint beside and move it into place, so that a crash leaves the old one whole."""
        state = {
            "model": self.model.state_dict(), "muon": self.muon.state_dict(), "adam": self.adam.state_dict(),
            "steps": self.steps, "seconds": self.seconds, "seen": self.seen, "answered": self.answered,
            "curve": self.curve, "recent": self.recent,
        }  # fmt: skip
        beside = self.checkpoint.with_suffix(".new")
        torch.save(state, beside)
        beside.replace(self.checkpoint)
        with (self.settings.work / "loss.csv").open("w", newline="") as file:
            csv.writer(file).writerows([("step", "seconds", "loss"), *self.curve])

    def load(self) -> None:
        state = torch.load(self.checkpoint, weights_only=True)
        self.model.load_state_dict(state["model"])
        self.muon.load_state_dict(state["muon"])
        self.adam.load_state_dict(state["adam"])
        self.steps, self.seconds = state["steps"], state["seconds"]
        self.seen, self.answered = state["seen"], state["answered"]
        self.curve, self.recent = [tuple(point) for point in state["curve"]], state["recent"]


def build_model(settings: Settings, tokenizer: PreTrainedTokenizerFast) -> LlamaForCausalLM:
    config = LlamaConfig(
        vocab_size=len(tokenizer), hidden_size=settings.hidden, intermediate_size=settings.inner,
        num_hidden_layers=settings.layers, num_attention_heads=settings.heads, num_key_value_heads=settings.heads,
        max_position_embeddings=WINDOW, tie_word_embeddings=True,
        rope_parameters={"rope_type": "default", "rope_theta": 1e6}, initializer_range=0.02, use_cache=False,
        pad_token_id=tokenizer.pad_token_id, eos_token_id=tokenizer.eos_token_id, bos_token_id=None,
    )  # fmt: skip
    model = LlamaForCausalLM(config)
    give_head_start(model)
    if config.hidden_size >= 256:
        starts = [
            token
            for text, token in tokenizer.get_added_vocab().items()
            if text.endswith(('text":"', 'character":"', 'who":"'))
        ]
        heading = cast(int, tokenizer.convert_tokens_to_ids('"],"heading":"'))
        liken(model, [*starts, heading], tokenizer("\n").input_ids[0])
    return model


def family_losses(model: LlamaForCausalLM, family: Family, pad: int) -> tuple[torch.Tensor, torch.Tensor]:
    """The loss of every token that counts, in nats, and its weight: those of the shared part once, then each row's."""
    rows, weights = _stack(family.rows, pad)
    losses, counts = [], []
    cache = None
    if family.shared:
        read = model.model(input_ids=torch.tensor([family.shared]), use_cache=True)
        cache = read.past_key_values
        cache.batch_repeat_interleave(len(family.rows))
        # The last shared token foretells each row's first, which is part of the prompt and counts nothing.
        following = torch.tensor(family.shared_weights[1:])
        losses.append(_head(model, read.last_hidden_state[0, :-1], torch.tensor(family.shared[1:]), following))
        counts.append(following[following > 0])
    states = model.model(input_ids=rows, past_key_values=cache, use_cache=cache is not None).last_hidden_state
    following = weights[:, 1:].reshape(-1)
    flat = states[:, :-1].reshape(-1, states.shape[-1])
    losses.append(_head(model, flat, rows[:, 1:].reshape(-1), following))
    counts.append(following[following > 0])
    return torch.cat(losses), torch.cat(counts)


def _head(model: LlamaForCausalLM, states: torch.Tensor, targets: torch.Tensor, weights: torch.Tensor) -> torch.Tensor:
    """Cross entropy of those positions whose weight is not zero."""
    chosen = weights.nonzero().squeeze(1)
    # Few distinct shapes: oneDNN compiles a kernel for each new one. The filling is cut off again.
    padded = torch.cat([chosen, chosen.new_zeros(-len(chosen) % 256)])
    logits = functional.linear(states[padded], model.lm_head.weight)
    return functional.cross_entropy(logits.float()[: len(chosen)], targets[chosen], reduction="none")


def story_families(rng: Random, tokenizer: PreTrainedTokenizerFast, tokens: int, progress: float) -> list[Family]:
    """Families of about `tokens` in all; early in the run short ones, and with them a row of random tokens to copy."""
    families: list[Family] = []
    while not families or sum(family.tokens for family in families) + families[-1].tokens // 2 < tokens:
        rows = [encode(one, tokenizer) for one in make_family(rng, size=story_size(rng, progress), count=FAMILY)]
        rows = [row for row in rows if len(row[0]) <= WINDOW]
        if rows:
            families.append(share(rows))
    if progress < COPY_UNTIL:
        families.append(Family([], [], [copy_row(rng, len(tokenizer), COPY_LENGTH)]))
    return families


def share(rows: list[tuple[list[int], list[float]]]) -> Family:
    """What all rows begin with, in whole blocks of 32 tokens, is taken out of them."""
    first, last = min(ids for ids, _ in rows), max(ids for ids, _ in rows)
    alike = next((at for at, (one, other) in enumerate(zip(first, last, strict=False)) if one != other), len(first))
    prompt = min(weights.index(OPENING) for _, weights in rows)
    size = min(alike, prompt - 1) // 32 * 32
    return Family(rows[0][0][:size], rows[0][1][:size], [(ids[size:], weights[size:]) for ids, weights in rows])


def _weight(family: Family) -> float:
    return sum(family.shared_weights) + sum(sum(weights) for _, weights in family.rows)


def copy_row(rng: Random, vocabulary: int, length: int) -> tuple[list[int], list[float]]:
    """Random tokens, then spans of them again: keeps alive the copying of what no story prepares."""
    ids = [rng.randrange(len(SPECIALS), vocabulary) for _ in range(length // 3)]
    weights = [0.0] * len(ids)
    while len(ids) < length:
        start, span = rng.randrange(0, length // 3 - 9), rng.randint(3, 8)
        ids += ids[start : start + span]
        weights += [0.0] + [COPY] * (span - 1)
    return ids[:length], weights[:length]


def story_size(rng: Random, progress: float) -> float:
    """Short prompts while copying is learnt, then all lengths up to the longest that the app sends."""
    if progress < 0.45:
        return rng.uniform(0, 0.05)
    if progress < 0.65:
        return rng.uniform(0, 0.5)
    return rng.choice((rng.uniform(0, 0.5), rng.uniform(0, 1), rng.uniform(0.8, 1.8), rng.uniform(1.2, 1.8)))


def encode(example: Example, tokenizer: PreTrainedTokenizerFast) -> tuple[list[int], list[float]]:
    """Token ids of prompt and answer, and for each the weight of its loss."""
    prompt = str(tokenizer.apply_chat_template(chat(example), add_generation_prompt=True, tokenize=False))
    told = tokenizer(prompt, add_special_tokens=False, return_offsets_mapping=True)
    start = prompt.index("# LAST SCENE\n") + 13
    stop = prompt.index("\n\n", start)
    weights = [SCENE if start <= left < stop else 0.0 for left, _ in told["offset_mapping"]]
    answer = tokenizer(example.answer + tokenizer.eos_token, add_special_tokens=False)["input_ids"]
    opening = tokenizer(example.answer[: _first_beat_end(example.answer)], add_special_tokens=False)["input_ids"]
    counts = [OPENING] * len(opening) + [ANSWER] * (len(answer) - len(opening))
    return [*told["input_ids"], *answer], [*weights, *counts]


def _first_beat_end(answer: str) -> int:
    """Where the heading and the beat that carries out the choice end."""
    return answer.index('"},{"kind"')


def export(model: LlamaForCausalLM, tokenizer: PreTrainedTokenizerFast, folder: Path) -> None:
    """Write the folder that `from_pretrained` reads; weights in bfloat16."""
    folder.mkdir(parents=True, exist_ok=True)
    state = {name: tensor.detach().clone() for name, tensor in model.state_dict().items()}
    small = cast(Any, LlamaForCausalLM(model.config)).to(torch.bfloat16)
    small.load_state_dict(state)
    small.config.use_cache = True
    small.generation_config = GenerationConfig(
        do_sample=True, temperature=0.7, top_p=0.92, max_new_tokens=700,
        pad_token_id=tokenizer.pad_token_id, eos_token_id=tokenizer.eos_token_id,
    )  # fmt: skip
    small.save_pretrained(folder)
    tokenizer.save_pretrained(folder)


def describe(settings: Settings) -> dict[str, Any]:
    return {key: str(value) if isinstance(value, Path) else value for key, value in asdict(settings).items()}


def _tokenizer(settings: Settings) -> PreTrainedTokenizerFast:
    """The tokenizer of this run: the one in the work folder, or a new one learnt from the corpus."""
    folder = settings.work / "tokenizer"
    if not folder.exists():
        sample = islice(examples(settings.seed), settings.vocabulary_examples)
        train_tokenizer(corpus_texts(sample), settings.vocabulary).save_pretrained(folder)
        (settings.work / "settings.json").write_text(json.dumps(describe(settings), indent=1))
    return load_tokenizer(folder)


def _stack(rows: list[tuple[list[int], list[float]]], pad: int) -> tuple[torch.Tensor, torch.Tensor]:
    """Right-padded ids and weights: causal attention never looks at the padding, and padding carries no loss."""
    length = 64 * math.ceil(max(len(ids) for ids, _ in rows) / 64)
    ids = torch.tensor([row + [pad] * (length - len(row)) for row, _ in rows])
    weights = torch.tensor([row + [0.0] * (length - len(row)) for _, row in rows])
    return ids, weights
