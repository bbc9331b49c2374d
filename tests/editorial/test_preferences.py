"""Verdicts as training data: what was approved, edited, sent back and thrown away, with the prompt and the reasons."""

import json
from io import StringIO

import pytest
from django.core.management import call_command

from storyengine.editorial import review
from storyengine.editorial.models import Revision
from storyengine.editorial.preferences import as_dpo, as_kto, as_sft, preferences
from storyengine.generation.brief import context_of, make_brief
from storyengine.generation.draft import claim_draft, rank_texts, store_answer
from storyengine.generation.models import Brief
from storyengine.generation.prompt import messages
from storyengine.generation.writer import Answer
from storyengine.plot.branch import branch_from_json
from storyengine.plot.path import enter
from tests.factories import answer_json, make_performance, make_user

pytestmark = pytest.mark.django_db


@pytest.fixture
def siblings() -> list[Revision]:
    return on_the_desk()


def on_the_desk() -> list[Revision]:
    """Four drafts of one choice, on the desk."""
    performance = make_performance(state="live")
    step = enter(performance, performance.story.start, choice=None)
    choice = step.scene.choices.get(label="Carry the thief")
    made = []
    for number in range(4):
        brief = make_brief(step, choice, reason=Brief.Reason.CHANGES, source=f"test-{number}")
        draft = claim_draft(brief.draft.pk)
        assert draft is not None
        store_answer(draft, Answer(answer_json(text=f"ODA ties knot {number}."), "hand", 1, 1, 1, 0.1))
        draft.refresh_from_db()
        made.append(review.open_review(draft))
    return made


def first_beat(text: str) -> str:
    return str(json.loads(text)["beats"][0]["text"])


def judged(siblings: list[Revision], editor) -> None:  # type: ignore[no-untyped-def]
    edited, rejected, policy, changed = siblings
    data = edited.branch
    data["scenes"][0]["beats"][0]["text"] = "ODA cuts the knot."
    review.save_revision(edited.pk, branch_from_json(data), version=1, by=editor)
    review.approve(edited.pk, version=2, by=editor)
    review.reject(rejected.pk, version=1, by=editor, reasons=["dull"], note="Nothing moves.")
    review.reject(policy.pk, version=1, by=editor, reasons=["policy"])
    review.request_changes(changed.pk, version=1, by=editor, note="Shorter.", reasons=["length"])


def test_each_verdict_has_prompt_draft_final_text_and_reasons(siblings, editor) -> None:  # type: ignore[no-untyped-def]
    judged(siblings, editor)
    rows = list(preferences())
    assert [(row.kind, row.reasons, row.note, row.teaches) for row in rows] == [
        ("edited", [], "", True),
        ("rejected", ["dull"], "Nothing moves.", True),
        ("rejected", ["policy"], "", False),
        ("changes", ["length"], "Shorter.", True),
    ]
    assert rows[0].prompt == messages(context_of(siblings[0].draft.brief))
    assert (first_beat(rows[0].draft), first_beat(rows[0].final)) == ("Oda ties knot 0.", "Oda cuts the knot.")


def test_training_forms_leave_policy_out(siblings, editor) -> None:  # type: ignore[no-untyped-def]
    judged(siblings, editor)
    rows = list(preferences())
    (sft,) = as_sft(rows)
    assert first_beat(sft["completion"][0]["content"]) == "Oda cuts the knot."
    pairs = [(first_beat(p["chosen"][0]["content"]), first_beat(p["rejected"][0]["content"])) for p in as_dpo(rows)]
    assert pairs == [
        ("Oda cuts the knot.", "Oda ties knot 0."),
        ("Oda cuts the knot.", "Oda ties knot 1."),
        ("Oda cuts the knot.", "Oda ties knot 3."),
    ]
    assert [line["label"] for line in as_kto(rows)] == [False, True, False, False]


def test_approved_as_written_is_no_edit(siblings, editor) -> None:  # type: ignore[no-untyped-def]
    review.approve(siblings[0].pk, version=1, by=editor)
    (row,) = preferences()
    assert (row.kind, row.draft == row.final) == ("approved", True)


def test_command_writes_json_lines(siblings, tmp_path) -> None:  # type: ignore[no-untyped-def]
    judged(siblings, make_user("editor", "ann"))
    call_command("export_preferences", str(tmp_path / "p.jsonl"), "--form", "dpo", stderr=StringIO())
    assert len([json.loads(line) for line in (tmp_path / "p.jsonl").read_text().splitlines()]) == 3
    out = StringIO()
    call_command("export_audit", "-", stdout=out)
    assert [json.loads(line)["action"] for line in out.getvalue().splitlines()].count("opened") == 4
    call_command("export_audit", str(tmp_path / "a.csv"))
    assert (tmp_path / "a.csv").read_text().startswith("id,at,action,by,by_name,story,performance")


@pytest.mark.parametrize(
    ("plan", "first"),
    [
        (False, '{"heading":"EXT. The Landing - DAY","beats":['),
        (True, '{"plan":{"wants":[{"who":"Oda"'),
    ],
)
def test_answer_is_written_as_the_writers_grammar_has_it(settings, editor, plan: bool, first: str) -> None:  # type: ignore[no-untyped-def]
    """Compact, and with the draft's plan where the brief asked for one."""
    settings.WRITER_PLANS = plan
    review.approve(on_the_desk()[0].pk, version=1, by=editor)
    (row,) = preferences()
    assert row.final.startswith(first)
    assert row.kind == "approved"
    assert list(json.loads(row.final))[-1] == "summary"


def test_the_candidate_that_an_editor_took_is_what_was_approved(editor) -> None:  # type: ignore[no-untyped-def]
    performance = make_performance(state="live")
    step = enter(performance, performance.story.start, choice=None)
    brief = make_brief(step, step.scene.choices.get(label="Carry the thief"), reason=Brief.Reason.AHEAD)
    draft = claim_draft(brief.draft.pk)
    assert draft is not None
    texts = [answer_json(text="Fog."), answer_json(text="A bell.").replace("BRAM owes ODA", "the bell is heard")]
    store_answer(draft, Answer(texts[0], "hand", 1, 1, 1, 0.1, others=(texts[1],)), rank_texts(draft, texts))
    draft.refresh_from_db()
    revision = review.open_review(draft)
    (other,) = draft.candidates.exclude(text=draft.text)
    review.take_candidate(revision.pk, other.pk, version=1, by=editor)
    review.approve(revision.pk, version=2, by=editor)
    (row,) = preferences()
    assert (row.kind, row.draft) == ("approved", row.final)
    assert json.loads(row.final)["plan"] == json.loads(other.text.replace("BRAM", "Bram").replace("ODA", "Oda"))["plan"]
