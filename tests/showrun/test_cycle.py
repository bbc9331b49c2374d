"""The loop on the real database: each step, each way it can go, each race that matters."""

import threading
from datetime import timedelta

import pytest
from django.db import close_old_connections, connection
from django.utils import timezone

from audience.models import Ballot, Poll, Tally
from storyengine.editorial import review
from storyengine.editorial.models import Release, Revision
from storyengine.errors import Refused
from storyengine.generation.draft import fail_draft, stop_draft, store_answer
from storyengine.generation.models import Brief, Draft
from storyengine.generation.writer import Answer
from storyengine.plot.models import Choice, Performance
from storyengine.plot.path import current_step
from storyengine.showrun import cycle, stage_manager
from tests.factories import GuestFactory, answer_json, make_performance, take_over

pytestmark = pytest.mark.django_db(transaction=True)


def started(showrunner, **rules: object) -> Performance:  # type: ignore[no-untyped-def]
    performance = make_performance(**rules)
    cycle.start(performance.pk, by=showrunner)
    return performance


def choice(performance: Performance, label: str) -> Choice:
    return Choice.objects.get(scene=performance.story.start, label=label)


def vote(performance: Performance, label: str, times: int = 1) -> None:
    poll = Poll.objects.get(performance=performance, state="open")
    for _ in range(times):
        Ballot.objects.create(
            poll=poll, guest=GuestFactory(performance=performance), choices=[choice(performance, label).pk],
            cast_at=timezone.now(),
        )  # fmt: skip


def pass_deadline(performance: Performance) -> None:
    poll = Poll.objects.get(performance=performance, state="open")
    Poll.objects.filter(pk=poll.pk).update(
        opened_at=timezone.now() - timedelta(seconds=60), closes_at=timezone.now() - timedelta(seconds=1)
    )
    stage_manager.close_due_polls()


def write(draft: Draft, text: str = "") -> Draft:
    """Stand where the writer's process stands: claim the draft and store an answer."""
    claimed = take_over(draft)
    assert store_answer(claimed, Answer(text or answer_json(), "hand", 1, 10, 20, 0.1))
    return claimed


def draft_for(performance: Performance, label: str) -> Draft:
    return Draft.objects.filter(brief__performance=performance, brief__choice__label=label).latest("id")


def test_start_shows_the_first_scene_and_opens_its_poll(showrunner) -> None:  # type: ignore[no-untyped-def]
    performance = started(showrunner)
    step = current_step(performance)
    assert step is not None
    assert step.scene == performance.story.start
    poll = Poll.objects.get(performance=performance)
    assert poll.state == Poll.State.OPEN
    assert [offer.label for offer in poll.offers.all()] == ["Carry the widow", "Carry the thief", "Burn the ferry"]


def test_start_twice_is_refused(showrunner) -> None:  # type: ignore[no-untyped-def]
    performance = started(showrunner)
    with pytest.raises(Refused) as refused:
        cycle.start(performance.pk, by=showrunner)
    assert refused.value.code == "performance.started"


def test_open_poll_has_every_open_choice_written_ahead(showrunner) -> None:  # type: ignore[no-untyped-def]
    performance = started(showrunner)
    labels = Brief.objects.filter(performance=performance, reason="ahead").values_list("choice__label", flat=True)
    assert sorted(labels) == ["Burn the ferry", "Carry the thief"]


def test_write_ahead_off_writes_only_after_the_vote(showrunner) -> None:  # type: ignore[no-untyped-def]
    performance = started(showrunner, write_ahead=False)
    assert Brief.objects.filter(performance=performance).count() == 0
    vote(performance, "Carry the thief")
    pass_deadline(performance)
    brief = Brief.objects.get(performance=performance)
    assert (brief.reason, brief.choice.label, brief.context["votes"]) == ("final", "Carry the thief", [1, 1])


def test_authored_winner_is_simply_used(showrunner) -> None:  # type: ignore[no-untyped-def]
    performance = started(showrunner)
    vote(performance, "Carry the widow", 2)
    vote(performance, "Burn the ferry")
    pass_deadline(performance)
    step = current_step(performance)
    assert step is not None
    assert (step.position, step.scene.key) == (2, "far-bank")
    # the losers' drafts are taken back
    assert set(Draft.objects.values_list("state", flat=True)) == {"cancelled"}


def test_approved_ahead_is_released_when_the_poll_closes(showrunner, editor) -> None:  # type: ignore[no-untyped-def]
    performance = started(showrunner)
    write(draft_for(performance, "Carry the thief"))
    revision = Revision.objects.get()
    review.approve(revision.pk, version=1, by=editor)
    assert Release.objects.count() == 0
    vote(performance, "Carry the thief")
    pass_deadline(performance)
    step = current_step(performance)
    assert step is not None
    assert step.position == 2
    assert step.scene.beats.all()[0].text == "ODA ties the rope."
    release = Release.objects.get()
    assert (release.approved_by, release.scene) == (editor, step.scene)
    # and the next poll is open, over the branch's own choices
    poll = Poll.objects.get(performance=performance, state="open")
    assert [offer.label for offer in poll.offers.all()] == ["Ask the river", "Take the key", "Push off alone"]


def test_unapproved_winner_waits_for_the_editor(showrunner, editor) -> None:  # type: ignore[no-untyped-def]
    performance = started(showrunner)
    vote(performance, "Carry the thief")
    pass_deadline(performance)
    write(draft_for(performance, "Carry the thief"))
    assert performance.steps.count() == 1
    review.approve(Revision.objects.get().pk, version=1, by=editor)
    assert performance.steps.count() == 2


