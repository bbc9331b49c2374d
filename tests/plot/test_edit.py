"""Authors' verbs: what is saved, what is refused, what undo gives back, and what an audience has seen stays."""

import pytest

from storyengine.errors import Refused
from storyengine.plot import edit, history, undo
from storyengine.plot.models import Beat, Choice, Edit, PathStep, Scene, Story
from storyengine.plot.path import enter
from storyengine.plot.snapshot import scene_snapshot, story_snapshot, version_of
from tests.factories import BeatFactory, CharacterFactory, make_performance, make_story, make_user
from tests.plot.conftest import make_plot

pytestmark = pytest.mark.django_db


def scene_of(story: Story, key: str) -> Scene:
    return Scene.objects.select_related("story").get(story=story, key=key)


def change(scene: Scene, by, **fields):  # type: ignore[no-untyped-def]
    now = scene_snapshot(Scene.objects.get(pk=scene.pk))
    return edit.save_scene(scene, {**now, **fields}, version=version_of(now), by=by)


def refusal(call) -> str:  # type: ignore[no-untyped-def]
    with pytest.raises(Refused) as caught:
        call()
    return caught.value.code


def test_save_writes_notes_and_gives_a_new_version(author) -> None:  # type: ignore[no-untyped-def]
    scene = scene_of(make_plot(), "s0")
    before = version_of(scene_snapshot(scene))
    saved = change(scene, author, heading="EXT. RIVER - DUSK")
    scene.refresh_from_db()
    entry = Edit.objects.get()
    assert (scene.heading, saved.changed, saved.version == before) == ("EXT. RIVER - DUSK", True, False)
    assert (entry.by, (entry.before or {})["heading"], (entry.after or {})["heading"]) == (
        author,
        "EXT. THE LANDING - DAWN",
        "EXT. RIVER - DUSK",
    )


def test_save_of_nothing_new_notes_nothing(author) -> None:  # type: ignore[no-untyped-def]
    assert change(scene_of(make_plot(), "s0"), author).changed is False
    assert not Edit.objects.exists()


def test_second_author_is_refused_and_nothing_is_written(author) -> None:  # type: ignore[no-untyped-def]
    scene = scene_of(make_plot(), "s0")
    began = scene_snapshot(scene)
    change(scene, author, heading="FIRST")
    second = make_user("editor", "second")
    code = refusal(lambda: edit.save_scene(scene, {**began, "heading": "SECOND"}, version=version_of(began), by=second))
    scene.refresh_from_db()
    assert (code, scene.heading, Edit.objects.count()) == ("scene.stale", "FIRST", 1)


def test_change_by_another_way_counts_as_a_change(author) -> None:  # type: ignore[no-untyped-def]
    scene = scene_of(make_plot(), "s0")
    began = scene_snapshot(scene)
    Beat.objects.filter(scene=scene).update(text="Changed in the admin.")
    assert refusal(lambda: edit.save_scene(scene, began, version=version_of(began), by=author)) == "scene.stale"


def test_added_scene_follows_its_choice_and_can_be_undone(author) -> None:  # type: ignore[no-untyped-def]
    story = make_plot()
    choice = Choice.objects.get(label="Nobody knows")
    made = edit.add_scene(story, after=choice, by=author)
    choice.refresh_from_db()
    assert (choice.to_scene, made.key, made.chapter) == (made, "nobody-knows", "Two")
    assert refusal(lambda: edit.add_scene(story, after=choice, by=author)) == "choice.taken"
    undo.undo(story, history.STORY, by=author)
    choice.refresh_from_db()
    assert (choice.to_scene, Scene.objects.filter(pk=made.pk).exists()) == (None, False)
    undo.redo(story, history.STORY, by=author)
    choice.refresh_from_db()
    assert choice.to_scene_id == made.pk


def test_removed_scene_opens_its_arrivals_and_comes_back_as_the_same_row(author) -> None:  # type: ignore[no-untyped-def]
    story = make_plot()
    scene = scene_of(story, "s2")
    before, arrivals = scene_snapshot(scene), set(Choice.objects.filter(to_scene=scene).values_list("pk", flat=True))
    edit.remove_scene(scene, by=author)
    assert (Choice.objects.filter(pk__in=arrivals, to_scene=None).count(), len(arrivals)) == (2, 2)
    undo.undo(story, history.STORY, by=author)
    back = scene_of(story, "s2")
    assert (back.pk, scene_snapshot(back)) == (scene.pk, before)
    assert set(Choice.objects.filter(to_scene=back).values_list("pk", flat=True)) == arrivals


def test_start_is_not_removed(author) -> None:  # type: ignore[no-untyped-def]
    assert refusal(lambda: edit.remove_scene(scene_of(make_plot(), "s0"), by=author)) == "scene.start"


def test_what_an_audience_has_seen_is_neither_changed_nor_removed(author) -> None:  # type: ignore[no-untyped-def]
    performance = make_performance(state="live")
    scene = performance.story.start
    enter(performance, scene, choice=None)
    far = scene_of(performance.story, "far-bank")
    enter(performance, far, choice=scene.choices.get(label="Carry the widow"))
    content = scene_snapshot(scene)
    assert refusal(lambda: change(scene, author, heading="ELSE")) == "scene.shown"
    assert refusal(lambda: change(scene, author, beats=[])) == "scene.shown"
    assert refusal(lambda: change(scene, author, choices=content["choices"][1:])) == "choice.used"
    renamed = [{**content["choices"][0], "label": "Carry the king"}, *content["choices"][1:]]
    assert refusal(lambda: change(scene, author, choices=renamed)) == "choice.used"
    assert refusal(lambda: edit.remove_scene(far, by=author)) == "scene.shown"
    assert scene_snapshot(Scene.objects.get(pk=scene.pk)) == content
    led = [*content["choices"][:1], {**content["choices"][1], "to": far.pk}, content["choices"][2]]
    assert change(scene, author, chapter="One", choices=led).changed


