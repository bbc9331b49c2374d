"""The brief's page, once its draft is written: the plan behind the text, and which wishes the text took up."""

import pytest
from django.contrib.auth.models import User
from django.test import Client

from audience.models import Comment
from storyengine.editorial import review
from storyengine.editorial.release import release
from storyengine.editorial.review import open_review
from storyengine.editorial.why import explain
from storyengine.generation.brief import context_of, make_brief
from storyengine.generation.draft import claim_draft, rank_texts, store_answer
from storyengine.generation.models import Brief, Draft
from storyengine.generation.writer import Answer
from storyengine.plot.path import enter
from storyengine.showrun.why import explain_path
from tests.editorial.conftest import text_of, written
from tests.factories import GuestFactory, answer_json, make_user

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(("text", "is_taken_up"), [("A sea monster rises.", True), ("ODA ties the rope.", False)])
def test_it_says_whether_the_draft_took_the_wish_up(brief: Brief, text: str, is_taken_up: bool) -> None:
    written(brief, text)
    why = explain(brief)
    assert why.influences[0].taken_up is is_taken_up
    assert why.plan is not None
    assert why.plan.change == "BRAM owes ODA"


def test_the_plan_is_that_of_the_candidate_that_the_text_was_made_of(
    client: Client, editor: User, brief: Brief
) -> None:
    """The first ranked, then the one that an editor takes, whose plan stays where single beats are edited."""
    texts = [
        answer_json(text=text).replace("BRAM owes ODA", change)
        for text, change in (("A sea monster rises.", "the monster is awake"), ("ODA ties the rope.", "the rope holds"))
    ]
    draft = claim_draft(brief.draft.pk)
    assert draft is not None
    store_answer(draft, Answer(texts[0], "box", 1, 10, 20, 1.5, others=(texts[1],)), rank_texts(draft, texts))
    revision = open_review(Draft.objects.get(pk=draft.pk))
    _first, second = revision.draft.candidates.all()

    def shown() -> tuple[int, str]:
        why = explain(brief)
        assert why.candidate is not None
        assert why.plan is not None
        return why.candidate.place, why.plan.change

    assert shown() == (1, "the monster is awake")
    review.take_candidate(revision.pk, second.pk, version=1, by=editor)
    assert shown() == (2, "the rope holds")
    client.force_login(editor)
    page = client.get(f"/desk/briefs/{brief.pk}/").content.decode()
    assert "Of candidate 2, which the text was made of." in page
    assert ("the rope holds" in page, "the monster is awake" in page) == (True, False)
    side_by_side = client.get(f"/desk/revisions/{revision.pk}/").content.decode()
    assert side_by_side.index("the monster is awake") < side_by_side.index("the rope holds")
    review.save_revision(revision.pk, text_of("ODA ties the rope."), version=2, by=editor)
    assert shown() == (2, "the rope holds")


@pytest.fixture
def planned(brief: Brief) -> Brief:
    """A brief whose only wish stands in its writer's plan, heading and choices, and not in the scene."""
    Comment.objects.all().delete()
    for number in range(2):
        guest = GuestFactory(performance=brief.performance)
        Comment.objects.create(
            performance=brief.performance, step=brief.step, guest=guest, ref=f"p{number}", text="a change of plan"
        )
    return make_brief(brief.step, brief.choice, reason=Brief.Reason.CHANGES, source="again")


def test_what_is_only_planned_is_not_taken_up(planned: Brief) -> None:
    """The answer's own keys hold "plan", "change" and "action"; the story says none of it."""
    assert [wish.text for wish in context_of(planned).wishes] == ["change plan"]
    written(planned, "ODA ties the rope.")
    assert [one.taken_up for one in explain(planned).influences] == [False]


def test_the_text_that_an_editor_made_of_it_is_judged_and_the_console_agrees(brief: Brief) -> None:
    """The draft's text says nothing of the outcome: an editor puts the monster in, and takes it out again."""
    editor = make_user("editor", "taker")
    draft = claim_draft(brief.draft.pk)
    texts = (answer_json(text="ODA ties the rope."), answer_json(text="A sea monster rises."))
    answer = Answer(texts[0], "box", 1, 10, 20, 1.5, others=texts[1:])
    assert draft is not None
    store_answer(draft, answer, rank_texts(draft, texts))
    revision = open_review(Draft.objects.get(pk=draft.pk))
    first = "A sea monster rises." in Draft.objects.get(pk=draft.pk).text
    assert explain(brief).influences[0].taken_up is first
    review.save_revision(revision.pk, text_of("A sea monster rises."), version=1, by=editor)
    assert explain(brief).influences[0].taken_up is True
    review.save_revision(revision.pk, text_of("ODA ties the rope."), version=2, by=editor)
    assert explain(brief).influences[0].taken_up is False
    review.approve(revision.pk, version=3, by=editor)
    enter(brief.performance, release(revision.pk).scene, choice=brief.choice)
    (_, shown) = explain_path(brief.performance)
    assert (shown.asked, shown.taken) == (("sea monster", "oda"), ("oda",))


def test_an_answer_that_cannot_be_read_takes_nothing_up(brief: Brief) -> None:
    draft = claim_draft(brief.draft.pk)
    assert draft is not None
    store_answer(draft, Answer("sea monster", "box", 1, 10, 20, 1.5))
    assert explain(brief).influences[0].taken_up is None