def test_changes_requested_leads_to_another_draft_with_the_note(showrunner, editor) -> None:  # type: ignore[no-untyped-def]
    performance = started(showrunner)
    write(draft_for(performance, "Carry the thief"))
    first = Revision.objects.get()
    review.request_changes(first.pk, version=1, by=editor, note="More fog.")
    brief = Brief.objects.get(reason="changes")
    assert brief.context["note"] == "More fog."
    assert "ODA ties the rope." in brief.context["earlier_draft"]
    write(brief.draft, answer_json(text="Fog swallows the rope."))
    second = Revision.objects.get(draft=brief.draft)
    assert second.state == Revision.State.IN_REVIEW
    review.approve(second.pk, version=1, by=editor)
    vote(performance, "Carry the thief")
    pass_deadline(performance)
    step = current_step(performance)
    assert step is not None
    assert step.scene.beats.first().text == "Fog swallows the rope."


def test_rejected_branch_is_written_afresh(showrunner, editor) -> None:  # type: ignore[no-untyped-def]
    performance = started(showrunner)
    write(draft_for(performance, "Carry the thief"))
    review.reject(Revision.objects.get().pk, version=1, by=editor)
    brief = Brief.objects.get(reason="changes")
    assert brief.context["earlier_draft"] == ""
    assert brief.draft.state == Draft.State.QUEUED


def test_no_votes_is_decided_by_the_rule_of_the_performance(showrunner) -> None:  # type: ignore[no-untyped-def]
    performance = started(showrunner, empty_rule="last")
    pass_deadline(performance)
    tally = Tally.objects.get()
    assert (tally.winner.label, tally.decided_by, tally.rule) == ("Burn the ferry", "default", "last")


def test_fallback_takes_the_strongest_ready_choice_when_the_writer_gave_up(showrunner) -> None:  # type: ignore[no-untyped-def]
    performance = started(showrunner, late_rule="fallback", late_seconds=600)
    vote(performance, "Carry the thief", 2)
    vote(performance, "Carry the widow")
    fail_draft(take_over(draft_for(performance, "Carry the thief")), Refused("writer.model_missing", reason="nowhere"))
    pass_deadline(performance)
    step = current_step(performance)
    assert step is not None
    assert step.scene.key == "far-bank"
    assert performance.log.filter(event="fallback.taken").exists()


def test_writer_that_hangs_leads_to_the_fallback_when_the_wait_is_over(showrunner) -> None:  # type: ignore[no-untyped-def]
    """Nobody has given the draft up: it is being written, for ever. The showrunner's rule ends that all the same."""
    performance = started(showrunner, late_rule="fallback", late_seconds=30)
    vote(performance, "Carry the thief", 2)
    vote(performance, "Carry the widow")
    take_over(draft_for(performance, "Carry the thief"))
    pass_deadline(performance)
    stage_manager.advance_all()
    assert performance.steps.count() == 1
    late = timezone.now() - timedelta(seconds=31)
    Tally.objects.update(frozen_at=late, decided_at=late)
    stage_manager.advance_all()
    step = current_step(performance)
    assert step is not None
    assert step.scene.key == "far-bank"
    assert Draft.objects.get(brief__choice__label="Carry the thief").state == Draft.State.CANCELLED


def test_draft_that_an_editor_stopped_leads_to_the_fallback_at_once(showrunner) -> None:  # type: ignore[no-untyped-def]
    performance = started(showrunner, late_rule="fallback", late_seconds=600)
    vote(performance, "Carry the thief")
    pass_deadline(performance)
    assert performance.steps.count() == 1
    stop_draft(draft_for(performance, "Carry the thief").pk, by="mara")
    step = current_step(performance)
    assert step is not None
    assert step.scene.key == "far-bank"


def test_hold_waits_as_long_as_it_takes(showrunner) -> None:  # type: ignore[no-untyped-def]
    performance = started(showrunner, late_rule="hold", late_seconds=0)
    vote(performance, "Carry the thief")
    pass_deadline(performance)
    stage_manager.advance_all()
    assert performance.steps.count() == 1


def test_end_withdraws_everything_unreleased(showrunner, editor) -> None:  # type: ignore[no-untyped-def]
    performance = started(showrunner)
    write(draft_for(performance, "Carry the thief"))
    cycle.end(performance.pk, by=showrunner)
    performance.refresh_from_db()
    assert performance.state == Performance.State.ENDED
    assert Revision.objects.get().state == Revision.State.WITHDRAWN
    with pytest.raises(Refused) as refused:
        review.approve(Revision.objects.get().pk, version=1, by=editor)
    assert refused.value.code == "revision.state"


def test_lost_signals_are_caught_by_the_sweep(showrunner, editor, settings) -> None:  # type: ignore[no-untyped-def]
    performance = started(showrunner)
    draft = draft_for(performance, "Carry the thief")
    # the writer died between its commit and the signal
    Draft.objects.filter(pk=draft.pk).update(state="written", text=answer_json())
    stage_manager.sweep()
    assert Revision.objects.get(draft=draft).state == Revision.State.IN_REVIEW


def test_ten_advances_at_once_take_each_step_once(showrunner) -> None:  # type: ignore[no-untyped-def]
    performance = started(showrunner)
    vote(performance, "Carry the widow")
    poll = Poll.objects.get(performance=performance, state="open")
    Poll.objects.filter(pk=poll.pk).update(
        opened_at=timezone.now() - timedelta(seconds=60), closes_at=timezone.now() - timedelta(seconds=1)
    )
    barrier = threading.Barrier(10)

    def race() -> None:
        barrier.wait()
        cycle.advance(performance.pk)
        connection.close()
        close_old_connections()

    threads = [threading.Thread(target=race) for _ in range(10)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(20)
    assert Tally.objects.count() == 1
    assert list(performance.steps.values_list("position", "scene__key")) == [(1, "start"), (2, "far-bank")]
