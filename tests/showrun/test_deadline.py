"""Nobody approves in time: the audience waits, the poll goes on, or what passes every check goes out, if so chosen."""

from datetime import timedelta

import pytest
from django.db import transaction
from django.test import Client
from django.utils import timezone

from audience import sight
from audience.models import Poll, Tally
from storyengine.editorial import claims, release, review
from storyengine.editorial.models import AuditEntry, DeskRules, Release, Review, Revision
from storyengine.errors import Refused
from storyengine.generation.models import Brief
from storyengine.plot.branch import branch_from_json, branch_to_json
from storyengine.plot.models import Performance
from storyengine.plot.path import current_step
from storyengine.script.compose import screenplay_of
from storyengine.script.formats import FORMATS
from storyengine.showrun import cycle, deadline, stage_manager
from tests.factories import answer_json
from tests.showrun.test_cycle import draft_for, pass_deadline, started, vote, write

pytestmark = pytest.mark.django_db(transaction=True)
LONG = " ".join(f"ODA ties the rope number {n} to the post." for n in "one two three four".split())


def on_desk(showrunner, text: str = LONG, **rules: object) -> tuple[Performance, Revision]:  # type: ignore[no-untyped-def]
    """A live performance in which "Carry the thief" leads and its branch waits unread."""
    performance = started(showrunner, **rules)
    write(draft_for(performance, "Carry the thief"), answer_json("Take the rope", text))
    vote(performance, "Carry the thief", 2)
    return performance, Revision.objects.get(choice__label="Carry the thief")


def position(performance: Performance) -> int:
    step = current_step(performance)
    assert step is not None
    return step.position


def wait_over(performance: Performance) -> None:
    """As if the poll had closed long ago."""
    Tally.objects.filter(poll__performance=performance).update(decided_at=timezone.now() - timedelta(hours=1))
    cycle.advance(performance.pk)


def test_hold_waits_for_ever_and_releases_nothing_unread(showrunner) -> None:  # type: ignore[no-untyped-def]
    performance, _revision = on_desk(showrunner, late_rule="hold")
    pass_deadline(performance)
    wait_over(performance)
    assert (position(performance), Release.objects.count()) == (1, 0)


def test_extend_keeps_the_poll_open_until_the_leading_branch_is_approved(showrunner, editor) -> None:  # type: ignore[no-untyped-def]
    performance, revision = on_desk(showrunner, late_rule="extend", late_seconds=600)
    pass_deadline(performance)
    poll = Poll.objects.get(performance=performance)
    assert poll.state == "open"
    assert timedelta(seconds=10) < poll.closes_at - timezone.now() <= timedelta(seconds=deadline.EXTENSION_S)
    review.approve(revision.pk, version=1, by=editor)
    pass_deadline(performance)
    assert position(performance) == 2


def test_extend_ends_after_the_wait_and_then_holds(showrunner) -> None:  # type: ignore[no-untyped-def]
    performance, _revision = on_desk(showrunner, late_rule="extend", late_seconds=0)
    pass_deadline(performance)
    assert (Poll.objects.get(performance=performance).state, position(performance)) == ("closed", 1)


def test_extend_does_not_wait_for_an_authored_branch(showrunner) -> None:  # type: ignore[no-untyped-def]
    performance = started(showrunner, late_rule="extend", late_seconds=600)
    vote(performance, "Carry the widow")
    pass_deadline(performance)
    assert position(performance) == 2


def test_fallback_takes_the_authored_branch_when_the_wait_is_over(showrunner) -> None:  # type: ignore[no-untyped-def]
    performance, revision = on_desk(showrunner, late_rule="fallback", late_seconds=30)
    vote(performance, "Carry the widow")
    pass_deadline(performance)
    assert position(performance) == 1
    wait_over(performance)
    step = current_step(performance)
    assert step is not None
    assert (step.position, step.scene.key) == (2, "far-bank")
    revision.refresh_from_db()
    assert revision.state == "withdrawn"


def test_unread_goes_out_only_where_it_was_switched_on(showrunner) -> None:  # type: ignore[no-untyped-def]
    performance, revision = on_desk(showrunner)
    deadline.set_desk_rules(performance.pk, four_eyes=True, unread=True, by=showrunner)
    assert Release.objects.count() == 0  # while people vote an editor has the time
    pass_deadline(performance)
    made = Release.objects.get()
    verdict = Review.objects.get()
    assert (made.revision, made.approved_by, verdict.unread, position(performance)) == (revision, showrunner, True, 2)
    assert AuditEntry.objects.get(action="approved").detail == {"unread": True}


@pytest.mark.parametrize("text", ["He stabs the thief with a knife. " + LONG, "Call +44 20 7123 4567. " + LONG])
def test_unread_text_that_a_check_warns_of_stays(showrunner, text: str) -> None:  # type: ignore[no-untyped-def]
    performance, _revision = on_desk(showrunner, text)
    deadline.set_desk_rules(performance.pk, four_eyes=False, unread=True, by=showrunner)
    pass_deadline(performance)
    assert (position(performance), Release.objects.count()) == (1, 0)


