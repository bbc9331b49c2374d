"""Adapters are really trained: on the model in the box, and on one of random weights where that shows as much."""

import json
from dataclasses import replace
from pathlib import Path

import pytest

from storyengine.errors import Refused
from storyengine.generation.adapters import Card, read_card
from storyengine.generation.finetune.scripts import lines_of
from storyengine.generation.finetune.train import Settings, finetune
from storyengine.generation.parse import parse_answer
from storyengine.generation.prompt import messages
from storyengine.generation.writer.local import LocalWriter
from tests.generation.finetune.test_scripts import ferry
from tests.generation.test_prompt import SMALL


def said(text: str) -> list[dict[str, str]]:
    return [{"role": "assistant", "content": json.dumps({"heading": text, "beats": []}, separators=(",", ":"))}]


PROMPT = messages(replace(SMALL, facts=(), threads=(), wishes=(), loved=()))
PAIRS = [{"prompt": PROMPT, "chosen": said(f"INT. {n}"), "rejected": said("EXT. FOG")} for n in range(3)]
VERDICTS = [{"prompt": PROMPT, "completion": said(("EXT. FOG", "INT. 1")[n % 2]), "label": n % 2 > 0} for n in range(6)]
TEXTS = [{"prompt": PROMPT, "completion": said(f"INT. {n}")} for n in range(4)]


@pytest.fixture
def run(settings, tmp_path: Path, folder: Path) -> Settings:  # type: ignore[no-untyped-def]
    settings.ADAPTERS_DIR = tmp_path / "adapters"
    return Settings("sft", "ours", str(folder), tmp_path / "work", steps=2, batch=2, rank=4, threads=1)


def refusal(run: Settings, lines: list, **options: object) -> str:
    with pytest.raises(Refused) as refused:
        finetune(run, lines, **options)  # type: ignore[arg-type]
    return refused.value.code


def test_adapter_for_the_box_changes_what_it_writes(run: Settings, settings) -> None:  # type: ignore[no-untyped-def]
    heard: list[tuple[int, int, float]] = []
    of_the_box = replace(run, model=settings.BOX_MODEL, steps=3, rate=2e-3)
    lines = list(lines_of(ferry(), plans=False))
    card = finetune(of_the_box, lines, sources=["ferry.fountain"], tell=lambda *told: heard.append(told))
    assert [(step, most) for step, most, _ in heard] == [(1, 3), (2, 3), (3, 3)]
    assert card.losses[-1][1] < card.losses[0][1]
    assert (card.method, card.base, card.examples, card.steps, card.seed) == ("sft", "box", 2, 3, 7)
    assert read_card("ours") == card
    kept = sorted(path.name for path in (settings.ADAPTERS_DIR / "ours").iterdir())
    assert kept == ["adapter_config.json", "adapter_model.safetensors", "card.json"]
    assert not of_the_box.work.exists()
    assert settings.BOX_MODEL not in (settings.ADAPTERS_DIR / "ours" / "adapter_config.json").read_text()

    writer = LocalWriter(settings.BOX_MODEL, threads=1)
    before = writer.write(SMALL, seed=1)
    writer.use("ours")
    after = writer.write(SMALL, seed=1)
    assert before.text != after.text
    assert parse_answer(after.text, SMALL).scenes[0].choices
    assert [(one.adapter, one.adapter_revision) for one in (before, after)] == [("", ""), ("ours", card.revision)]


@pytest.mark.parametrize(("method", "lines"), [("dpo", PAIRS), ("kto", VERDICTS)])
def test_verdicts_train_an_adapter(run: Settings, method, lines, writer: LocalWriter) -> None:  # type: ignore[no-untyped-def]
    card = finetune(replace(run, method=method, rate=1e-2, steps=12), lines)
    assert (card.method, card.examples, card.steps) == (method, len(lines), 12)
    first, last = card.losses[0][1], min(loss for _, loss in card.losses[-3:])
    assert first == pytest.approx({"dpo": 0.6931, "kto": 0.5}[method], abs=1e-2)  # nothing is preferred yet
    assert last < 0.9 * first
    writer.use("ours")
    assert (writer.adapter, writer.adapter_error) == ("ours", None)
    writer.use("")


def test_run_that_broke_off_goes_on_to_the_same_adapter(run: Settings) -> None:
    def breaks_off(step: int, most: int, loss: float) -> None:
        if step == 3:
            raise KeyboardInterrupt

    whole = finetune(replace(run, name="whole", steps=4), TEXTS)
    halves = replace(run, steps=4, save_every=2)
    with pytest.raises(KeyboardInterrupt):
        finetune(halves, TEXTS, tell=breaks_off)
    assert not (run.work / "checkpoint-3").exists()
    assert refusal(replace(halves, seed=8), TEXTS, resume=True) == "finetune.resume"
    assert refusal(halves, TEXTS[:3], resume=True) == "finetune.resume"
    told: list[int] = []
    card = finetune(halves, TEXTS, resume=True, tell=lambda step, most, loss: told.append(step))
    assert (told, card.steps, card.revision) == ([3, 4], 4, whole.revision)


def test_nothing_to_learn_from_is_refused(run: Settings) -> None:
    assert refusal(run, []) == "finetune.nothing"
    assert refusal(run, [{"prompt": PROMPT, "completion": said("fog " * 900)}]) == "finetune.nothing"
    assert refusal(replace(run, method="kto"), VERDICTS[:1]) == "finetune.nothing"
    assert refusal(run, TEXTS, resume=True) == "finetune.resume"


def test_name_and_base_are_looked_at_before_anything_is_trained(run: Settings, settings, tmp_path: Path) -> None:  # type: ignore[no-untyped-def]
    (settings.ADAPTERS_DIR / "ours").mkdir(parents=True)
    assert refusal(run, TEXTS) == "adapter.exists"
    assert refusal(replace(run, name="../ours"), TEXTS) == "adapter.name_invalid"
    assert refusal(replace(run, name="new", model=str(tmp_path / "nowhere")), TEXTS) == "writer.model_missing"


def test_numbers_that_are_none_make_no_adapter(run: Settings, settings) -> None:  # type: ignore[no-untyped-def]
    assert refusal(replace(run, rate=1e30), TEXTS) == "finetune.failed"
    assert not settings.ADAPTERS_DIR.exists()


def test_card_has_a_loss_for_each_step(run: Settings) -> None:
    card: Card = finetune(replace(run, steps=0, epochs=1.0), TEXTS)
    assert [step for step, _ in card.losses] == [1, 2]
    assert card.epochs == 1.0
