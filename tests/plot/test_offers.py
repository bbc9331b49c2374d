"""What a scene offers on a path: conditions by what the path has done, folded from its steps."""

import pytest

from storyengine.plot.offers import offer, state_at
from storyengine.plot.path import enter
from tests.factories import ChoiceFactory, PerformanceFactory, SceneFactory, make_performance

pytestmark = pytest.mark.django_db


def test_variables_and_visits_are_folded_from_the_path(django_assert_num_queries) -> None:
    performance = PerformanceFactory(story__variables={"gold": 1})
    hall = SceneFactory(story=performance.story, key="hall", name="The hall", effects="gold = gold * 10")
    door = ChoiceFactory(scene=hall, label="Door", to_scene=hall, effects="gold = gold + 1")
    enter(performance, hall, choice=None)
    step = enter(performance, hall, choice=door)
    with django_assert_num_queries(1):
        state = state_at(step)
    assert (state.values, state.visits) == ({"gold": 110}, {"The hall": 2, "hall": 2})


def test_offer_leaves_out_what_does_not_hold_and_keeps_what_is_unclear() -> None:
    performance = make_performance()
    scene = performance.story.start
    one, two, three = scene.choices.all()
    one.condition, two.condition = 'visits("start") == 2', "harlowe: (a:) contains 2"
    one.save()
    two.save()
    step = enter(performance, scene, choice=None)
    found = offer(step)
    assert (found.choices, found.withheld) == ((two, three), (one,))
    assert [choice for choice, _ in found.unclear] == [two]


def test_a_variable_that_is_no_value_offers_and_tells() -> None:
    performance = make_performance()
    performance.story.variables = {"bag": [1, 2]}
    performance.story.save()
    scene = performance.story.start
    scene.choices.filter(position=1).update(condition="bag > 3")
    found = offer(enter(performance, scene, choice=None))
    assert (len(found.choices), [choice.position for choice, _ in found.unclear]) == (3, [1])


def test_a_fallback_is_offered_only_alone() -> None:
    performance = make_performance()
    scene = performance.story.start
    last = scene.choices.last()
    last.source = {"fallback": True}
    last.save()
    step = enter(performance, scene, choice=None)
    assert last not in offer(step).choices
    scene.choices.exclude(pk=last.pk).update(condition="1 == 2")
    assert offer(step).choices == (last,)


def test_a_story_without_conditions_costs_one_query(django_assert_num_queries) -> None:
    performance = make_performance()
    step = enter(performance, performance.story.start, choice=None)
    with django_assert_num_queries(1):
        assert len(offer(step).choices) == 3
