"""The brief's page: from each sentence of influence back to the comments behind it."""

from dataclasses import replace

import pytest
from django.contrib.auth.models import User
from django.test import Client

from audience import scoring
from audience.models import Comment
from storyengine.editorial.review import open_review
from storyengine.editorial.why import explain
from storyengine.generation.brief import context_of, make_brief
from storyengine.generation.draft import claim_draft, store_answer
from storyengine.generation.memory import keep_fact
from storyengine.generation.models import Brief, Draft
from storyengine.generation.writer import Answer
from storyengine.plot.path import enter
from storyengine.plot.snapshot import story_snapshot, version_of
from tests.factories import BeatFactory, GuestFactory, answer_json, make_performance, make_user

pytestmark = pytest.mark.django_db


@pytest.fixture
def brief() -> Brief:
    performance = make_performance(state="live", directive="Bring back the widow.")
    step = enter(performance, performance.story.start, choice=None)
    BeatFactory(scene=step.scene, position=9, text="BRAM hides the oar.")
    for number, text in enumerate(
        ["a sea monster, please!", "sea monster", "Sea monster!!", "I love Oda", "Oda is great"]
    ):
        Comment.objects.create(
            performance=performance, step=step, guest=GuestFactory(performance=performance), ref=str(number),
            text=text, sentiment=0.5,
        )  # fmt: skip
    return make_brief(step, step.scene.choices.get(label="Carry the thief"), reason=Brief.Reason.FINAL)


def written(brief: Brief, text: str) -> None:
    draft = claim_draft(brief.draft.pk)
    assert draft is not None
    store_answer(draft, Answer(answer_json(text=text), "box", 1, 10, 20, 1.5))


def test_each_wish_leads_back_to_its_comments(brief: Brief) -> None:
    why = explain(brief)
    (monster,) = [one for one in why.influences if "monster" in one.wish.text]
    assert [comment.text for comment in monster.comments] == ["a sea monster, please!", "sea monster", "Sea monster!!"]
    assert (monster.wish.guests, monster.share, monster.taken_up) == (3, 1.0, None)
    assert why.context.loved == (("ODA", 2),)
    assert why.draft is None


def test_what_is_not_wanted_leads_back_to_its_comments_and_is_no_wish(
    client: Client, editor: User, brief: Brief
) -> None:
    texts = ["don't kill Oda", "never kill Oda!", "I hate the ghost", "no more ghost", "I hate Bram", "Bram is awful"]
    for number, text in enumerate(texts):
        Comment.objects.create(
            performance=brief.performance, step=brief.step, guest=GuestFactory(performance=brief.performance),
            ref=f"against {number}", text=text, sentiment=scoring.sentiment(text, language="en"),
        )  # fmt: skip
    choice = brief.step.scene.choices.get(label="Carry the widow")
    later = make_brief(brief.step, choice, reason=Brief.Reason.FINAL)
    written(later, "ODA greets a ghost.")
    why = explain(later)
    assert context_of(later) == why.context
    assert [(one.wish.text, one.wish.guests, one.taken_up) for one in why.unwanted] == [
        ("kill oda", 2, False), ("ghost", 2, True),
    ]  # fmt: skip
    assert [comment.text for comment in why.unwanted[0].comments] == ["don't kill Oda", "never kill Oda!"]
    assert why.context.hated == (("BRAM", 2),)  # told once: nobody asks for a story without him
    assert not {"ghost", "kill", "bram"} & {word for one in why.influences for word in one.wish.text.split()}
    client.force_login(editor)
    shown = client.get(f"/desk/briefs/{later.pk}/").content.decode()
    for words in ("What the audience does not want", "done all the same", "left alone", "never kill Oda!"):
        assert words in shown


def test_a_hidden_comment_is_not_quoted_any_more(brief: Brief) -> None:
    Comment.objects.filter(text="sea monster").update(hidden_at="2026-01-01T00:00Z")
    (monster,) = [one for one in explain(brief).influences if "monster" in one.wish.text]
    assert (len(monster.comments), monster.more) == (2, 1)


@pytest.mark.parametrize(("text", "is_taken_up"), [("A sea monster rises.", True), ("ODA ties the rope.", False)])
def test_it_says_whether_the_draft_took_the_wish_up(brief: Brief, text: str, is_taken_up: bool) -> None:
    written(brief, text)
    why = explain(brief)
    assert why.influences[0].taken_up is is_taken_up
    assert why.plan is not None
    assert why.plan.change == "BRAM owes ODA"


