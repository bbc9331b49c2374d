"""The training run of the box model: resumable, seeded, on a CPU over hours or on a GPU over minutes."""

import csv
import json
import os
import shutil
import time
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass
from itertools import islice
from multiprocessing import Value
from pathlib import Path
from typing import Any, cast

import torch
from torch import nn
from transformers import GenerationConfig, LlamaConfig, LlamaForCausalLM, PreTrainedTokenizerFast

from storyengine.errors import Refused
from storyengine.generation.training.batches import ANSWER, Family, Steps, batches
from storyengine.generation.training.corpus import examples
from storyengine.generation.training.heads import deepen, give_head_start, liken
from storyengine.generation.training.lexicon import words_of_its_own
from storyengine.generation.training.losses import each_loss, family_losses
from storyengine.generation.training.plot import loss_plot
from storyengine.generation.training.tokenizer import (
    VOCABULARY,
    WINDOW,
    corpus_texts,
    load_tokenizer,
    train_tokenizer,
)
from storyengine.generation.writer.local.lexicon import FILE

REPORT_EVERY = 20  # steps
SAVE_EVERY_S = 120.0
# What is read in a step, in tokens: a CPU takes few steps, so they are small.
TOKENS = {"cpu": 3400, "cuda": 131_072}
# A run that sees this many answer tokens is past its first lessons, however far it is.
SCHOOLED = 30e6
MAY_CHANGE = {"out", "work", "steps", "minutes", "threads", "device", "workers", "compiled"}
# Of the rates, where a run goes on from a finished model: at more, a CPU's small steps unlearn what it knows.
GENTLE = {"cpu": 0.06, "cuda": 1.0}


@dataclass(frozen=True, slots=True)
class Settings:
    """One run. It ends after `steps`, or after `minutes` of training if `steps` is 0."""

    out: Path
    work: Path
    steps: int = 0
    minutes: float = 60.0
    seed: int = 7
    threads: int = 2
    start: Path | None = None  # an exported model to go on from; its shape and tokenizer hold
    more_layers: int = 0  # that it gets
    device: str = "cpu"  # or cuda
    workers: int = 0  # processes that make stories ahead of the run
    compiled: bool = False
    hidden: int = 320
    layers: int = 6
    heads: int = 5
    inner: int = 896
    vocabulary: int = VOCABULARY
    tokens: int = 0  # about so many a step, what families share counted once; 0: what suits the device
    muon_rate: float = 2e-3
    adam_rate: float = 1e-3
    vocabulary_examples: int = 12_000
    lexicon_examples: int = 60_000  # that the words which it may say are taken from

    @property
    def fingerprint(self) -> dict[str, Any]:
        """What makes it this run and no other; how long it goes on, and on what, may change when it is resumed."""
        kept = {name: value for name, value in asdict(self).items() if name not in MAY_CHANGE}
        return kept | {"start": str(self.start or "")}


def train(settings: Settings, *, resume: bool = False, report: Callable[[float, str], None]) -> Path:
    """Run to the end and export; returns the exported folder. `report` hears how far it is, 0 to 1, and the figures.

    A run of `steps` without workers is fixed by its seed; one of `minutes` gets as far as the machine is quick. Raises
    Refused("finetune.resume") where there is no such run to go on with.
    """
    os.environ["TOKENIZERS_PARALLELISM"] = "false"  # the workers are forked
    torch.set_num_threads(settings.threads)
    torch.manual_seed(settings.seed)
    _begin(settings, resume)
    report(0.0, "listing words")
    words = _lexicon(settings)
    run = _Run(settings, _tokenizer(settings))
    if resume and run.checkpoint.exists():
        run.load()
    told = Value("d", run.schooling)
    steps = Steps(
        settings.seed, run.tokenizer, settings.tokens or TOKENS[settings.device], told, apart=settings.device != "cpu"
    )
    families, saved = batches(steps, run.steps, settings.workers), run.seconds
    while run.progress < 1:
        run.step(families)
        told.value = run.schooling
        if run.steps % REPORT_EVERY == 0:
            report(run.progress, run.line())
        if run.seconds - saved > SAVE_EVERY_S:
            run.save()
            saved = run.seconds
    run.save()
    export(run.model, run.tokenizer, settings.out)
    (settings.out / FILE).write_text(words)
    (settings.out / "loss.svg").write_text(loss_plot(run.curve))
    return settings.out


