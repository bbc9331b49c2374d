"""The authors' pages at their edges: many rows, odd values, what was heard, histories, random play."""

import json
import re

import pytest
from django.db.models import JSONField, Value
from django.test import Client

from storyengine.plot import edit
from storyengine.plot.forms import MAX_ROWS, moved_styles
from storyengine.plot.models import Beat, Choice, Edit, RandomPlay, Scene, Story
from storyengine.plot.path import enter
from storyengine.plot.snapshot import scene_snapshot, story_snapshot, version_of
from tests.factories import make_performance
from tests.plot.conftest import make_plot
from tests.plot.test_views import JSON, typed

pytestmark = pytest.mark.django_db
LAST_BEAT = {"kind": "action", "character": "", "text": "The last.", "was": ""}


def test_scene_with_as_many_rows_as_may_be_is_saved(room: Client) -> None:
    story = make_plot()
    scene = Scene.objects.get(story=story, key="s1")
    Beat.objects.filter(scene=scene).delete()
    Beat.objects.bulk_create(Beat(scene=scene, position=n, kind="action", text=f"{n}") for n in range(1, MAX_ROWS))
    Choice.objects.bulk_create(Choice(scene=scene, position=n, label=f"{n}") for n in range(2, MAX_ROWS + 1))
    where = f"/stories/{story.slug}/scenes/s1/"
    post = typed(scene, csrfmiddlewaretoken="x", summary="S", question="", number="", tags="", effects="")
    post |= {name: [*post[name], value] for name, value in LAST_BEAT.items()}  # type: ignore[misc]
    assert room.post(where, post, **JSON).status_code == 200
    assert (scene.beats.count(), scene.choices.count()) == (MAX_ROWS, MAX_ROWS)
    over = typed(scene)
    over |= {name: [*over[name], value] for name, value in LAST_BEAT.items()}  # type: ignore[misc]
    assert room.post(where, over, **JSON).json()["message"].endswith(f"(more than {MAX_ROWS} beats)")


def test_scene_with_more_rows_than_that_says_so_and_saves_the_rest(room: Client) -> None:
    story = make_plot()
    scene = Scene.objects.get(story=story, key="s1")
    many = MAX_ROWS + 601
    Beat.objects.bulk_create(Beat(scene=scene, position=n, kind="action", text=f"{n}.") for n in range(2, many + 1))
    where = f"/stories/{story.slug}/scenes/s1/"
    page = room.get(where).content.decode()
    assert ("This scene has 1001 beats, more than the 400" in page, 'name="has_beats"' in page) == (True, False)
    post = {
        name: value
        for name, value in typed(scene, heading="EXT. LONG").items()
        if name not in ("has_beats", "kind", "character", "text", "was")
    }
    assert room.post(where, post, **JSON).status_code == 200
    scene.refresh_from_db()
    assert (scene.heading, scene.beats.count()) == ("EXT. LONG", many)


def test_story_with_too_many_rows_is_refused_and_loses_none(room: Client) -> None:
    story = make_plot()
    before = story_snapshot(story)
    many = [f"NAME {n}" for n in range(MAX_ROWS + 1)]
    post = {"version": version_of(before), "title": "T", "outline": "\n".join(many)}
    assert room.post(f"/stories/{story.slug}/", post, **JSON).json()["code"] == "story.incomplete"
    people = {f"character_{name}": [""] * len(many) for name in ("id", "description", "voice")}
    crowd = {"version": version_of(before), "title": "T", "character_name": many, **people}
    assert room.post(f"/stories/{story.slug}/", crowd, **JSON).json()["code"] == "story.incomplete"
    assert story_snapshot(Story.objects.get(pk=story.pk)) == before


def test_story_page_locks_who_was_heard(room: Client) -> None:
    performance = make_performance(state="live")
    enter(performance, performance.story.start, choice=None)
    page = room.get(f"/stories/{performance.story.slug}/").content.decode()
    assert re.findall(r'name="(?:character|place)_name" value="([A-Z ]*)"[^>]*?( readonly)?>', page) == [
        ("ODA", " readonly"), ("BRAM", ""), ("", ""), ("THE LANDING", " readonly"), ("", ""),
    ]  # fmt: skip


@pytest.mark.parametrize("value", ["[1, 2]", '{"a": 1}', "null", "1" + "0" * 400, "1e400", "x" * 5000])
def test_a_variable_that_is_no_value_is_refused_and_an_old_one_harms_no_page(room: Client, value: str) -> None:
    story = make_plot()
    before = story_snapshot(story)
    post = {"version": version_of(before), "title": "The Barge", "variables": f"lamp = true\nbag = {value}"}
    refused = room.post(f"/stories/{story.slug}/", post, **JSON)
    assert (refused.status_code, refused.json()["code"], "“bag”" in refused.json()["message"]) == (
        422,
        "story.incomplete",
        True,
    )
    Choice.objects.filter(label="On").update(condition="bag > 2")
    for old in ({"bag": [1, 2]}, {"bag": None}, [1], None):
        Story.objects.filter(pk=story.pk).update(variables=Value(old, JSONField()))
        for path in ("", "map.json", "scenes/s1/", "scenes/s1/panel/", "check/"):
            assert room.get(f"/stories/{story.slug}/{path}").status_code == 200, (old, path)