def test_unread_leaves_to_an_editor_what_they_hold_until_the_wait_is_over(showrunner, editor) -> None:  # type: ignore[no-untyped-def]
    performance, revision = on_desk(showrunner, late_seconds=60)
    claims.claim(revision.pk, by=editor)
    deadline.set_desk_rules(performance.pk, four_eyes=False, unread=True, by=showrunner)
    pass_deadline(performance)
    assert position(performance) == 1
    wait_over(performance)
    assert position(performance) == 2


def test_desk_rules_are_the_showrunners_and_written_down(showrunner, editor) -> None:  # type: ignore[no-untyped-def]
    performance = started(showrunner)
    with pytest.raises(Refused):
        deadline.set_desk_rules(performance.pk, four_eyes=True, unread=True, by=editor)
    deadline.set_desk_rules(performance.pk, four_eyes=False, unread=True, by=showrunner)
    deadline.set_desk_rules(performance.pk, four_eyes=False, unread=True, by=showrunner)
    assert AuditEntry.objects.filter(action="desk_rules_set").count() == 1
    deadline.set_desk_rules(performance.pk, four_eyes=False, unread=False, by=showrunner)
    assert DeskRules.objects.get().unread_by is None


def test_console_and_desk_say_at_all_times_that_unread_text_may_go_out(showrunner, client: Client) -> None:  # type: ignore[no-untyped-def]
    performance, _revision = on_desk(showrunner)
    client.force_login(showrunner)
    page = f"/console/{performance.code}/"
    assert b"Unread text may go out." not in client.get(page, headers={"HX-Request": "true"}).content
    assert client.post(f"{page}desk/", {"unread": "on"}).status_code == 302
    assert b"Unread text may go out." in client.get(page, headers={"HX-Request": "true"}).content
    assert b"goes out <strong>unread</strong>" in client.get("/desk/").content


@pytest.mark.parametrize("verb", ["start", "close_now", "end"])
def test_loop_is_the_showrunners_to_run(showrunner, editor, verb: str) -> None:  # type: ignore[no-untyped-def]
    performance = started(showrunner)
    with pytest.raises(Refused) as refused:
        getattr(cycle, verb)(performance.pk, by=editor)
    assert refused.value.code == "request.forbidden"


# ------------------------------------------------------------------ a request for some beats; a correction


def test_selected_beats_are_written_again_and_all_others_stay(showrunner, editor) -> None:  # type: ignore[no-untyped-def]
    performance, revision = on_desk(showrunner)
    kept = branch_from_json(revision.branch).scenes[0]
    review.request_changes(revision.pk, version=1, by=editor, note="Angrier.", selection=(1, 2), reasons=["voice"])
    brief = Brief.objects.get(reason="changes")
    assert ">>>\nODA: You owe me for the last time.\n<<<" in brief.context["earlier_draft"]
    assert brief.context["note"].endswith("Angrier.")
    assert brief.context["words"] == [20, 40]
    write(draft_for(performance, "Carry the thief"), answer_json("Swim", "She kicks the post."))
    again = Revision.objects.latest("id")
    scene = branch_from_json(again.branch).scenes[0]
    assert (scene.beats[0], scene.beats[-2:]) == (kept.beats[0], kept.beats[2:])
    assert scene.beats[1].text == "She kicks the post."
    assert (scene.choices, scene.heading, scene.summary) == (kept.choices, kept.heading, kept.summary)


@pytest.mark.parametrize("selection", [(2, 2), (-1, 1), (0, 99)])
def test_selection_that_the_text_does_not_have_is_refused(showrunner, editor, selection) -> None:  # type: ignore[no-untyped-def]
    _performance, revision = on_desk(showrunner)
    with pytest.raises(Refused) as refused:
        review.request_changes(revision.pk, version=1, by=editor, note="x", selection=selection)
    assert refused.value.code == "review.selection"


def test_correction_reaches_the_audience_and_the_script(showrunner, editor) -> None:  # type: ignore[no-untyped-def]
    performance, revision = on_desk(showrunner)
    review.approve(revision.pk, version=1, by=editor)
    pass_deadline(performance)
    fix = release.begin_correction(Release.objects.get().pk, why="A wrong name.", by=showrunner)
    text = branch_to_json(branch_from_json(fix.branch))
    text["scenes"][0]["beats"][0]["text"] = "ODA cuts the rope."
    review.save_revision(fix.pk, branch_from_json(text), version=1, by=showrunner)
    review.approve(fix.pk, version=2, by=showrunner)
    shown = sight.read_snapshot(performance.pk)["scene"]
    assert (shown["beats"][0]["text"], shown["correction"]) == ("ODA cuts the rope.", "A wrong name.")
    assert "ODA cuts the rope." in FORMATS["fountain"].write(screenplay_of(performance)).decode()
    assert [made.note for made in Release.objects.order_by("id")] == ["", "A wrong name."]


def test_correction_that_was_approved_while_nobody_listened_is_swept_up(showrunner, editor) -> None:  # type: ignore[no-untyped-def]
    performance, revision = on_desk(showrunner)
    review.approve(revision.pk, version=1, by=editor)
    pass_deadline(performance)
    fix = release.begin_correction(Release.objects.get().pk, why="A typo.", by=showrunner)
    with transaction.atomic():
        Review.objects.create(revision=fix, verdict="approved", by=showrunner, branch=fix.branch, version=1)
        Revision.objects.filter(pk=fix.pk).update(state="approved")
    stage_manager.sweep()
    assert Release.objects.count() == 2
