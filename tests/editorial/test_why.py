"""The brief's page: from each sentence of influence back to the comments behind it."""

from dataclasses import replace

import pytest
from django.test import Client

from audience.models import Comment
from storyengine.editorial.models import Revision
from storyengine.editorial.release import release
from storyengine.editorial.review import approve, open_review
from storyengine.editorial.why import explain
from storyengine.generation.brief import context_of, make_brief
from storyengine.generation.draft import claim_draft, store_answer
from storyengine.generation.memory import keep_fact, recall
from storyengine.generation.models import Brief, Draft, SceneMemory
from storyengine.generation.writer import Answer
from storyengine.plot.branch import branch_to_json
from storyengine.plot.path import enter
from storyengine.plot.snapshot import story_snapshot, version_of
from tests.editorial.conftest import on_the_desk, text_of
from tests.factories import BeatFactory, ChoiceFactory, GuestFactory, answer_json, make_performance, make_user

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


def test_the_page_tells_for_each_character_what_changed_and_in_which_scene(client: Client, editor) -> None:  # type: ignore[no-untyped-def]
    """BRAM takes the oar at the landing and gives it to ODA on the far bank: she has it, and his having it is over."""
    performance = make_performance(state="live")
    start = enter(performance, performance.story.start, choice=None)
    BeatFactory(scene=start.scene, position=9, text="BRAM takes the oar.")
    far = start.scene.choices.get(label="Carry the widow")
    step = enter(performance, far.to_scene, choice=far)
    BeatFactory(scene=step.scene, position=9, text="BRAM gives the oar to ODA.")
    brief = make_brief(step, ChoiceFactory(scene=step.scene, position=1), reason=Brief.Reason.AHEAD)
    assert context_of(brief).facts[-1] == ("ODA", "has the oar")
    assert ("BRAM", "has the oar") not in context_of(brief).facts
    client.force_login(editor)
    page = client.get(f"/desk/briefs/{brief.pk}/", HTTP_ACCEPT_LANGUAGE="zh-hans").content.decode()
    bram, oda = page.index('<h3 lang="en">BRAM</h3>'), page.index('<h3 lang="en">ODA</h3>')
    assert '“BRAM takes the oar.” <span class="slug">EXT. THE LANDING - DAWN</span>' in page[bram:oda]
    assert '→ “BRAM gives the oar to ODA.” <span class="slug">EXT. THE FAR BANK - DAY</span>' in page[bram:oda]
    assert "此后已终结" in page[bram:oda]
    assert '<p lang="en">has the oar</p>' in page[oda:]
    kept = {"who": "BRAM", "what": "takes the oar", "keep": "1"}
    assert client.post(f"/desk/briefs/{brief.pk}/keep/", kept).status_code == 302
    assert [one.holds for one in explain(brief).recalled if one.state == ("BRAM", "has the oar")] == [True]
    assert [one.holds for one in explain(brief).recalled if one.state == ("ODA", "has the oar")] == [False]


def test_what_is_approved_and_not_released_is_in_no_memory(editor) -> None:  # type: ignore[no-untyped-def]
    """Neither as a scene's nor as a fact: it is read when the release has made a scene of it."""
    performance = make_performance(state="live")
    step = enter(performance, performance.story.start, choice=None)
    revision = on_the_desk(performance)
    branch = branch_to_json(text_of("BRAM takes the oar."))
    Revision.objects.filter(pk=revision.pk).update(branch=branch)
    approve(revision.pk, version=1, by=editor)
    recall(step)
    assert list(SceneMemory.objects.values_list("scene", flat=True)) == [step.scene_id]
    assert not SceneMemory.objects.filter(facts__contains=[{"who": "BRAM"}]).exists()
    released = release(revision.pk)
    memory = recall(enter(performance, released.scene, choice=revision.choice))
    assert ("BRAM", "has the oar") in memory.facts
    assert SceneMemory.objects.get(scene=released.scene).facts[0]["quote"] == "BRAM takes the oar."
