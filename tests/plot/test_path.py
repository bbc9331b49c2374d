"""The path: numbered from one, last step current, a scene entered twice is two steps."""

import pytest

from storyengine.plot.path import current_step, enter, path_scenes
from tests.factories import make_performance

pytestmark = pytest.mark.django_db


def test_current_step_before_the_first_scene_is_none() -> None:
    assert current_step(make_performance()) is None


def test_enter_numbers_steps_and_remembers_the_choice() -> None:
    performance = make_performance()
    start = performance.story.start
    choice = start.choices.get(label="Carry the widow")
    enter(performance, start, choice=None)
    enter(performance, choice.to_scene, choice=choice)
    last = enter(performance, start, choice=None)
    assert current_step(performance) == last
    path = [(step.position, step.scene.key, step.choice and step.choice.label, scene.heading)
            for step, scene in path_scenes(performance)]  # fmt: skip
    assert path == [
        (1, "start", None, "EXT. THE LANDING - DAWN"),
        (2, "far-bank", "Carry the widow", "EXT. THE FAR BANK - DAY"),
        (3, "start", None, "EXT. THE LANDING - DAWN"),
    ]


def test_path_scenes_until_a_step_leaves_out_what_came_later() -> None:
    performance = make_performance()
    first, second, _ = [enter(performance, performance.story.start, choice=None) for _ in range(3)]
    assert [step for step, _ in path_scenes(performance, until=second)] == [first, second]


def test_steps_of_two_performances_are_counted_apart() -> None:
    first = make_performance()
    second = type(first).objects.create(story=first.story)
    enter(first, first.story.start, choice=None)
    assert enter(second, first.story.start, choice=None).position == 1
