"""The scenes that a draft is ranked against: the path's last ones, in its order, in one query."""

import pytest

from storyengine.generation.earlier import MOST_SCENES, earlier_scenes
from storyengine.plot.branch import BranchBeat
from storyengine.plot.models import Performance
from storyengine.plot.path import enter
from tests.factories import BeatFactory, SceneFactory, make_performance

pytestmark = pytest.mark.django_db


def go_on(performance: Performance, number: int):  # type: ignore[no-untyped-def]
    scene = SceneFactory(story=performance.story, heading=f"INT. ROOM {number}", summary="")
    BeatFactory(scene=scene, position=2, kind="dialogue", character="ODA", text=f"Room {number}.")
    BeatFactory(scene=scene, position=1, text="Dust.")
    BeatFactory(scene=scene, position=3, kind="note", text="Too long?")
    return enter(performance, scene, choice=None)


def test_scenes_come_whole_and_in_order(django_assert_num_queries) -> None:  # type: ignore[no-untyped-def]
    performance = make_performance()
    bare = SceneFactory(story=performance.story, heading="EXT. NOWHERE", summary="Nothing happens.")
    enter(performance, bare, choice=None)
    step = go_on(performance, 1)
    later = go_on(performance, 2)
    with django_assert_num_queries(1):
        nowhere, room = earlier_scenes(step)
    assert (nowhere.heading, nowhere.beats, nowhere.summary) == ("EXT. NOWHERE", (), "Nothing happens.")
    assert room.beats == (BranchBeat("action", "Dust."), BranchBeat("dialogue", "Room 1.", "ODA"))
    assert [scene.heading for scene in earlier_scenes(later)] == ["EXT. NOWHERE", "INT. ROOM 1", "INT. ROOM 2"]


def test_only_the_last_scenes_of_a_long_path_are_read() -> None:
    performance = make_performance()
    for number in range(MOST_SCENES + 3):
        step = go_on(performance, number)
    assert [scene.heading for scene in earlier_scenes(step)] == [
        f"INT. ROOM {number}" for number in range(3, MOST_SCENES + 3)
    ]
