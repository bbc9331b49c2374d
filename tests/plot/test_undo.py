"""The way back: what undo, redo and restore give back, and what was made meanwhile and stays."""

import pytest

from storyengine.plot import edit, history, undo
from storyengine.plot.branch import Branch
from storyengine.plot.graft import graft
from storyengine.plot.models import Choice, Edit, PathStep, Scene, Story
from storyengine.plot.path import enter
from storyengine.plot.snapshot import scene_snapshot, story_snapshot, version_of
from tests.factories import BeatFactory, ChoiceFactory, make_performance, make_user
from tests.plot.conftest import make_plot
from tests.plot.test_edit import change, refusal, scene_of
from tests.plot.test_graft import FIRST

pytestmark = pytest.mark.django_db


def test_undo_and_redo_walk_through_the_whole_content(author) -> None:  # type: ignore[no-untyped-def]
    story = make_plot()
    scene = scene_of(story, "s3")
    first = scene_snapshot(scene)
    beat = {"kind": "action", "character": "", "text": "Rain.", "styles": [], "is_dual": False}
    change(scene, author, beats=[beat], choices=first["choices"][:1])
    change(scene, author, heading="LAST")
    last = scene_snapshot(scene_of(story, "s3"))
    scope = history.scope_of(scene.pk)
    for _ in range(2):
        undo.undo(story, scope, by=author)
    assert scene_snapshot(scene_of(story, "s3")) == first
    assert refusal(lambda: undo.undo(story, scope, by=author)) == "edit.nothing"
    for _ in range(2):
        undo.redo(story, scope, by=author)
    assert scene_snapshot(scene_of(story, "s3")) == last
    assert refusal(lambda: undo.redo(story, scope, by=author)) == "edit.nothing"
    assert Edit.objects.count() == 6


def test_new_edit_after_undo_leaves_nothing_to_redo(author) -> None:  # type: ignore[no-untyped-def]
    story = make_plot()
    scene = scene_of(story, "s0")
    change(scene, author, heading="A")
    undo.undo(story, history.scope_of(scene.pk), by=author)
    change(scene, author, heading="B")
    assert refusal(lambda: undo.redo(story, history.scope_of(scene.pk), by=author)) == "edit.nothing"


def test_undo_takes_back_only_ones_own(author) -> None:  # type: ignore[no-untyped-def]
    story = make_plot()
    scene = scene_of(story, "s0")
    change(scene, author, heading="MINE")
    other = make_user("editor", "other")
    assert refusal(lambda: undo.undo(story, history.scope_of(scene.pk), by=other)) == "edit.nothing"
    change(scene, other, heading="THEIRS")
    assert refusal(lambda: undo.undo(story, history.scope_of(scene.pk), by=author)) == "edit.stale"
    scene.refresh_from_db()
    assert scene.heading == "THEIRS"


def test_restore_puts_an_old_text_back_and_keeps_what_came_between(author) -> None:  # type: ignore[no-untyped-def]
    scene = scene_of(make_plot(), "s0")
    change(scene, author, heading="ONE")
    change(scene, author, heading="TWO")
    saved = undo.restore_scene(
        scene, Edit.objects.first(), version=version_of(scene_snapshot(Scene.objects.get(pk=scene.pk))), by=author
    )
    assert (saved.content["heading"], [entry.kind for entry in Edit.objects.all()]) == (
        "ONE",
        ["edit", "edit", "restore"],
    )


def test_undo_of_words_leaves_the_ways_that_were_made_meanwhile(author) -> None:  # type: ignore[no-untyped-def]
    story, other = make_plot(), make_user("editor", "other")
    scene, first = scene_of(story, "s3"), scene_snapshot(scene_of(story, "s3"))
    scope = history.scope_of(scene.pk)
    choices = [*first["choices"], {**first["choices"][2], "id": None, "label": "Swim"}]
    change(scene, author, heading="INT. HERE", choices=choices)
    last = scene_snapshot(scene_of(story, "s3"))
    ways = [choice["id"] for choice in last["choices"]]
    made = edit.add_scene(story, after=Choice.objects.get(label="Nobody knows"), by=author)
    graft(Branch((FIRST,)), Choice.objects.get(label="Swim"))
    edit.remove_scene(scene_of(story, "s1"), by=other)
    copy = edit.make_new_version(scene_of(story, "s4"), by=other)
    now = scene_snapshot(scene_of(story, "s3"))
    undo.undo(story, scope, by=author)
    scene.refresh_from_db()
    assert scene.heading == first["heading"]
    assert list(scene.choices.values_list("pk", "to_scene_id")) == [
        (ways[0], copy.pk), (ways[1], None), (ways[2], made.pk),
    ]  # fmt: skip
    undo.redo(story, scope, by=author)
    assert scene_snapshot(scene_of(story, "s3")) == now


def test_undo_of_a_way_takes_that_way_back(author) -> None:  # type: ignore[no-untyped-def]
    story = make_plot()
    scene, first = scene_of(story, "s3"), scene_snapshot(scene_of(story, "s3"))
    led = [{**choice, "to": scene_of(story, "s5").pk} for choice in first["choices"]]
    change(scene, author, choices=led)
    undo.undo(story, history.scope_of(scene.pk), by=author)
    assert scene_snapshot(scene_of(story, "s3")) == first
    undo.redo(story, history.scope_of(scene.pk), by=author)
    edit.remove_scene(scene_of(story, "s1"), by=author)
    undo.undo(story, history.scope_of(scene.pk), by=author)
    ways = [choice["to"] for choice in scene_snapshot(scene_of(story, "s3"))["choices"]]
    assert ways == [scene_of(story, "s4").pk, None, None]


