"""The console says of every scene of the path where it came from, and leads to the page that explains it."""

import pytest
from django.test import Client

from audience.models import Comment
from storyengine.editorial import review
from storyengine.editorial.release import release
from storyengine.generation.brief import make_brief
from storyengine.generation.draft import claim_draft, store_answer
from storyengine.generation.models import Brief, Draft
from storyengine.generation.writer import Answer
from storyengine.plot.models import Performance
from storyengine.plot.path import enter
from storyengine.showrun.why import explain_path
from tests.editorial.conftest import text_of
from tests.factories import GuestFactory, answer_json, make_performance, make_user

pytestmark = pytest.mark.django_db


@pytest.fixture
def performance() -> Performance:
    """Two people asked for a storm; the branch that was released has one."""
    performance = make_performance(state="live")
    step = enter(performance, performance.story.start, choice=None)
    for number in range(2):
        guest = GuestFactory(performance=performance)
        Comment.objects.create(performance=performance, step=step, guest=guest, ref=str(number), text="a storm!")
    choice = step.scene.choices.get(label="Carry the thief")
    draft = claim_draft(make_brief(step, choice, reason=Brief.Reason.FINAL).draft.pk)
    assert draft is not None
    store_answer(draft, Answer(answer_json(text="The storm takes the ferry."), "hand", 1, 1, 1, 0.1))
    revision = review.open_review(Draft.objects.get(pk=draft.pk))
    review.approve(revision.pk, version=1, by=make_user("editor"))
    release(revision.pk)
    choice.refresh_from_db()
    enter(performance, choice.to_scene, choice=choice)
    return performance


def test_each_scene_is_explained(performance: Performance, django_assert_num_queries) -> None:  # type: ignore[no-untyped-def]
    with django_assert_num_queries(2):
        first, written = explain_path(performance)
    assert (first.release, first.brief) == (None, None)
    assert (written.asked, written.taken) == (("storm",), ("storm",))
    assert written.brief == Brief.objects.get()


def test_console_leads_to_the_reasons(client: Client, performance: Performance) -> None:
    client.force_login(make_user("showrunner"))
    page = client.get(f"/console/{performance.code}/").content.decode()
    assert "takes up 1 of 1 wishes" in page
    assert "approved by editor" in page
    address = f"/desk/briefs/{Brief.objects.get().pk}/"
    assert f'href="{address}"' in page
    assert client.get(address).status_code == 200


def test_a_branch_that_was_written_by_hand_says_so(client: Client) -> None:
    performance, editor = make_performance(state="live"), make_user("editor")
    step = enter(performance, performance.story.start, choice=None)
    choice = step.scene.choices.get(label="Burn the ferry")
    revision = review.write_by_hand(step, choice, by=editor)
    review.save_revision(revision.pk, text_of("The ferry burns."), version=1, by=editor)
    review.approve(revision.pk, version=2, by=editor)
    enter(performance, release(revision.pk).scene, choice=choice)
    client.force_login(make_user("showrunner"))
    assert "written by hand" in client.get(f"/console/{performance.code}/").content.decode()
