"""An adapter in the weights: what PEFT would compute, out again to the bit, and refused where it is not whole."""

import json
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
import torch
from peft import LoraConfig, PeftModel, get_peft_model
from safetensors.torch import load_file, save_file
from transformers import AutoModelForCausalLM

from storyengine.generation import tasks
from storyengine.generation.adapters import CARD, CONFIG, WEIGHTS, Card, use_adapter, write_card
from storyengine.generation.models import WriterStatus
from storyengine.generation.writer.local import LocalWriter
from tests.factories import make_user
from tests.generation.test_prompt import SMALL

IDS = torch.tensor([[3, 5, 8, 13, 21, 34]])


@pytest.fixture
def adapter(settings, tmp_path: Path, folder: Path, writer: LocalWriter) -> Path:  # type: ignore[no-untyped-def]
    """Random and strong; of the writer's base."""
    settings.ADAPTERS_DIR = tmp_path / "adapters"
    path = settings.ADAPTERS_DIR / "loud"
    base = AutoModelForCausalLM.from_pretrained(folder)
    torch.manual_seed(3)
    lora = LoraConfig(r=4, lora_alpha=8, target_modules="all-linear", init_lora_weights=False, task_type="CAUSAL_LM")
    get_peft_model(base, lora).save_pretrained(path, save_embedding_layers=False)
    write_card(path, card_of("loud", writer.revision))
    return path


def card_of(name: str, base_revision: str) -> Card:
    return Card(
        name, "random", base_revision, "sft", 2, 3, 1.0, 7, 4, 1e-3, ((1, 4.0), (3, 3.5)), 2.0,
        "2026-11-24T10:00:00+00:00", "r" * 40, sources=("ferry.fountain",),
    )  # fmt: skip


@pytest.fixture(autouse=True)
def afterwards(writer: LocalWriter):  # type: ignore[no-untyped-def]
    yield
    writer.use("")


def logits(model) -> torch.Tensor:  # type: ignore[no-untyped-def]
    with torch.inference_mode():
        found: torch.Tensor = model(IDS).logits
    return found


def test_merged_is_what_peft_computes_and_taken_out_is_the_base(
    writer: LocalWriter, adapter: Path, folder: Path
) -> None:
    before = logits(writer.weights)
    wanted = logits(PeftModel.from_pretrained(AutoModelForCausalLM.from_pretrained(folder), adapter))
    writer.use("loud")
    merged = logits(writer.weights)
    assert (merged - before).abs().max() > 0.05
    torch.testing.assert_close(merged, wanted, rtol=1e-4, atol=1e-4)
    writer.use("")
    assert torch.equal(logits(writer.weights), before)


def test_switching_forgets_what_was_read_with_other_weights(writer: LocalWriter, adapter: Path) -> None:
    plain = writer.write(SMALL, seed=3)
    writer.use("loud")
    loud = writer.write(SMALL, seed=3)
    writer.use("loud")
    assert writer.write(SMALL, seed=3).tokens_known > 0
    assert (loud.tokens_known, loud.adapter, loud.adapter_revision) == (0, "loud", "r" * 40)
    writer.use("")
    assert writer.write(SMALL, seed=3).text == plain.text != loud.text
    assert (plain.adapter, plain.remark, loud.remark) == ("", "", "")


def _config(**fields: object) -> Callable[[Path], None]:
    def change(path: Path) -> None:
        (path / CONFIG).write_text(json.dumps(json.loads((path / CONFIG).read_text()) | fields))

    return change


def _weights(change: Callable[[dict[str, torch.Tensor]], dict[str, torch.Tensor]]) -> Callable[[Path], None]:
    return lambda path: save_file(change(load_file(path / WEIGHTS)), path / WEIGHTS)


BROKEN = {
    "no card": lambda path: (path / CARD).unlink(),
    "card is no JSON": lambda path: (path / CARD).write_text("{"),
    "card is a list": lambda path: (path / CARD).write_text("[]"),
    "no weights": lambda path: (path / WEIGHTS).unlink(),
    "weights cut off": lambda path: (path / WEIGHTS).write_bytes((path / WEIGHTS).read_bytes()[:900]),
    "weights are a pickle": lambda path: torch.save({"x": torch.ones(1)}, path / WEIGHTS),
    "no numbers": _weights(lambda all_: {name: one * float("nan") for name, one in all_.items()}),
    "another shape": _weights(lambda all_: {name: one[:, :1].contiguous() for name, one in all_.items()}),
    "unknown layer": _weights(lambda all_: {name.replace("layers.0", "layers.9"): one for name, one in all_.items()}),
    "half of it": _weights(lambda all_: {name: one for name, one in all_.items() if "lora_A" in name}),
    "more than LoRA": _config(use_dora=True),
    "another kind": _config(peft_type="IA3"),
    "whole layers beside": _config(modules_to_save=["lm_head"]),
}


@pytest.mark.parametrize("what", BROKEN)
def test_broken_adapter_is_told_and_the_base_writes_on(writer: LocalWriter, adapter: Path, what: str) -> None:
    before = logits(writer.weights)
    writer.use("loud")
    shutil.copytree(adapter, adapter.with_name("broken"))
    BROKEN[what](adapter.with_name("broken"))
    writer.use("broken")
    assert writer.adapter_error is not None
    assert (writer.adapter, writer.adapter_error.code) == ("", "adapter.broken")
    assert torch.equal(logits(writer.weights), before)


@pytest.mark.parametrize(("name", "code"), [("gone", "adapter.unknown"), ("other", "adapter.mismatch")])
def test_adapter_that_is_gone_or_foreign_is_told(writer: LocalWriter, adapter: Path, name: str, code: str) -> None:
    shutil.copytree(adapter, adapter.with_name("other"))
    write_card(adapter.with_name("other"), card_of("other", "0" * 40))
    writer.use(name)
    answer = writer.write(SMALL, seed=3)
    assert (answer.adapter, answer.remark.split(" ")[:5]) == ("", ["written", "without", "the", "adapter:", code])


def test_adapter_that_is_mended_is_taken_up(writer: LocalWriter, adapter: Path) -> None:
    card = (adapter / CARD).read_bytes()
    (adapter / CARD).unlink()
    writer.use("loud")
    assert writer.adapter == ""
    (adapter / CARD).write_bytes(card)
    writer.use("loud")
    assert (writer.adapter, writer.adapter_error) == ("loud", None)


@pytest.mark.django_db
def test_canary_takes_the_adapter_up_and_the_heartbeat_says_how_that_went(
    writer: LocalWriter, adapter: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tasks, "_writer", writer)
    use_adapter("loud", by=make_user("showrunner"))
    told = []
    for _ in range(2):
        tasks.sing("writer@here")
        tasks.report(WriterStatus.State.READY)
        told.append(WriterStatus.objects.values_list("adapter", "adapter_error_code", "adapter_error_reason").get())
        shutil.rmtree(adapter, ignore_errors=True)
    assert told == [("loud", "", ""), ("", "adapter.unknown", "loud")]
