"""`writing` and `structure`, each for a moment: the numbers that they promise, and no draft that breaks."""

from dataclasses import replace
from pathlib import Path

import pytest
from django.conf import settings
from django.test import override_settings

from storyengine.errors import Refused
from storyengine.generation.writer import local
from storyengine.generation.writer.local import timing
from storyengine.generation.writer.local.plain import random_model
from storyengine.showrun.bench import Bench, writing
from tests.generation.test_prompt import SMALL


@pytest.fixture(autouse=True)
def short(monkeypatch: pytest.MonkeyPatch) -> None:
    """Measure little: what the numbers are is for the command to say."""
    for name, value in {
        "ROUNDS": 1,
        "MANY": 2,
        "BRIEF": replace(SMALL, words=(10, 20)),
        "DRAFTS": 20,
        "AT_ONCE": 10,
    }.items():
        monkeypatch.setattr(writing, name, value)
    monkeypatch.setattr(timing, "TOKENS", 16)
    monkeypatch.setattr(local, "SOFT_TOKENS", 80)


def test_writing_measures_both_sides_in_one_run(tmp_path: Path) -> None:
    box = random_model("llama-tiny", settings.BOX_MODEL, tmp_path / "box")
    with override_settings(BOX_MODEL=str(box)):
        result = writing.measure_writing(Bench(print))
    asked = {"per_s_1", "per_s_8", "pipeline_per_s_1", "pipeline_per_s_8", "prefill_gain_8", "wall_8_over_1"}
    assert asked | {"schema_cost"} <= set(result)
    assert all(result[name] > 0 for name in asked)
    assert (result["model"], result["way"], result["device"]) == ("box", "bare", "cpu")


def test_writing_of_a_shape_measures_against_the_memory() -> None:
    result = writing.measure_writing(Bench(print, shape="llama-tiny"))
    assert 0 < result["share_of_limit"] < 1
    assert result["limit_per_s"] == pytest.approx(result["bandwidth_bytes_s"] / result["weights_bytes"])


def test_writing_of_an_unknown_shape_names_those_there_are() -> None:
    with pytest.raises(Refused, match="whale"):
        writing.measure_writing(Bench(print, shape="whale"))


def test_structure_holds_for_every_draft_of_a_model_that_knows_nothing() -> None:
    result = writing.measure_structure(Bench(print))
    assert (result["drafts"], result["valid"], result["invalid"]) == (20, 20, 0)
