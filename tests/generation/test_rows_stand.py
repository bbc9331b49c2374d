"""What the database itself refuses: to make a brief, a candidate or a written draft into something else."""

from collections.abc import Callable

import pytest
from django.db import IntegrityError, transaction
from django.db.models import QuerySet

from storyengine.errors import Refused
from storyengine.generation.brief import make_brief
from storyengine.generation.draft import cancel_drafts, claim_draft, fail_draft, rank_texts, retry_draft, store_answer
from storyengine.generation.models import Brief, Candidate, Draft
from storyengine.generation.writer import Answer
from storyengine.plot.path import enter
from tests.factories import answer_json, make_performance

pytestmark = pytest.mark.django_db


@pytest.fixture
def draft() -> Draft:
    performance = make_performance()
    step = enter(performance, performance.story.start, choice=None)
    return make_brief(step, step.scene.choices.get(label="Carry the thief"), reason=Brief.Reason.AHEAD).draft


def write(draft: Draft) -> None:
    claimed = claim_draft(draft.pk)
    assert claimed is not None
    assert store_answer(claimed, Answer(answer_json(), "hand", 5, 10, 20, 0.5), rank_texts(claimed, [answer_json()]))


def refused(change: Callable[[], object]) -> bool:
    with pytest.raises(IntegrityError, match="never changed"), transaction.atomic():
        change()
    return True


def test_no_column_of_a_brief_or_a_candidate_can_be_changed(draft: Draft) -> None:
    write(draft)
    briefs, candidates = Brief.objects.all(), Candidate.objects.all()
    assert refused(lambda: briefs.update(context={}))
    assert refused(lambda: briefs.update(evidence={}))
    assert refused(lambda: briefs.update(source="other"))
    assert refused(lambda: candidates.update(text="Another."))
    assert refused(lambda: candidates.update(place=9))
    assert refused(lambda: candidates.update(score=1.0))


@pytest.mark.parametrize(
    ("column", "value"),
    [
        ("text", "Another."), ("model", "other"), ("seed", 6), ("remark", "fine"), ("seen", {}),
        ("written_at", None), ("prompt_hash", "x"), ("adapter", "other"),
    ],
)  # fmt: skip
def test_what_a_writer_wrote_stands(draft: Draft, column: str, value: object) -> None:
    write(draft)
    rows: QuerySet[Draft] = Draft.objects.filter(pk=draft.pk)
    assert refused(lambda: rows.update(**{column: value}))
    assert refused(lambda: rows.filter(text__gt="").update(text=""))


def test_a_draft_never_moves_to_another_brief(draft: Draft) -> None:
    step = draft.brief.step
    other = make_brief(step, step.scene.choices.get(label="Burn the ferry"), reason=Brief.Reason.AHEAD)
    Draft.objects.filter(brief=other).delete()
    assert refused(lambda: Draft.objects.filter(pk=draft.pk).update(brief=other))


def test_the_job_goes_on_changing(draft: Draft) -> None:
    claimed = claim_draft(draft.pk)
    assert claimed is not None
    fail_draft(claimed, Refused("writer.model_missing"))
    assert retry_draft(draft.pk)
    write(draft)
    assert Draft.objects.filter(pk=draft.pk).update(state=Draft.State.CANCELLED, rung_at="2026-01-01T00:00Z") == 1
    assert cancel_drafts([draft.pk]) == 0


def test_rows_go_with_their_performance(draft: Draft) -> None:
    write(draft)
    draft.brief.performance.delete()
    assert (Brief.objects.count(), Candidate.objects.count()) == (0, 0)
