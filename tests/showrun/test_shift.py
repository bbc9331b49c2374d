"""What the audience comes to want, or not to want, after a branch was written ahead."""

import pytest

from audience.models import Comment
from storyengine.editorial import review
from storyengine.editorial.models import Revision
from storyengine.generation.models import Brief
from storyengine.plot.models import Performance
from storyengine.plot.path import current_step
from storyengine.showrun.writing import have_written
from tests.factories import GuestFactory, answer_json
from tests.showrun.test_cycle import choice, draft_for, pass_deadline, started, vote, write

pytestmark = pytest.mark.django_db(transaction=True)


def shift(performance: Performance, words: str) -> None:
    for number in range(3):
        guest = GuestFactory(performance=performance)
        Comment.objects.create(
            performance=performance, step=current_step(performance), guest=guest, ref=str(number), text=words
        )


@pytest.mark.parametrize(("rule", "steps", "reasons"), [("stand", 2, ["ahead"]), ("rewrite", 1, ["ahead", "final"])])
def test_shifted_wishes_stand_or_rewrite(showrunner, editor, rule, steps, reasons) -> None:  # type: ignore[no-untyped-def]
    performance = started(showrunner, shift_rule=rule)
    write(draft_for(performance, "Carry the thief"))
    review.approve(Revision.objects.get().pk, version=1, by=editor)
    shift(performance, "a sea monster please")
    vote(performance, "Carry the thief")
    pass_deadline(performance)
    assert performance.steps.count() == steps
    briefs = Brief.objects.filter(step__position=1, choice__label="Carry the thief").order_by("id")
    assert [brief.reason for brief in briefs] == reasons
    if rule == "rewrite":
        assert briefs[1].context["wishes"][0]["text"] == "sea monster"
        assert Revision.objects.get().state == Revision.State.WITHDRAWN


@pytest.mark.parametrize(
    ("text", "before", "after", "reasons"),
    [
        ("A ghost unties the rope.", "", "no ghost please", ["ahead", "final"]),
        ("ODA ties the rope.", "", "no ghost please", ["ahead"]),  # keeps clear of it
        ("", "", "no ghost please", ["ahead", "final"]),  # not written yet: it may come to that
        ("A ghost unties the rope.", "no ghost please", "no ghost please", ["ahead"]),  # its writer was told
    ],
)
def test_what_people_turned_against_is_written_again(showrunner, text, before, after, reasons) -> None:  # type: ignore[no-untyped-def]
    performance = started(showrunner, shift_rule="rewrite", write_ahead=False)
    if before:
        shift(performance, before)
    step = current_step(performance)
    assert step is not None
    have_written(step, choice(performance, "Carry the thief"), Brief.Reason.AHEAD)
    if text:
        write(draft_for(performance, "Carry the thief"), answer_json(text=text))
    shift(performance, after)
    vote(performance, "Carry the thief")
    pass_deadline(performance)
    briefs = Brief.objects.filter(choice__label="Carry the thief").order_by("id")
    assert [brief.reason for brief in briefs] == reasons
    told = [[wish["text"] for wish in brief.context["unwanted"]] for brief in briefs]
    assert told == [["ghost"] if before else [], ["ghost"]][: len(reasons)]
