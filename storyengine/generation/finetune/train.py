"""One run: the base, the lines, a LoRA adapter on every linear layer, and at the end a folder that the writer reads.

While it runs, checkpoints (the optimiser's state among them, which is no safetensors) lie in a work folder; the
adapter's own folder appears in one step, whole, when the run is over.
"""

import hashlib
import json
import os
import shutil
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, cast

import torch
from peft import LoraConfig
from transformers import TrainerCallback
from transformers.trainer_utils import get_last_checkpoint
from transformers.utils import logging as transformers_logging

from storyengine.errors import Refused
from storyengine.generation.adapters import CONFIG, WEIGHTS, Card, folder_of, write_card
from storyengine.generation.finetune.lessons import Lesson, Method, lessons
from storyengine.generation.finetune.tutors import ROWS, make_trainer
from storyengine.generation.writer.local.load import load_model, revision_of

RATES: dict[str, float] = {"sft": 2e-4, "dpo": 5e-5, "kto": 5e-5}
MOST_POINTS = 60  # of the loss curve on the card

Tell = Callable[[int, int, float], None]  # (step, of how many, loss)


@dataclass(frozen=True, slots=True)
class Settings:
    """One run. It ends after `steps`, or after `epochs` over the lines if `steps` is 0; `rate` 0: the method's own."""

    method: Method
    name: str
    model: str
    work: Path
    steps: int = 0
    epochs: float = 3.0
    seed: int = 7
    rank: int = 16
    rate: float = 0.0
    batch: int = 4
    threads: int = 0
    save_every: int = 20

    def fingerprint(self, revision: str, lines: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
        """What a run that is gone on with must have in common with its beginning."""
        kept = {key: value for key, value in asdict(self).items() if key not in ("work", "threads", "save_every")}
        text = json.dumps(lines, sort_keys=True, ensure_ascii=False)
        return kept | {"revision": revision, "lines": hashlib.sha256(text.encode()).hexdigest()}


def finetune(
    settings: Settings,
    lines: Sequence[Mapping[str, Any]],
    *,
    sources: Sequence[str] = (),
    resume: bool = False,
    tell: Tell = lambda step, most, loss: None,
) -> Card:
    """Train and keep the adapter; returns its card. The same settings and lines give the same adapter.

    Raises Refused("adapter.exists"), ("finetune.nothing"), ("finetune.resume"), ("finetune.failed"), or what loading
    the base raises.
    """
    if folder_of(settings.name).exists():
        raise Refused("adapter.exists", reason=settings.name)
    started = time.monotonic()
    device = "cuda" if torch.cuda.is_available() else "cpu"
    torch.set_num_threads(settings.threads or max(1, (os.cpu_count() or 1) // 2))
    tokenizer, base = load_model(settings.model, device)
    revision = revision_of(settings.model, base)
    window = int(getattr(base.config, "max_position_embeddings", 4096))
    learnt, left_out = lessons(settings.method, lines, tokenizer, window)
    _check_enough(settings.method, learnt, left_out)
    checkpoint = _begin(settings, settings.fingerprint(revision, lines), resume)
    trainer = _trainer(settings, learnt, base, tokenizer, tell)
    trainer.train(resume_from_checkpoint=checkpoint)
    losses = [(int(one["step"]), round(float(one["loss"]), 4)) for one in trainer.state.log_history if "loss" in one]
    card = Card(
        name=settings.name,
        base=_name_of(settings.model),
        base_revision=revision,
        method=settings.method,
        examples=len(learnt),
        steps=int(trainer.state.global_step),
        epochs=round(float(trainer.state.epoch or 0.0), 2),
        seed=settings.seed,
        rank=settings.rank,
        rate=settings.rate or RATES[settings.method],
        losses=_thinned(losses),
        seconds=round(time.monotonic() - started, 1),
        made_at=datetime.now(UTC).isoformat(timespec="seconds"),
        revision="",
        left_out=left_out,
        sources=tuple(sources),
    )
    return _keep(trainer.model, card, settings.work)


def _check_enough(method: Method, learnt: Sequence[Lesson], left_out: int) -> None:
    if not learnt:
        why = f"{left_out} examples, all longer than the model's window" if left_out else "no example"
        raise Refused("finetune.nothing", reason=why)
    if method == "kto" and len(learnt) < ROWS:
        raise Refused("finetune.nothing", reason=f"kto compares verdicts with each other: {ROWS} at least")


def _begin(settings: Settings, fingerprint: dict[str, Any], resume: bool) -> str | None:
    """The checkpoint to go on from; without `resume` what an earlier run of this name left behind is swept away."""
    note = settings.work / "settings.json"
    if resume:
        if not note.is_file() or json.loads(note.read_text()) != json.loads(json.dumps(fingerprint)):
            raise Refused("finetune.resume", reason=settings.name)
        return cast("str | None", get_last_checkpoint(str(settings.work)))
    shutil.rmtree(settings.work, ignore_errors=True)
    settings.work.mkdir(parents=True)
    note.write_text(json.dumps(fingerprint, indent=1))
    return None


def _trainer(settings: Settings, learnt: list[Lesson], base: Any, tokenizer: Any, tell: Tell) -> Any:
    transformers_logging.set_verbosity_error()
    torch.manual_seed(settings.seed)  # the adapter's own beginning
    rank = settings.rank
    return make_trainer(
        settings.method,
        learnt,
        base,
        tokenizer,
        lora=LoraConfig(r=rank, lora_alpha=2 * rank, target_modules="all-linear", task_type="CAUSAL_LM"),
        work=settings.work,
        callback=_Teller(tell),
        max_steps=settings.steps or -1,
        num_train_epochs=settings.epochs,
        gradient_accumulation_steps=max(1, settings.batch // ROWS),
        learning_rate=settings.rate or RATES[settings.method],
        seed=settings.seed,
        save_steps=settings.save_every,
    )


class _Teller(TrainerCallback):
    def __init__(self, tell: Tell) -> None:
        self._tell = tell

    def on_log(self, args: Any, state: Any, control: Any, logs: Any = None, **kwargs: Any) -> None:
        if logs and "loss" in logs:
            self._tell(state.global_step, state.max_steps, float(logs["loss"]))


def _keep(model: Any, card: Card, work: Path) -> Card:
    """Write the adapter beside its place and move it there, so that no half of one is ever listed."""
    learnt = [weight for weight in model.parameters() if weight.requires_grad]
    if not card.losses or not all(bool(weight.isfinite().all()) for weight in learnt):
        raise Refused("finetune.failed", reason=f"{card.name}: no step, or numbers that are none")
    folder = folder_of(card.name)
    beside = folder.parent / f".{card.name}.new"
    shutil.rmtree(beside, ignore_errors=True)
    # "auto" would ask the hub about a base that may have its name from a folder here.
    model.save_pretrained(beside, safe_serialization=True, save_embedding_layers=False)
    for path in beside.iterdir():
        if path.name in (CONFIG, WEIGHTS):
            path.chmod(0o644)  # the writer may be another user
        else:
            path.unlink()  # PEFT's empty model card
    # PEFT wrote a path of this machine; the base's name is enough.
    config = json.loads((beside / CONFIG).read_text()) | {"base_model_name_or_path": card.base}
    (beside / CONFIG).write_text(json.dumps(config, indent=1, sort_keys=True) + "\n")
    digest = hashlib.sha256((beside / WEIGHTS).read_bytes() + (beside / CONFIG).read_bytes()).hexdigest()[:40]
    card = replace(card, revision=digest)
    write_card(beside, card)
    try:
        beside.rename(folder)
    except OSError as error:
        raise Refused("adapter.exists", reason=card.name) from error
    shutil.rmtree(work, ignore_errors=True)
    return card


def _name_of(model: str) -> str:
    return Path(model).name if Path(model).exists() else model


def _thinned(losses: Sequence[tuple[int, float]]) -> tuple[tuple[int, float], ...]:
    """At most MOST_POINTS of them, the first and the last always among them."""
    if len(losses) <= MOST_POINTS:
        return tuple(losses)
    return tuple(losses[round(number * (len(losses) - 1) / (MOST_POINTS - 1))] for number in range(MOST_POINTS))
