"""What was true on the path, as the brief's page tells it and an editor decides."""

import pytest
from django.test import Client

from storyengine.editorial.models import Revision
from storyengine.editorial.release import release
from storyengine.editorial.review import approve
from storyengine.editorial.why import explain
from storyengine.generation.brief import context_of, evidence_of, make_brief
from storyengine.generation.memory import keep_fact, recall
from storyengine.generation.models import Brief, SceneMemory
from storyengine.plot.branch import branch_to_json
from storyengine.plot.models import Beat
from storyengine.plot.path import enter
from storyengine.plot.snapshot import story_snapshot, version_of
from tests.editorial.conftest import on_the_desk, text_of
from tests.factories import BeatFactory, ChoiceFactory, make_performance, make_user

pytestmark = pytest.mark.django_db


def test_what_was_true_stays_as_it_was_whatever_the_scenes_say_now(brief: Brief) -> None:
    before = [one.fact for one in explain(brief).facts]
    assert ("BRAM", "hides the oar", "BRAM hides the oar.", True) in [
        (fact.who, fact.what, fact.quote, fact.holds) for fact in before
    ]
    Beat.objects.filter(text="BRAM hides the oar.").update(text="BRAM sells the boat.")
    assert [one.fact for one in explain(brief).facts] == before
    assert all(one.told for one in explain(brief).facts)


def test_a_fact_is_kept_from_the_page(client: Client, editor, brief: Brief) -> None:  # type: ignore[no-untyped-def]
    client.force_login(editor)
    fact = {"who": "BRAM", "what": "hides the oar"}
    assert client.post(f"/desk/briefs/{brief.pk}/keep/", fact | {"keep": "1"}).status_code == 302
    assert [(one.kept_now, one.fact.kept) for one in explain(brief).facts][-1] == (True, False)
    assert "for the next brief" in client.get(f"/desk/briefs/{brief.pk}/").content.decode()
    assert client.post(f"/desk/briefs/{brief.pk}/keep/", fact).status_code == 302
    assert not explain(brief).facts[-1].kept_now
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
    assert [one.holds for one in recall(brief.step).recalled if one.state == ("BRAM", "has the oar")] == [True]
    assert [one.holds for one in recall(brief.step).recalled if one.state == ("ODA", "has the oar")] == [False]


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


def test_evidence_from_before_states_were_told_is_still_read(brief: Brief) -> None:
    for one in brief.evidence["remembered"]:
        for name in ("state", "heading", "ended"):
            del one[name]
    evidence = evidence_of(brief)
    assert evidence is not None
    assert evidence.remembered[-1].state == ("BRAM", "hides the oar")


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
