"""Permissions on each story, asked for by the verbs; four eyes; who may overrule, correct, and read the log."""

import pytest
from django.contrib.auth.models import Group
from django.db import IntegrityError, transaction
from django.test import Client

from storyengine.editorial import findings, release, review, rules
from storyengine.editorial.models import (
    AuditEntry,
    CheckProfile,
    DeskRules,
    Overruling,
    Release,
    Review,
    Revision,
    StoryRole,
)
from storyengine.errors import Refused
from storyengine.plot.branch import branch_to_json
from storyengine.plot.path import freeze
from storyengine.showrun import people
from tests.editorial.conftest import TEXT, on_the_desk, text_of
from tests.editorial.test_claims import refusal
from tests.factories import make_performance, make_user

pytestmark = pytest.mark.django_db


def editor_of(story, name: str, role: str = "editor"):  # type: ignore[no-untyped-def]
    """Somebody with a role on one story and no group."""
    people.sign_in_words(role, name, story=story)
    return StoryRole.objects.get(user__username=name).user


def test_role_on_one_story_holds_there_alone(client: Client, db) -> None:  # type: ignore[no-untyped-def]
    people.ensure_groups()
    here, there = on_the_desk(), on_the_desk(make_performance(state="live"))
    ann = editor_of(here.performance.story, "ann")
    assert rules.may(ann, rules.EDIT)
    assert rules.may(ann, rules.EDIT, here.performance.story)
    assert not rules.may(ann, rules.EDIT, there.performance.story)
    review.save_revision(here.pk, text_of("Rain."), version=1, by=ann)
    assert refusal(review.save_revision, there.pk, text_of("Rain."), version=1, by=ann) == "request.forbidden"
    client.force_login(ann)
    assert client.get("/desk/").content.decode().count("<tr data-row") == 1
    assert client.get(f"/desk/revisions/{here.pk}/").status_code == 200
    assert client.get(f"/desk/revisions/{there.pk}/").status_code == 404
    assert client.get("/desk/audit/").status_code == 403


def test_showrunner_of_one_story_runs_that_one_alone(client: Client) -> None:
    people.ensure_groups()
    here, there = make_performance(), make_performance()
    client.force_login(editor_of(here.story, "sue", "showrunner"))
    assert client.get(f"/console/{here.code}/").status_code == 200
    assert client.get(f"/console/{there.code}/").status_code == 403
    assert client.post(f"/console/{there.code}/start/").status_code == 403
    page = client.get("/console/").content.decode()
    assert here.code in page
    assert there.code not in page


@pytest.mark.parametrize(
    ("role", "able"),
    [("audience", ""), ("editor", "e"), ("lead editor", "eocl"), ("showrunner", "eoclr"), ("admin", "eoclr")],
)
def test_each_group_may_exactly_what_it_should(role: str, able: str) -> None:
    user = make_user(role, "x")
    asked = {"e": rules.EDIT, "o": rules.OVERRULE, "c": rules.CORRECT, "l": rules.READ_AUDIT, "r": rules.RUN_SHOW}
    assert "".join(key for key, permission in asked.items() if rules.may(user, permission)) == able
    user.is_active = False
    assert not any(rules.may(user, permission) for permission in asked.values())


def test_four_eyes_need_two_people_for_one_version(editor) -> None:  # type: ignore[no-untyped-def]
    revision, second = on_the_desk(), make_user("editor", "second")
    DeskRules.objects.create(performance=revision.performance, four_eyes=True)
    assert review.approve(revision.pk, version=1, by=editor).state == "in_review"
    assert refusal(review.approve, revision.pk, version=1, by=editor) == "review.second_person"
    review.save_revision(revision.pk, text_of("Rain."), version=1, by=second)
    assert review.approve(revision.pk, version=2, by=second).state == "in_review"  # the first approved other words
    assert review.approve(revision.pk, version=2, by=editor).state == "approved"


def test_recall_takes_an_approval_back(editor) -> None:  # type: ignore[no-untyped-def]
    revision = review.approve(on_the_desk().pk, version=1, by=editor)
    back = review.recall(revision.pk, version=1, by=editor)
    assert (back.state, back.version) == ("in_review", 2)
    assert refusal(review.recall, revision.pk, version=2, by=editor) == "revision.state"


NUMBER = "Call +44 20 7123 4567."


def _with(words: str) -> Revision:
    revision = on_the_desk()
    Revision.objects.filter(pk=revision.pk).update(branch=branch_to_json(text_of(words)))
    revision.refresh_from_db()
    return revision


def test_blocking_finding_is_overruled_by_a_lead_editor_with_a_reason(editor) -> None:  # type: ignore[no-untyped-def]
    revision, lead = _with(NUMBER), make_user("lead editor", "lead")
    assert refusal(review.approve, revision.pk, version=1, by=lead) == "check.blocks"
    (found,) = findings.blocking(revision)
    assert refusal(findings.overrule, revision.pk, finding=found.key, reason="Ours.", by=editor) == "request.forbidden"
    assert refusal(findings.overrule, revision.pk, finding=found.key, reason=" ", by=lead) == "review.note_missing"
    assert refusal(findings.overrule, revision.pk, finding="0" * 32, reason="Ours.", by=lead) == "check.unknown"
    findings.overrule(revision.pk, finding=found.key, reason="It is the theatre’s own number.", by=lead)
    assert review.approve(revision.pk, version=1, by=editor).state == "approved"
    entry = AuditEntry.objects.get(action="overruled")
    assert (entry.by_name, entry.why, entry.detail["quote"]) == (
        "lead",
        "It is the theatre’s own number.",
        "+44 20 7123 4567",
    )