def test_new_version_takes_the_place_and_leaves_the_path_alone(author) -> None:  # type: ignore[no-untyped-def]
    performance = make_performance(state="live")
    story, scene = performance.story, performance.story.start
    far = scene_of(story, "far-bank")
    enter(performance, scene, choice=None)
    enter(performance, far, choice=scene.choices.get(label="Carry the widow"))
    copy = edit.make_new_version(far, by=author)
    change(copy, author, heading="EXT. THE FAR BANK - NIGHT")
    far.refresh_from_db()
    assert (far.heading, scene.choices.get(label="Carry the widow").to_scene_id) == ("EXT. THE FAR BANK - DAY", copy.pk)
    assert list(PathStep.objects.order_by("position").values_list("scene_id", flat=True)) == [scene.pk, far.pk]
    first = edit.make_new_version(scene, by=author)
    story.refresh_from_db()
    assert (story.start, first.choices.count()) == (first, 3)


def test_story_is_saved_undone_and_never_saved_over(author) -> None:  # type: ignore[no-untyped-def]
    story = make_story()
    before = story_snapshot(story)
    people = [{"id": None, "name": "TESS", "description": "", "voice": ""}, *before["characters"]]
    edit.save_story(story, {"title": "The Barge", "characters": people}, version=version_of(before), by=author)
    assert (
        refusal(lambda: edit.save_story(story, {"title": "X"}, version=version_of(before), by=author)) == "story.stale"
    )
    undo.undo(story, history.STORY, by=author)
    story.refresh_from_db()
    assert story_snapshot(story) == before


def test_people_and_places_that_a_performance_has_used_stay(author) -> None:  # type: ignore[no-untyped-def]
    performance = make_performance(state="live")
    story = performance.story
    CharacterFactory(story=story, name="TESS")
    BeatFactory(scene=story.start, position=3, kind="dialogue", character="Tess (V.O.)")
    before = story_snapshot(story)
    oda, bram, tess = before["characters"]

    def save(**fields: object) -> edit.Saved:
        now = story_snapshot(Story.objects.get(pk=story.pk))
        return edit.save_story(story, fields, version=version_of(now), by=author)

    assert save(characters=[oda, bram], places=[]).changed
    undo.undo(story, history.STORY, by=author)
    enter(performance, story.start, choice=None)
    assert refusal(lambda: save(characters=[oda, bram])) == "character.used"
    assert refusal(lambda: save(characters=[{**oda, "name": "ADA"}, bram, tess])) == "character.used"
    assert refusal(lambda: save(places=[])) == "place.used"
    assert story_snapshot(Story.objects.get(pk=story.pk)) == before
    assert save(characters=[{**tess, "voice": "Loud."}, {**oda, "name": "Oda"}], logline="L").changed
    swapped = [{**tess, "name": "TESS (V.O.)"}, {**oda, "name": "TESS"}, {**bram, "name": "ODA"}]
    assert save(characters=swapped).changed
    assert [(who["id"], who["name"]) for who in story_snapshot(Story.objects.get(pk=story.pk))["characters"]] == [
        (tess["id"], "TESS (V.O.)"), (oda["id"], "TESS"), (bram["id"], "ODA"),
    ]  # fmt: skip


def test_verbs_ask_for_the_permission(django_user_model) -> None:  # type: ignore[no-untyped-def]
    story, nobody = make_plot(), django_user_model.objects.create_user("nobody")
    scene = scene_of(story, "s1")
    calls = [
        lambda: change(scene, nobody, heading="X"),
        lambda: edit.save_story(story, {}, version="", by=nobody),
        lambda: edit.add_scene(story, by=nobody),
        lambda: edit.remove_scene(scene, by=nobody),
        lambda: edit.make_new_version(scene, by=nobody),
        lambda: undo.undo(story, history.STORY, by=nobody),
        lambda: undo.redo(story, history.STORY, by=nobody),
        lambda: edit.begin_story(title="X", language="en", by=nobody),
        lambda: edit.remove_story(story, by=nobody),
    ]
    assert {refusal(call) for call in calls} == {"request.forbidden"}


def test_story_that_was_performed_is_not_removed(author) -> None:  # type: ignore[no-untyped-def]
    performance = make_performance()
    assert refusal(lambda: edit.remove_story(performance.story, by=author)) == "story.performed"
    edit.remove_story(make_plot(), by=author)
    assert list(Story.objects.all()) == [performance.story]


def test_word_diff_tells_words_and_ideographs_apart() -> None:
    assert history.word_diff("The fog lies.", "The rain lies.") == [
        ("same", "The "), ("gone", "fog"), ("new", "rain"), ("same", " lies."),
    ]  # fmt: skip
    assert history.word_diff("她笑了", "她哭了") == [("same", "她"), ("gone", "笑"), ("new", "哭"), ("same", "了")]


def test_one_sitting_is_one_entry(author) -> None:  # type: ignore[no-untyped-def]
    scene = scene_of(make_plot(), "s0")
    for heading in ("A", "AB", "ABC"):
        change(scene, author, heading=heading)
    change(scene, make_user("editor", "second"), heading="Z")
    found = history.entries(list(Edit.objects.of_scene(scene.story_id, scene.pk)))
    assert [(entry.edit.by.username, entry.saves) for entry in found] == [("second", 1), ("author", 3)]
    assert history.compare(found[1].before, found[1].after)[0][-1] == ("new", "ABC")
