"""A performance's map: the path, the state of every branch, and who may look."""

import json
from xml.etree import ElementTree

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from storyengine.generation.brief import make_brief
from storyengine.generation.models import Brief
from storyengine.plot.models import Performance
from storyengine.plot.path import enter
from storyengine.showrun.map import graph_mark, map_state
from tests.editorial.conftest import on_the_desk
from tests.factories import SceneFactory, make_performance, make_user

pytestmark = pytest.mark.django_db


@pytest.fixture
def booth(client: Client) -> Client:
    client.force_login(make_user("showrunner"))
    return client


def on_stage() -> Performance:
    performance = make_performance(state="live")
    enter(performance, performance.story.start, choice=None)
    return performance


def test_state_names_the_path_and_every_branch() -> None:
    performance = on_stage()
    step = performance.steps.get()
    burn = step.scene.choices.get(label="Burn the ferry")
    revision = on_the_desk(performance, state="approved")
    make_brief(step, burn, reason=Brief.Reason.AHEAD)
    state = map_state(performance)
    assert (state["path"], state["at"]) == ([step.scene_id], step.scene_id)
    assert state["ends"] == {
        str(revision.choice_id): {"state": "approved", "revision": revision.pk},
        str(burn.pk): {"state": "writing"},
    }


def test_rejected_branch_is_open_again() -> None:
    performance = on_stage()
    on_the_desk(performance, state="rejected")
    assert map_state(performance)["ends"] == {}


def test_mark_changes_with_the_graph() -> None:
    story = make_performance().story
    before = graph_mark(story)
    assert graph_mark(story) == before
    SceneFactory(story=story, key="new")
    assert graph_mark(story) != before


def test_ended_performance_is_nowhere() -> None:
    performance = on_stage()
    performance.state = "ended"
    assert (map_state(performance)["at"], len(map_state(performance)["path"])) == (None, 1)


def test_pages_are_the_showrunners(client: Client, booth: Client) -> None:
    code = on_stage().code
    paths = [
        f"/console/{code}/{name}"
        for name in ("map/", "map.json", "map-state.json", "map.svg", "outline/", "map/scenes/start/")
    ]
    assert [booth.get(path).status_code for path in paths] == [200] * 6
    client.force_login(make_user("editor"))
    assert {client.get(path).status_code for path in paths} == {403}
    assert {Client().get(path).status_code for path in paths} == {302}


def test_unchanged_state_is_answered_with_nothing(booth: Client) -> None:
    path = f"/console/{on_stage().code}/map-state.json"
    first = booth.get(path)
    assert booth.get(path, HTTP_IF_NONE_MATCH=first["ETag"]).status_code == 304


def test_panel_says_how_far_a_branch_has_come(booth: Client) -> None:
    performance = on_stage()
    revision = on_the_desk(performance)
    page = booth.get(f"/console/{performance.code}/map/scenes/start/").content.decode()
    assert (f"/desk/revisions/{revision.pk}/" in page, "On the path: 1" in page) == (True, True)


def test_picture_lights_the_path(booth: Client) -> None:
    performance = on_stage()
    far = performance.story.scenes.get(key="far-bank")
    enter(performance, far, choice=performance.story.start.choices.get(position=1))
    text = booth.get(f"/console/{performance.code}/map.svg").content.decode()
    ElementTree.fromstring(text)  # noqa: S314 our own picture
    assert ("the chosen path" in text, "released" in text) == (True, True)


def test_state_asks_few_queries_however_long_the_path() -> None:
    performance = on_stage()
    with CaptureQueriesContext(connection) as few:
        map_state(performance)
    for _ in range(20):
        enter(performance, performance.story.start, choice=None)
    with CaptureQueriesContext(connection) as many:
        map_state(performance)
    assert len(many) == len(few)


def test_graph_of_a_performance_is_its_storys(booth: Client) -> None:
    shape = json.loads(booth.get(f"/console/{on_stage().code}/map.json").content)
    assert sorted(node["title"] for node in shape["nodes"] if node["id"].startswith("e")) == [
        "Burn the ferry",
        "Carry the thief",
    ]