class _Run:
    """The state of a run: model, optimisers, counters, loss curve."""

    def __init__(self, settings: Settings, tokenizer: PreTrainedTokenizerFast) -> None:
        self.settings, self.tokenizer = settings, tokenizer
        self.model: LlamaForCausalLM = cast(Any, build_model(settings, tokenizer)).to(settings.device)
        self._gentle = GENTLE[settings.device] if settings.start else 1.0
        self._each_loss = each_loss
        if settings.compiled:
            self._each_loss = torch.compile(each_loss, dynamic=True)
            for layer in self.model.model.layers:
                layer.compile(dynamic=True)
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
        self._unread: list[tuple[torch.Tensor, int]] = []  # loss of each step since, and of how many tokens

    @property
    def progress(self) -> float:
        if self.settings.steps:
            return min(1.0, self.steps / self.settings.steps)
        return min(1.0, self.seconds / (60 * self.settings.minutes))

    @property
    def schooling(self) -> float:
        """How far the run is with its lessons: a GPU is through with the first ones long before their share of it."""
        if self.settings.start:
            return 0.65 + 0.35 * self.progress
        return max(self.progress, min(1.0, self.answered / SCHOOLED))

    def step(self, batch: Iterator[list[Family]]) -> None:
        started = time.monotonic()
        self._set_rates(self.progress)
        families = next(batch)
        whole = sum(family.weight for family in families)
        loss = torch.zeros((), device=self.settings.device)
        for family in families:
            with torch.autocast(self.settings.device, torch.bfloat16):
                losses, weights = family_losses(self.model, family, self._each_loss)
            ((losses * weights).sum() / whole).backward()
            loss += (losses.detach() * (weights >= ANSWER)).sum()
            self.seen += family.tokens
        self._unread.append((loss, sum(family.learnt for family in families)))
        self.answered += self._unread[-1][1]
        nn.utils.clip_grad_norm_(self.model.parameters(), 1.0)
        for optimiser in (self.muon, self.adam):
            optimiser.step()
            optimiser.zero_grad(set_to_none=True)
        self.steps += 1
        if self.steps % 10 == 0:
            self._read_losses()
            self.curve.append((self.steps, round(self.seconds, 1), round(self.recent, 4)))
        self.seconds += time.monotonic() - started

    def _read_losses(self) -> None:
        """Now and then only: whoever reads a figure off a GPU waits until it has done all it was given."""
        for loss, learnt in self._unread:
            mean = float(loss) / learnt
            self.recent = mean if not self.recent else 0.9 * self.recent + 0.1 * mean
        self._unread.clear()

    def _set_rates(self, progress: float) -> None:
        warm = min(1.0, (self.steps + 1) / 40)
        fall = min(1.0, max(0.04, (1 - progress) / 0.3))  # level, then down in a line
        for optimiser, rate in ((self.muon, self.settings.muon_rate), (self.adam, self.settings.adam_rate)):
            for group in optimiser.param_groups:
                group["lr"] = rate * warm * fall * self._gentle

    def line(self) -> str:
        self._read_losses()
        return (
            f"step {self.steps}  loss {self.recent:.3f}  "
            f"{self.answered / 1e6:.2f}M tokens learnt  {self.answered / max(1e-9, self.seconds):.0f} a second"
        )

    def save(self) -> None:
        """Write the checkpoint beside and move it into place, so that a crash leaves the old one whole."""
        self._read_losses()
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
        state = torch.load(self.checkpoint, weights_only=True, map_location=self.settings.device)
        self.model.load_state_dict(state["model"])
        self.muon.load_state_dict(state["muon"])
        self.adam.load_state_dict(state["adam"])
        self.steps, self.seconds = state["steps"], state["seconds"]
        self.seen, self.answered = state["seen"], state["answered"]
        self.curve, self.recent = [tuple(point) for point in state["curve"]], state["recent"]


def build_model(settings: Settings, tokenizer: PreTrainedTokenizerFast) -> LlamaForCausalLM:
    if settings.start:
        begun = LlamaForCausalLM.from_pretrained(settings.start, dtype=torch.float32)
        begun.config.use_cache = False
        deepen(begun, settings.more_layers)
        return begun
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


def export(model: LlamaForCausalLM, tokenizer: PreTrainedTokenizerFast, folder: Path) -> None:
    """Write the folder that `from_pretrained` reads; weights in bfloat16."""
    folder.mkdir(parents=True, exist_ok=True)
    state = {name: tensor.detach().clone() for name, tensor in model.state_dict().items()}
    small = cast(Any, LlamaForCausalLM(model.config)).to(torch.bfloat16)
    small.load_state_dict(state)
    small.config.use_cache = True
    small.generation_config = GenerationConfig(
        do_sample=True, temperature=1.15, top_p=0.97, steady=1.4, max_new_tokens=700,
        pad_token_id=tokenizer.pad_token_id, eos_token_id=tokenizer.eos_token_id,
    )  # fmt: skip
    small.save_pretrained(folder)
    tokenizer.save_pretrained(folder)


def _begin(settings: Settings, resume: bool) -> None:
    """Without `resume` what an earlier run left in the work folder is swept away; with it, it must be the same run."""
    note = settings.work / "settings.json"
    if resume:
        if not note.exists() or json.loads(note.read_text()) != settings.fingerprint:
            raise Refused("finetune.resume", reason=str(settings.work))
        return
    for file in ("checkpoint.pt", FILE):
        (settings.work / file).unlink(missing_ok=True)
    shutil.rmtree(settings.work / "tokenizer", ignore_errors=True)
    settings.work.mkdir(parents=True, exist_ok=True)
    note.write_text(json.dumps(settings.fingerprint, indent=1))


def _lexicon(settings: Settings) -> str:
    """The words of this run's grammar, a line each: those in the work folder, or listed anew, which takes minutes."""
    file = settings.work / FILE
    if not file.exists():
        file.write_text("\n".join(words_of_its_own(islice(examples(settings.seed), settings.lexicon_examples))) + "\n")
    return file.read_text()


def _tokenizer(settings: Settings) -> PreTrainedTokenizerFast:
    """The tokenizer of this run: the one in the work folder, or a new one learnt from the corpus."""
    folder = settings.work / "tokenizer"
    if settings.start:
        return load_tokenizer(settings.start)
    if not folder.exists():
        sample = islice(examples(settings.seed), settings.vocabulary_examples)
        train_tokenizer(corpus_texts(sample), settings.vocabulary).save_pretrained(folder)
    return load_tokenizer(folder)