def test_the_page_shows_all_of_it_to_an_editor_alone(client: Client, editor, guest_user, brief: Brief) -> None:  # type: ignore[no-untyped-def]
    written(brief, "A sea monster rises.")
    address = f"/desk/briefs/{brief.pk}/"
    assert client.get(address).status_code == 302
    client.force_login(guest_user)
    assert client.get(address).status_code == 403
    client.force_login(editor)
    shown = client.get(address).content.decode()
    for words in (
        "sea monster",
        "taken up",
        "Bring back the widow.",
        "hides the oar",
        "# WRITE",
        "to be paid",
        "ODA (2)",
    ):
        assert words in shown


def test_the_viewers_show_what_the_writer_saw(client: Client, editor, brief: Brief) -> None:  # type: ignore[no-untyped-def]
    draft, seen = claim_draft(brief.draft.pk), replace(context_of(brief), facts=())
    assert draft is not None
    assert "# TRUE NOW" in "".join(segment.text for segment in explain(brief).segments)
    store_answer(draft, Answer(answer_json(), "box", 1, 10, 20, 1.5, remark="cut to fit: facts", seen=seen))
    assert "# TRUE NOW" not in "".join(segment.text for segment in explain(brief).segments)
    revision = open_review(Draft.objects.get(pk=draft.pk))
    client.force_login(editor)
    page = client.get(f"/desk/revisions/{revision.pk}/").content.decode()
    assert "# LAST SCENE" in page
    assert "# TRUE NOW" not in page
    assert "cut to fit: facts" in page
    assert (
        "为放得下而删去：事实"
        in client.get(f"/desk/revisions/{revision.pk}/", HTTP_ACCEPT_LANGUAGE="zh-hans").content.decode()
    )
    assert Draft.objects.get(pk=draft.pk).remark == 'remark.cut {"parts":"facts"}'


def test_the_showrunners_outline_and_lore_reach_the_prompt_and_its_viewers(client: Client, editor) -> None:  # type: ignore[no-untyped-def]
    performance = make_performance(state="live")
    told = {
        "outline": "The bell is heard.\nODA drowns.",
        "lore": "the Bell: rings before a death\nthief: owes ODA an oar",
    }
    author = make_user("showrunner", "author")
    before = story_snapshot(performance.story)
    world = {"version": version_of(before), "title": before["title"], "language": "en", **told}
    client.force_login(author)
    assert client.post(f"/stories/{performance.story.slug}/", world).status_code == 302
    performance.refresh_from_db()
    performance.story.refresh_from_db()
    step = enter(performance, performance.story.start, choice=None)
    brief = make_brief(step, step.scene.choices.get(label="Carry the thief"), reason=Brief.Reason.AHEAD)
    texts = {segment.name: segment.text for segment in explain(brief).segments}
    assert texts["outline"] == "# OUTLINE\n- The bell is heard.\n- ODA drowns.\n\n"
    assert texts["lore"] == "# LORE\n- thief: owes ODA an oar\n\n"  # nothing speaks of a bell
    page = client.get(f"/desk/briefs/{brief.pk}/", HTTP_ACCEPT_LANGUAGE="zh-hans").content.decode()
    assert "# OUTLINE\n- The bell is heard." in page
    assert "故事该往哪里走" in page
    assert "说到的背景知识" in page
    other = make_brief(step, step.scene.choices.exclude(label="Carry the thief").first(), reason=Brief.Reason.AHEAD)
    assert "lore" not in [segment.name for segment in explain(other).segments]


def test_a_fact_is_kept_from_the_page(client: Client, editor, brief: Brief) -> None:  # type: ignore[no-untyped-def]
    client.force_login(editor)
    fact = {"who": "BRAM", "what": "hides the oar"}
    assert client.post(f"/desk/briefs/{brief.pk}/keep/", fact | {"keep": "1"}).status_code == 302
    assert explain(brief).recalled[-1].kept
    assert client.post(f"/desk/briefs/{brief.pk}/keep/", fact).status_code == 302
    assert not explain(brief).recalled[-1].kept
    assert (
        client.post(f"/desk/briefs/{brief.pk}/keep/", {"who": "BRAM", "what": "flies", "keep": "1"}).status_code == 404
    )


def test_keep_fact_is_for_editors(client: Client, guest_user, brief: Brief) -> None:  # type: ignore[no-untyped-def]
    client.force_login(guest_user)
    assert client.post(f"/desk/briefs/{brief.pk}/keep/", {"who": "BRAM", "what": "hides the oar"}).status_code == 403
    keep_fact(brief.step.scene, "BRAM", "hides the oar")
