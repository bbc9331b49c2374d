"""The map of a story: drawn once, kept while it grows, folded by chapter, said in words, taken out as a picture."""

from xml.etree import ElementTree

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from storyengine.plot.chart import read_chart
from storyengine.plot.map import map_json, picture_of, tidy
from storyengine.plot.models import Choice, Drawing, Scene
from storyengine.plot.outline import outline_of
from storyengine.plot.svg import draw_svg
from tests.factories import SceneFactory, StoryFactory
from tests.plot.conftest import make_plot

pytestmark = pytest.mark.django_db


def node(shape: dict, title: str) -> dict:  # type: ignore[type-arg]
    return next(entry for entry in shape["nodes"] if entry["title"] == title)


def test_map_of_no_scene_is_empty() -> None:
    shape = map_json(picture_of(StoryFactory()))
    assert (shape["nodes"], shape["links"]) == ([], [])


def test_map_names_states_of_scenes_and_ends() -> None:
    shape = map_json(picture_of(make_plot()))
    assert (node(shape, "Scene 0")["start"], node(shape, "Scene 5")["ending"]) == (True, True)
    assert (node(shape, "Nobody knows")["state"], len(shape["nodes"])) == ("open", 7)
    assert sum(link.get("back", False) for link in shape["links"]) == 1


def test_second_look_reads_the_drawing_and_draws_nothing() -> None:
    story = make_plot()
    first = picture_of(story)
    with CaptureQueriesContext(
        connection,
    ) as queries:
        second = picture_of(story)
    assert (second.layout.positions, len(queries)) == (first.layout.positions, 4)


def test_scene_that_follows_an_open_end_takes_its_place() -> None:
    story = make_plot()
    before = map_json(picture_of(story))
    scene = SceneFactory(story=story, key="new", name="Somebody does")
    Choice.objects.filter(label="Nobody knows").update(to_scene=scene)
    after = map_json(picture_of(story))
    end, new = node(before, "Nobody knows"), node(after, "Somebody does")
    assert (new["x"], new["y"]) == (end["x"], end["y"])
    places = {entry["id"]: (entry["x"], entry["y"]) for entry in before["nodes"] if entry["id"] != end["id"]}
    assert {e["id"]: (e["x"], e["y"]) for e in after["nodes"] if e["id"] in places} == places


def test_folded_chapter_is_one_node_that_says_what_it_holds() -> None:
    shape = map_json(picture_of(make_plot(), ["Two", "no such chapter"]))
    folded = node(shape, "Two")
    assert (len(folded["scenes"]), folded["open"], folded["ending"], shape["folded"]) == (3, 1, True, [1])
    ends = {(link["from"], link["to"]) for link in shape["links"]}
    assert (node(shape, "Scene 2")["id"], folded["id"]) in ends
    assert all(source != target for source, target in ends)


def test_places_from_another_tool_are_kept() -> None:
    story = make_plot()
    for n, scene in enumerate(Scene.objects.filter(story=story).order_by("pk")):
        Scene.objects.filter(pk=scene.pk).update(x=100 + 150 * (n % 3), y=50 + 120 * (n // 3))
    shape = map_json(picture_of(story))
    assert [(node(shape, f"Scene {n}")["x"], node(shape, f"Scene {n}")["y"]) for n in (0, 1, 3)] == [
        (292.0, 82.0), (592.0, 82.0), (292.0, 202.0),
    ]  # fmt: skip


def test_tidy_draws_it_afresh() -> None:
    story = make_plot()
    drawn = picture_of(story).layout
    Drawing.objects.update(positions={name: [0, 0] for name in drawn.positions})
    tidy(story)
    assert picture_of(story).layout.positions == drawn.positions


def test_chart_is_in_reading_order() -> None:
    assert [scene.key for scene in read_chart(make_plot()).scenes] == ["s0", "s1", "s2", "s3", "s4", "s5"]


def test_outline_says_every_scene_once_with_its_ways() -> None:
    parts = outline_of(make_plot())
    assert [part.chapter for part in parts] == ["One", "Two"]
    lines = [line for part in parts for line in part.lines]
    assert [line.number for line in lines] == [1, 2, 3, 4, 5, 6]
    ways = [(way.choice.label, way.is_back, way.to is None) for way in lines[3].ways]
    assert ways == [("On", False, False), ("Back", True, False), ("Nobody knows", False, True)]


def test_svg_stands_alone_and_holds_every_scene() -> None:
    story = make_plot()
    shape = map_json(picture_of(story))
    path = [node(shape, f"Scene {n}")["id"] for n in (0, 2, 3)]
    text = draw_svg(shape, title=story.title, language="en", looks={path[1]: "released"}, path=path)
    root = ElementTree.fromstring(text)  # noqa: S314 our own picture
    words = "".join(root.itertext())
    assert all(f"Scene {n}" in words for n in range(6))
    assert ("The <Ferry> & Co" in words, "Nobody knows" in words, "the chosen path" in words) == (True, True, True)
    assert [name for name in ("href", "url(", "<image", "<style", "<script") if name in text] == []


def test_scenes_that_are_called_alike_say_their_keys() -> None:
    story = make_plot()
    Scene.objects.filter(story=story, key__in=("s1", "s2")).update(name="", heading="INT. TAP ROOM - NIGHT")
    Scene.objects.filter(story=story, key__in=("s3", "s4")).update(name="Again", heading="EXT. QUAY")
    shape = map_json(picture_of(story))
    notes = {entry["key"]: entry.get("note") for entry in shape["nodes"] if "key" in entry}
    assert notes == {"s0": None, "s1": "s1", "s2": "s2", "s3": "s3 · EXT. QUAY", "s4": "s4 · EXT. QUAY", "s5": None}
    assert "s3 · EXT. QUAY" in draw_svg(shape, title="", language="en")


def test_folded_chapter_names_the_scenes_in_it() -> None:
    assert node(map_json(picture_of(make_plot(), ["Two"])), "Two")["inside"] == [
        ["s3", "Scene 3"], ["s4", "Scene 4"], ["s5", "Scene 5"],
    ]  # fmt: skip


def test_svg_shows_what_the_page_shows() -> None:
    story = make_plot()
    Choice.objects.filter(scene__key="s0").update(condition="courage > 0")
    scene = Scene.objects.get(story=story, key="s3")
    shape = map_json(picture_of(story), {scene.pk: "error"}, {scene.pk: 40})
    drawn = [node(shape, f"Scene {n}")["id"] for n in (0, 1)]
    plain = draw_svg(map_json(picture_of(story)), title="", language="en")
    text = draw_svg(shape, title="", language="en", drawn=[*drawn, "s0"])
    conditional = sum(1 for link in shape["links"] if link.get("conditional"))
    assert (plain.count("l6 -6l6 6l-6 6Z"), conditional) == (conditional, 2)
    assert (text.count("<circle") - plain.count("<circle"), text.count('height="3"')) == (1, 2)
    assert (text.count('stroke-dasharray="12 5"'), plain.count('stroke-dasharray="12 5"')) == (1, 0)