def test_overruling_holds_for_those_words_alone(editor) -> None:  # type: ignore[no-untyped-def]
    revision, lead = _with(NUMBER), make_user("lead editor", "lead")
    findings.overrule(revision.pk, finding=findings.blocking(revision)[0].key, reason="Ours.", by=lead)
    review.save_revision(revision.pk, text_of("Ring +44 20 7123 4567, or +44 20 7123 9999."), version=1, by=editor)
    revision.refresh_from_db()
    assert [found.quote for found in findings.blocking(revision)] == ["+44 20 7123 9999"]


def test_profile_of_the_story_decides_what_blocks() -> None:
    revision = _with(NUMBER)
    CheckProfile.objects.create(story=revision.performance.story, levels={"personal_data": "off", "length": "block"})
    assert [found.rule for found in findings.blocking(revision)] == ["length"]


# ------------------------------------------------------------------ release, correction, log


def released(editor) -> Release:  # type: ignore[no-untyped-def]
    return release.release(review.approve(on_the_desk().pk, version=1, by=editor).pk)


def test_correction_is_a_release_that_supersedes_and_leaves_the_first_as_it_was(editor) -> None:  # type: ignore[no-untyped-def]
    first, lead = released(editor), make_user("lead editor", "lead")
    assert refusal(release.begin_correction, first.pk, why="A typo.", by=editor) == "request.forbidden"
    assert refusal(release.begin_correction, first.pk, why=" ", by=lead) == "review.note_missing"
    revision = release.begin_correction(first.pk, why="A typo.", by=lead)
    review.save_revision(revision.pk, text_of("Thick fog."), version=1, by=lead)
    review.approve(revision.pk, version=2, by=lead)
    second = release.release_correction(revision.pk)
    first.refresh_from_db()
    assert (second.supersedes, second.note, second.scene, second.approved_by) == (first, "A typo.", first.scene, lead)
    assert first.revision.branch == branch_to_json(TEXT)
    second.scene.refresh_from_db()
    assert (freeze(second.scene).beats[0].text, second.scene.correction) == ("Thick fog.", "A typo.")
    assert freeze(second.scene).choices == ("Row", "Wait")
    assert refusal(release.begin_correction, first.pk, why="Again.", by=lead) == "release.superseded"


def test_second_of_two_corrections_at_once_is_refused(editor) -> None:  # type: ignore[no-untyped-def]
    first, lead = released(editor), make_user("lead editor", "lead")
    made = [release.begin_correction(first.pk, why="A typo.", by=lead) for _ in range(2)]
    for revision in made:
        review.approve(revision.pk, version=1, by=lead)
    release.release_correction(made[0].pk)
    assert refusal(release.release_correction, made[1].pk) == "release.superseded"


def test_database_refuses_to_change_what_was_written_down(editor) -> None:  # type: ignore[no-untyped-def]
    made = released(editor)
    findings_row = Overruling(revision=made.revision, finding="x", rule="r", reason="y", by=editor)
    findings_row.save()
    for rows, change in (
        (AuditEntry.objects.all(), {"why": "other"}),
        (Review.objects.all(), {"note": "other"}),
        (Release.objects.all(), {"note": "other"}),
        (Overruling.objects.all(), {"reason": "other"}),
        (Revision.objects.all(), {"branch": branch_to_json(text_of("Other."))}),
        (Revision.objects.all(), {"state": "in_review"}),
    ):
        assert rows.exists()
        with pytest.raises(IntegrityError), transaction.atomic():
            rows.update(**change)
        with pytest.raises(IntegrityError), transaction.atomic():
            rows._raw_delete(rows.db)


def test_log_has_every_transition_with_who_from_to_why_and_text(editor) -> None:  # type: ignore[no-untyped-def]
    revision = on_the_desk()
    review.save_revision(revision.pk, text_of("Rain."), version=1, by=editor)
    review.approve(revision.pk, version=2, by=editor)
    review.recall(revision.pk, version=2, by=editor)
    review.reject(revision.pk, version=3, by=editor, note="No.", reasons=["policy", "dull"])
    rows = AuditEntry.objects.values_list("action", "by_name", "from_state", "to_state", "version", "why", "reasons")
    assert list(rows) == [
        ("saved", "editor", "in_review", "in_review", 2, "", []),
        ("approved", "editor", "in_review", "approved", 2, "", []),
        ("recalled", "editor", "approved", "in_review", 3, "", []),
        ("rejected", "editor", "in_review", "rejected", 3, "No.", ["dull", "policy"]),
    ]
    assert {(entry.text or {})["scenes"][0]["beats"][0]["text"] for entry in AuditEntry.objects.all()} == {"Rain."}


def test_reason_that_is_not_on_the_list_is_refused(editor) -> None:  # type: ignore[no-untyped-def]
    with pytest.raises(Refused, match="xyz"):
        review.reject(on_the_desk().pk, version=1, by=editor, reasons=["xyz"])


def test_group_of_a_role_is_the_only_one_left() -> None:
    people.ensure_groups()
    people.sign_in_words("editor", "ann")
    people.sign_in_words("lead editor", "ann")
    assert list(Group.objects.filter(user__username="ann").values_list("name", flat=True)) == ["lead editor"]
