"""What an editor does: saved against a version, judged once, written down with the text as it stood."""

import threading

import pytest
from django.db import connection
from django.db.models import ProtectedError

from storyengine.editorial import review
from storyengine.editorial.models import Review, Revision
from storyengine.errors import Refused
from storyengine.plot.branch import branch_to_json
from tests.editorial.conftest import TEXT, on_the_desk, text_of
from tests.factories import make_story, make_user

pytestmark = pytest.mark.django_db


def refusal(verb, *arguments: object, **named: object) -> str:  # type: ignore[no-untyped-def]
    with pytest.raises(Refused) as refused:
        verb(*arguments, **named)
    return refused.value.code


def test_save_stores_the_text_and_counts_the_version(editor) -> None:  # type: ignore[no-untyped-def]
    saved = review.save_revision(on_the_desk().pk, text_of("Rain."), version=1, by=editor)
    assert (saved.branch, saved.version, saved.saved_by) == (branch_to_json(text_of("Rain.")), 2, editor)
    assert saved.state == Revision.State.IN_REVIEW


def test_save_of_the_same_text_changes_nothing(editor) -> None:  # type: ignore[no-untyped-def]
    saved = review.save_revision(on_the_desk(state="approved").pk, TEXT, version=1, by=editor)
    assert (saved.version, saved.state, saved.saved_by) == (1, "approved", None)


def test_save_of_a_stale_version_is_refused_and_keeps_the_first(editor) -> None:  # type: ignore[no-untyped-def]
    revision = on_the_desk()
    review.save_revision(revision.pk, text_of("First."), version=1, by=editor)
    assert refusal(review.save_revision, revision.pk, text_of("Second."), version=1, by=editor) == "revision.stale"
    revision.refresh_from_db()
    assert (revision.branch, revision.version) == (branch_to_json(text_of("First.")), 2)


def test_approved_text_that_is_edited_needs_approval_again(editor) -> None:  # type: ignore[no-untyped-def]
    revision = review.approve(on_the_desk().pk, version=1, by=editor)
    assert revision.state == Revision.State.APPROVED
    assert review.save_revision(revision.pk, text_of("Rain."), version=1, by=editor).state == Revision.State.IN_REVIEW
    assert refusal(review.approve, revision.pk, version=1, by=editor) == "revision.stale"
    review.approve(revision.pk, version=2, by=editor)
    verdicts = Review.objects.values_list("verdict", "version", "branch")
    assert list(verdicts) == [
        ("approved", 1, branch_to_json(TEXT)),
        ("approved", 2, branch_to_json(text_of("Rain."))),
    ]


def test_request_changes_needs_a_note(editor) -> None:  # type: ignore[no-untyped-def]
    revision = on_the_desk()
    assert refusal(review.request_changes, revision.pk, version=1, by=editor, note=" \x00 ") == "review.note_missing"
    review.request_changes(revision.pk, version=1, by=editor, note=" More\n fog. " + "x" * 600)
    (verdict,) = Review.objects.all()
    assert (verdict.verdict, verdict.by, verdict.note[:10], len(verdict.note)) == ("changes", editor, "More fog. ", 500)


@pytest.mark.parametrize("state", ["changes", "released", "rejected", "withdrawn"])
def test_what_left_the_desk_is_neither_saved_nor_judged(editor, state: str) -> None:  # type: ignore[no-untyped-def]
    pk = on_the_desk(state=state).pk
    assert refusal(review.save_revision, pk, text_of("Rain."), version=1, by=editor) == "revision.state"
    assert refusal(review.approve, pk, version=1, by=editor) == "revision.state"
    assert refusal(review.request_changes, pk, version=1, by=editor, note="x") == "revision.state"
    assert refusal(review.reject, pk, version=1, by=editor) == "revision.state"
    assert Revision.objects.get().branch == branch_to_json(TEXT)
    assert Review.objects.count() == 0


def test_nobody_but_an_editor_may_do_anything(editor, guest_user) -> None:  # type: ignore[no-untyped-def]
    revision = on_the_desk()
    pk, step, choice = revision.pk, revision.step, revision.choice
    dismissed = make_user("editor", "dismissed", password=None)
    type(dismissed).objects.filter(pk=dismissed.pk).update(is_active=False)
    for by in (guest_user, type(dismissed).objects.get(pk=dismissed.pk)):
        assert refusal(review.save_revision, pk, text_of("Rain."), version=1, by=by) == "request.forbidden"
        assert refusal(review.approve, pk, version=1, by=by) == "request.forbidden"
        assert refusal(review.request_changes, pk, version=1, by=by, note="x") == "request.forbidden"
        assert refusal(review.reject, pk, version=1, by=by) == "request.forbidden"
        assert refusal(review.write_by_hand, step, choice, by=by) == "request.forbidden"
    revision.refresh_from_db()
    assert (revision.branch, revision.state, Review.objects.count()) == (branch_to_json(TEXT), "in_review", 0)


def test_unknown_revision_is_not_found(editor) -> None:  # type: ignore[no-untyped-def]
    assert refusal(review.approve, 10**12, version=1, by=editor) == "request.not_found"


@pytest.mark.django_db(transaction=True)
def test_two_verdicts_at_once_leave_one() -> None:
    editors = [make_user("editor", name, password=None) for name in ("ann", "ben")]
    pk = on_the_desk().pk
    barrier, outcomes = threading.Barrier(2), []

    def judge(verb, by) -> None:  # type: ignore[no-untyped-def]
        barrier.wait()
        try:
            outcomes.append(verb(pk, version=1, by=by).state)
        except Refused as refused:
            outcomes.append(refused.code)
        connection.close()

    threads = [
        threading.Thread(target=judge, args=pair) for pair in zip([review.approve, review.reject], editors, strict=True)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(10)
    assert len(outcomes) == 2
    assert outcomes.count("revision.state") == 1
    assert Revision.objects.get().state in outcomes
    assert Review.objects.count() == 1


def test_write_by_hand_starts_from_the_scenes_heading(editor) -> None:  # type: ignore[no-untyped-def]
    desk = on_the_desk()
    made = review.write_by_hand(desk.step, desk.choice, by=editor)
    assert (made.draft, made.state, made.saved_by, made.choice) == (None, "drafted", editor, desk.choice)
    assert made.branch["scenes"][0]["heading"] == "EXT. THE LANDING - DAWN"


def test_write_by_hand_refuses_a_choice_of_another_scene_or_one_that_leads_on(editor) -> None:  # type: ignore[no-untyped-def]
    step = on_the_desk().step
    elsewhere = make_story().start.choices.first()
    taken = step.scene.choices.get(label="Carry the widow")
    assert refusal(review.write_by_hand, step, elsewhere, by=editor) == "choice.unknown"
    assert refusal(review.write_by_hand, step, taken, by=editor) == "choice.taken"


def test_judged_text_cannot_be_deleted(editor) -> None:  # type: ignore[no-untyped-def]
    revision = review.approve(on_the_desk().pk, version=1, by=editor)
    with pytest.raises(ProtectedError):
        revision.delete()
