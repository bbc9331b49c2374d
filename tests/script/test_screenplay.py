"""The path as a screenplay: what was played, in the order it was played."""

import pytest

from storyengine.plot.branch import BranchBeat
from storyengine.plot.path import enter
from storyengine.script.screenplay import ScriptScene, screenplay_of
from tests.factories import make_performance

pytestmark = pytest.mark.django_db


def test_screenplay_of_numbers_the_path_and_not_the_scenes() -> None:
    performance = make_performance()
    start = performance.story.start
    choice = start.choices.first()
    for scene, way in ((start, None), (choice.to_scene, choice), (start, None)):
        enter(performance, scene, choice=way)
    beats = (
        BranchBeat("action", "Fog lies on the river."),
        BranchBeat("dialogue", "Nobody crosses for free.", "ODA"),
    )
    screenplay = screenplay_of(performance)
    assert screenplay.scenes == (
        ScriptScene(1, "EXT. THE LANDING - DAWN", beats),
        ScriptScene(2, "EXT. THE FAR BANK - DAY", beats),
        ScriptScene(3, "EXT. THE LANDING - DAWN", beats),
    )
    assert (screenplay.title, screenplay.language, screenplay.version) == ("The Ferry", "en", performance.code)


def test_screenplay_of_unplayed_performance_is_empty() -> None:
    assert screenplay_of(make_performance()).scenes == ()


def test_screenplay_of_asks_as_much_for_a_long_path(django_assert_num_queries) -> None:  # type: ignore[no-untyped-def]
    performance = make_performance()
    for _ in range(30):
        enter(performance, performance.story.start, choice=None)
    with django_assert_num_queries(3):
        assert len(screenplay_of(performance).scenes) == 30