def test_undo_of_the_world_leaves_a_start_that_was_made_meanwhile(author) -> None:  # type: ignore[no-untyped-def]
    performance = make_performance(state="live")
    story, before = performance.story, story_snapshot(performance.story)
    enter(performance, story.start, choice=None)
    edit.save_story(story, {"title": "The Barge"}, version=version_of(before), by=author)
    copy = edit.make_new_version(story.start, by=make_user("editor", "other"))
    undo.undo(story, history.STORY, by=author)
    assert story_snapshot(Story.objects.get(pk=story.pk)) == before | {"start": copy.pk}


def test_scene_that_was_written_in_is_not_what_undo_takes_away(author) -> None:  # type: ignore[no-untyped-def]
    story = make_plot()
    before = story_snapshot(story)
    edit.save_story(story, {"title": "The Barge"}, version=version_of(before), by=author)
    made = edit.add_scene(story, after=Choice.objects.get(label="Nobody knows"), by=author)
    change(made, author, heading="INT. THE CELLAR")
    undo.undo(story, history.STORY, by=author)
    assert (Story.objects.get(pk=story.pk).title, Scene.objects.filter(pk=made.pk).exists()) == (before["title"], True)
    assert refusal(lambda: undo.undo(story, history.STORY, by=author)) == "edit.nothing"


def test_edit_with_nothing_before_it_is_not_offered_to_undo(author) -> None:  # type: ignore[no-untyped-def]
    scene = scene_of(make_plot(), "s1")
    scope, saved = history.scope_of(scene.pk), Edit.Verb.SCENE_SAVED
    history.note(scene.story, scope, saved, by=author, before=None, after=scene_snapshot(scene), scene=scene.pk)
    assert history.stacks(scene.story_id, scope, author).undo == ()


def test_restore_opens_the_way_to_a_scene_that_was_removed(author) -> None:  # type: ignore[no-untyped-def]
    story = make_plot()
    scene = scene_of(story, "s3")
    change(scene, author, heading="ONE")
    old = Edit.objects.latest("id")
    change(scene, author, heading="TWO")
    edit.remove_scene(scene_of(story, "s1"), by=author)
    made = edit.add_scene(story, after=Choice.objects.get(label="Nobody knows"), by=author)
    version = version_of(scene_snapshot(scene_of(story, "s3")))
    saved = undo.restore_scene(scene_of(story, "s3"), old, version=version, by=author)
    ways = [choice["to"] for choice in saved.content["choices"]]
    assert (saved.content["heading"], ways) == ("ONE", [scene_of(story, "s4").pk, None, made.pk])


def test_new_version_is_undone_and_made_again(author) -> None:  # type: ignore[no-untyped-def]
    performance = make_performance(state="live")
    story, old = performance.story, performance.story.start
    enter(performance, old, choice=None)
    back = ChoiceFactory(scene=scene_of(story, "far-bank"), position=9, to_scene=old)
    copy = edit.make_new_version(old, by=author)
    content = scene_snapshot(copy)
    undo.undo(story, history.STORY, by=author)
    story.refresh_from_db()
    back.refresh_from_db()
    assert (story.start, back.to_scene, Scene.objects.filter(pk=copy.pk).exists()) == (old, old, False)
    undo.redo(story, history.STORY, by=author)
    story.refresh_from_db()
    back.refresh_from_db()
    assert (story.start, back.to_scene, scene_snapshot(Scene.objects.get(pk=copy.pk))) == (copy, copy, content)


def test_new_version_that_was_shown_or_written_in_stays(author) -> None:  # type: ignore[no-untyped-def]
    performance = make_performance(state="live")
    story, old = performance.story, performance.story.start
    enter(performance, old, choice=None)
    copy = edit.make_new_version(old, by=author)
    enter(performance, copy, choice=None)
    assert refusal(lambda: undo.undo(story, history.STORY, by=author)) == "scene.shown"
    PathStep.objects.filter(scene=copy).delete()
    change(copy, author, heading="EXT. ELSEWHERE")
    assert refusal(lambda: undo.undo(story, history.STORY, by=author)) == "edit.nothing"


def test_edit_from_before_there_was_an_outline_is_undone_and_made_again(author) -> None:  # type: ignore[no-untyped-def]
    story = make_plot()
    old = story_snapshot(story)
    edit.save_story(story, {**old, "title": "The Barge"}, version=version_of(old), by=author)
    entry = Edit.objects.get()
    for content in (entry.before or {}, entry.after or {}):
        del content["outline"], content["lore"]
    entry.save(update_fields=["before", "after"])
    undo.undo(story, history.STORY, by=author)
    assert story_snapshot(Story.objects.get(pk=story.pk)) == old
    undo.redo(story, history.STORY, by=author)
    Story.objects.update(outline=["ODA drowns."])
    assert refusal(lambda: undo.undo(story, history.STORY, by=author)) == "edit.stale"
    assert Story.objects.get(pk=story.pk).outline == ["ODA drowns."]


def test_undo_does_not_take_away_who_has_spoken_since(author) -> None:  # type: ignore[no-untyped-def]
    performance = make_performance(state="live")
    story, before = performance.story, story_snapshot(performance.story)
    people = [*before["characters"], {"id": None, "name": "TESS", "description": "", "voice": ""}]
    edit.save_story(story, {"characters": people}, version=version_of(before), by=author)
    BeatFactory(scene=story.start, position=3, kind="dialogue", character="TESS")
    enter(performance, story.start, choice=None)
    assert refusal(lambda: undo.undo(story, history.STORY, by=author)) == "character.used"