def test_history_of_a_scene_that_was_made_on_the_page(room: Client, author) -> None:  # type: ignore[no-untyped-def]
    story = make_plot()
    open_choice = Choice.objects.get(label="Nobody knows")
    made = room.post(f"/stories/{story.slug}/scenes/", {"choice": open_choice.pk})["Location"]
    scene = Scene.objects.get(story=story, key="nobody-knows")
    room.post(made, typed(scene, heading="INT. THE CELLAR"))
    page = room.get(f"{made}history/").content.decode()
    assert ("the scene was added" in page, "THE CELLAR" in page) == (True, True)
    room.post(f"{made}remove/")
    room.post(f"/stories/{story.slug}/undo/")
    assert "undone" in room.get(f"{made}history/").content.decode()
    added = Edit.objects.filter(scene=scene.pk).earliest("id")
    now = version_of(scene_snapshot(Scene.objects.get(pk=scene.pk)))
    assert room.post(f"{made}history/{added.pk}/restore/", {"version": now}).status_code == 302
    scene.refresh_from_db()
    assert scene.heading == edit.NEW_HEADING


def test_history_begins_with_the_text_as_it_came_and_puts_it_back(room: Client) -> None:
    story = make_plot()
    scene = Scene.objects.get(story=story, key="s1")
    first, address = scene_snapshot(scene), f"/stories/{story.slug}/scenes/s1/"
    assert 'id="original"' not in room.get(f"{address}history/").content.decode()
    for heading in ("INT. ONE - DAY", "INT. TWO - DAY"):
        room.post(address, typed(Scene.objects.get(pk=scene.pk), heading=heading))
    page = room.get(f"{address}history/").content.decode().partition('id="original"')[2]
    assert (first["heading"] in page, first["beats"][0]["text"] in page, "INT. ONE" in page) == (True, True, False)
    edit_pk = Edit.objects.filter(scene=scene.pk).earliest("id").pk
    now = version_of(scene_snapshot(Scene.objects.get(pk=scene.pk)))
    room.post(f"{address}history/{edit_pk}/restore/", {"version": now, "original": "1"})
    scene.refresh_from_db()
    assert scene.heading == first["heading"]


def test_history_of_a_new_version_shows_its_text(room: Client, author) -> None:  # type: ignore[no-untyped-def]
    performance = make_performance(state="live")
    enter(performance, performance.story.start, choice=None)
    copy = edit.make_new_version(performance.story.start, by=author)
    page = room.get(f"/stories/{performance.story.slug}/scenes/{copy.key}/history/")
    assert (page.status_code, "Fog lies on the river." in page.content.decode()) == (200, True)


def test_random_play_is_asked_for_once_and_shown_where_it_belongs(room: Client) -> None:
    story = make_plot()
    root, panel = f"/stories/{story.slug}/", f"/stories/{story.slug}/scenes/s5/panel/"
    assert "Play at random" in room.get(panel).content.decode()
    assert not any("walks" in node for node in json.loads(room.get(f"{root}map.json").content)["nodes"])
    assert room.post(f"{root}map/play/", {"key": "s5"})["Location"] == f"{root}map/#s5"
    row = RandomPlay.objects.get()
    came = row.result["coverage"][str(Scene.objects.get(key="s5").pk)]
    assert (row.result["walks"], 3000 < came < 10_000) == (10_000, True)
    assert f"{came} of 10000 walks came by here ({came / 100:.1f} %)" in room.get(panel).content.decode()
    walks = {
        node["key"]: node["walks"]
        for node in json.loads(room.get(f"{root}map.json").content)["nodes"]
        if "walks" in node
    }
    assert (len(walks), walks["s0"], walks["s5"]) == (6, 100.0, round(came / 100, 1))
    room.post(f"{root}map/play/")
    assert RandomPlay.objects.get() == row
    assert RandomPlay.objects.get().played_at == row.played_at
    Choice.objects.filter(label="Short cut").update(condition="luck > 1")
    assert "Play at random" in room.get(panel).content.decode()
    room.post(f"{root}map/play/")
    assert RandomPlay.objects.get().digest != row.digest


@pytest.mark.parametrize(
    ("old", "new", "moved"),
    [
        ("a bold word", "a bold word", [[2, 6, "bold"]]),
        ("a bold word", "one bold word", [[4, 8, "bold"]]),
        ("a bold word", "a bold new word", [[2, 6, "bold"]]),
        ("a bold word", "a bolder word", [[2, 6, "bold"]]),
        ("a bold word", "a word", []),
    ],
)
def test_styles_move_along_with_their_words(old: str, new: str, moved: list[object]) -> None:
    assert moved_styles([[2, 6, "bold"]], old, new) == moved
