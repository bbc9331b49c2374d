"""`manage.py finetune`: what it learns from, what it leaves out, what it refuses, and that it really trains."""

import json
from io import StringIO
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

from storyengine.editorial import review
from storyengine.errors import Refused
from storyengine.generation.adapters import read_card
from storyengine.showrun.lessons import file_lines, verdict_lines
from tests.editorial.test_preferences import first_beat, judged, siblings  # noqa: F401
from tests.factories import make_user
from tests.generation.finetune.test_scripts import SCRIPT

pytestmark = pytest.mark.django_db


@pytest.fixture
def script(settings, tmp_path: Path) -> Path:  # type: ignore[no-untyped-def]
    settings.ADAPTERS_DIR, settings.VAR_DIR = tmp_path / "adapters", tmp_path
    settings.WRITER_MODEL, settings.WRITER_URL = settings.BOX_MODEL, ""
    path = tmp_path / "scripts" / "ferry.fountain"
    path.parent.mkdir()
    path.write_text(SCRIPT)
    return path


def finetune(*arguments: object) -> str:
    out = StringIO()
    call_command("finetune", *map(str, arguments), stdout=out, stderr=StringIO())
    return out.getvalue()


def refusal(*arguments: object) -> tuple[str, str]:
    with pytest.raises(Refused) as refused:
        finetune(*arguments)
    return refused.value.code, str(refused.value.detail["reason"])


def test_scripts_make_an_adapter_of_the_writers_own_model(script: Path) -> None:
    told = finetune("sft", "--scripts", script.parent, "--steps", 2, "--batch", 2, "--threads", 1, "--name", "ferry")
    card = read_card("ferry")
    assert told.startswith("ferry: 2 examples, 2 steps in ")
    assert (card.base, card.method, card.sources) == ("box", "sft", ("ferry.fountain",))


def test_verdicts_in_the_database_make_an_adapter(script: Path, siblings) -> None:  # type: ignore[no-untyped-def]  # noqa: F811
    judged(siblings, make_user("editor"))
    finetune("kto", "--steps", 2, "--batch", 2, "--threads", 1, "--name", "verdicts")
    card = read_card("verdicts")
    assert (card.method, card.examples, card.sources) == ("kto", 4, ("verdicts",))


def test_policy_and_duplicates_are_left_out_of_all_that_is_learnt(script: Path, siblings, tmp_path: Path) -> None:  # type: ignore[no-untyped-def]  # noqa: F811
    editor = make_user("editor")
    good, policy, duplicate, dull = siblings
    review.approve(good.pk, version=1, by=editor)
    review.reject(policy.pk, version=1, by=editor, reasons=["policy"])
    review.reject(duplicate.pk, version=1, by=editor, reasons=["duplicate", "dull"])
    review.reject(dull.pk, version=1, by=editor, reasons=["dull"])
    records = tmp_path / "records.jsonl"
    call_command("export_preferences", str(records), stderr=StringIO())
    for read in (verdict_lines, lambda method: file_lines(method, records)):
        learnt = {method: json.dumps(read(method)[0]) for method in ("sft", "dpo", "kto")}
        assert [len(read(method)[0]) for method in learnt] == [1, 1, 2]
        for text in learnt.values():
            assert "knot 0" in text
            assert "knot 1" not in text
            assert "knot 2" not in text
        assert "knot 3" in learnt["dpo"]


def test_file_that_calls_a_policy_rejection_a_lesson_is_not_believed(script: Path, siblings, tmp_path: Path) -> None:  # type: ignore[no-untyped-def]  # noqa: F811
    judged(siblings, make_user("editor"))
    records = tmp_path / "records.jsonl"
    call_command("export_preferences", str(records), stderr=StringIO())
    records.write_text(records.read_text().replace('"teaches": false', '"teaches": true'))
    assert len(file_lines("kto", records)[0]) == 4
    call_command("export_preferences", str(records), "--form", "dpo", stderr=StringIO())
    assert file_lines("dpo", records)[0] == verdict_lines("dpo")[0]


def test_nothing_to_learn_from_is_refused(script: Path, tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    assert refusal("dpo") == ("finetune.nothing", "no example for dpo in verdicts")
    assert refusal("sft", "--scripts", tmp_path / "empty")[0] == "finetune.nothing"
    assert refusal("kto", "--story", "nowhere") == ("story.unknown", "nowhere")
    assert refusal("kto", "--scripts", script) == ("finetune.source", "a script has no verdicts: kto needs them")


def test_broken_files_are_named(script: Path, tmp_path: Path) -> None:
    (tmp_path / "b.fdx").write_text("<FinalDraft>")
    code, reason = refusal("sft", "--scripts", tmp_path / "b.fdx")
    assert (code, reason[:7]) == ("script.invalid", "b.fdx: ")
    assert refusal("sft", "--scripts", tmp_path / "no.fountain")[0] == "script.invalid"
    lines = {"{": "line 1: no JSON", "[]": "line 1: no JSON object", '{"kind": "edited"}': "not all lines are records"}
    for text, told in lines.items():
        (tmp_path / "p.jsonl").write_text(text)
        code, reason = refusal("dpo", "--preferences", tmp_path / "p.jsonl")
        assert (code, told in reason) == ("finetune.file_broken", True), reason
    (tmp_path / "p.jsonl").write_bytes(b"\xff\xfe")
    assert refusal("dpo", "--preferences", tmp_path / "p.jsonl")[1].endswith("not UTF-8")
    (tmp_path / "p.jsonl").write_text('{"prompt": "no chat"}\n')
    assert refusal("sft", "--preferences", tmp_path / "p.jsonl")[1] == "p.jsonl, line 1: no example for sft"


def test_name_model_and_numbers_are_checked_first(script: Path, settings, tmp_path: Path) -> None:  # type: ignore[no-untyped-def]
    run = ("sft", "--scripts", script)
    (tmp_path / "adapters" / "taken").mkdir(parents=True)
    assert refusal(*run, "--name", "taken") == ("adapter.exists", "taken")
    assert refusal(*run, "--name", "../x")[0] == "adapter.name_invalid"
    assert refusal(*run, "--model", tmp_path / "nowhere")[0] == "writer.model_missing"
    assert refusal(*run, "--name", "new", "--resume") == ("finetune.resume", "new")
    for wrong in (["--resume"], ["--steps", "-1"], ["--epochs", "0"]):
        with pytest.raises(CommandError):
            finetune(*run, *wrong)
    settings.WRITER_URL = "http://vllm:8000/v1"
    assert refusal(*run)[0] == "adapter.remote"
