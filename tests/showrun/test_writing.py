"""A branch is written anew where nothing can come of what was asked for; two shows of one story do not meddle."""

import pytest

from audience.models import Poll
from storyengine.editorial import review
from storyengine.editorial.models import Revision
from storyengine.editorial.release import withdraw
from storyengine.errors import Refused
from storyengine.generation.draft import cancel_drafts, fail_draft
from storyengine.generation.models import Brief, Draft
from storyengine.plot.models import Performance
from storyengine.showrun import cycle, stage_manager
from tests.factories import PerformanceFactory, take_over
from tests.showrun.test_cycle import draft_for, pass_deadline, started, vote, write
from tests.showrun.test_shift import shift

pytestmark = pytest.mark.django_db(transaction=True)


def beside(performance: Performance, showrunner) -> Performance:  # type: ignore[no-untyped-def]
    """Another live performance of the same story."""
    other = PerformanceFactory(story=performance.story)
    cycle.start(other.pk, by=showrunner)
    return other


def test_shift_in_one_show_leaves_the_drafts_of_another_alone(showrunner) -> None:  # type: ignore[no-untyped-def]
    performance = started(showrunner, shift_rule="rewrite")
    other = beside(performance, showrunner)
    take_over(draft_for(other, "Carry the thief"))
    shift(performance, "a sea monster please")
    vote(performance, "Carry the thief")
    pass_deadline(performance)
    assert draft_for(other, "Carry the thief").state == Draft.State.RUNNING
    reasons = Brief.objects.filter(performance=performance, choice__label="Carry the thief").values_list(
        "reason", flat=True
    )
    assert list(reasons) == ["ahead", "final"]


@pytest.mark.parametrize("again", [1, 2])
def test_winner_whose_draft_was_taken_back_is_written_anew(showrunner, editor, again: int) -> None:  # type: ignore[no-untyped-def]
    performance = started(showrunner)
    vote(performance, "Carry the thief")
    take_over(draft_for(performance, "Carry the thief"))
    for _ in range(again):
        cancel_drafts([draft_for(performance, "Carry the thief").pk])
        if Poll.objects.open().exists():
            pass_deadline(performance)
        stage_manager.advance_all()
        stage_manager.advance_all()
    fresh = draft_for(performance, "Carry the thief")
    assert (fresh.state, fresh.brief.reason) == (Draft.State.QUEUED, "final")
    assert Brief.objects.filter(choice__label="Carry the thief").count() == 1 + again
    write(fresh)
    review.approve(Revision.objects.get().pk, version=1, by=editor)
    assert performance.steps.count() == 2


def test_winner_whose_text_was_taken_off_the_desk_is_written_anew(showrunner) -> None:  # type: ignore[no-untyped-def]
    performance = started(showrunner)
    write(draft_for(performance, "Carry the thief"))
    withdraw(list(Revision.objects.all()), why="audit.elsewhere")
    vote(performance, "Carry the thief")
    pass_deadline(performance)
    assert draft_for(performance, "Carry the thief").brief.reason == "final"


def test_winner_whose_draft_failed_waits_for_a_hand(showrunner) -> None:  # type: ignore[no-untyped-def]
    performance = started(showrunner)
    vote(performance, "Carry the thief")
    fail_draft(take_over(draft_for(performance, "Carry the thief")), Refused("writer.model_missing", reason="nowhere"))
    pass_deadline(performance)
    stage_manager.advance_all()
    assert draft_for(performance, "Carry the thief").brief.reason == "ahead"
