"""Memory is the path's, and after a merge only what every way brings; facts are read once, from what may be seen."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from storyengine.errors import Refused
from storyengine.generation.memory import keep_fact, recall
from storyengine.generation.models import SceneMemory
from storyengine.plot.models import Performance, Scene, Story
from storyengine.plot.path import current_step, enter
from tests.factories import BeatFactory, CharacterFactory, ChoiceFactory, PerformanceFactory, SceneFactory, StoryFactory

pytestmark = pytest.mark.django_db


def scene(story: Story, key: str, text: str, summary: str = "") -> Scene:
    made = SceneFactory(story=story, key=key, heading=f"INT. {key.upper()} - NIGHT", summary=summary)
    BeatFactory(scene=made, position=1, text=text)
    return made


@pytest.fixture
def diamond() -> dict[str, Scene]:
    """start -> left or right -> merge, which both ways reach."""
    story = StoryFactory()
    for name in ("NELL", "ARLO"):
        CharacterFactory(story=story, name=name)
    scenes = {
        "start": scene(story, "start", "NELL takes the lamp.", "The lamp is lit."),
        "left": scene(story, "left", "ARLO hides the key. NELL knows the way.", "Left, with the key."),
        "right": scene(story, "right", "NELL loses the map. NELL knows the way.", "Right, in the rain."),
        "merge": scene(story, "merge", "ARLO promises to wait.", "They meet."),
    }
    for number, (source, target) in enumerate(
        [("start", "left"), ("start", "right"), ("left", "merge"), ("right", "merge")]
    ):
        ChoiceFactory(scene=scenes[source], position=number + 1, to_scene=scenes[target])
    story.start = scenes["start"]
    story.save()
    return scenes


def walk(scenes: dict[str, Scene], *keys: str) -> Performance:
    performance = PerformanceFactory(story=scenes["start"].story)
    for key in keys:
        enter(performance, scenes[key], choice=None)
    return performance


def recalled(performance: Performance) -> dict[str, bool]:
    memory = recall(current_step(performance))
    return {f"{one.fact.who} {one.fact.what}": one.holds for one in memory.recalled}


def test_a_path_without_merges_remembers_all_of_it(diamond: dict[str, Scene]) -> None:
    memory = recall(current_step(walk(diamond, "start", "left")))
    assert memory.so_far == ("The lamp is lit.",)
    assert memory.last_scene == "INT. LEFT - NIGHT\nARLO hides the key. NELL knows the way."
    assert set(memory.facts) == {("NELL", "takes the lamp"), ("ARLO", "hides the key"), ("NELL", "knows the way")}


def test_after_a_merge_only_what_every_way_brings_stays(diamond: dict[str, Scene]) -> None:
    walk_right = walk(diamond, "start", "right")
    recall(current_step(walk_right))  # the other way has been read, too
    performance = walk(diamond, "start", "left", "merge")
    assert recalled(performance) == {
        "NELL takes the lamp": True,
        "ARLO hides the key": False,
        "NELL knows the way": True,
        "ARLO promises to wait": True,
    }
    memory = recall(current_step(performance))
    assert memory.so_far == ("The lamp is lit.",)
    assert ("ARLO", "hides the key") not in memory.facts


def test_an_editor_may_keep_a_fact_at_a_merge_and_take_that_back(diamond: dict[str, Scene]) -> None:
    performance = walk(diamond, "start", "left", "merge")
    recall(current_step(performance))
    keep_fact(diamond["merge"], "ARLO", "hides the key")
    assert recalled(performance)["ARLO hides the key"]
    assert ("ARLO", "hides the key") in recall(current_step(performance)).facts
    keep_fact(diamond["merge"], "ARLO", "hides the key", keep=False)
    assert not recalled(performance)["ARLO hides the key"]


def test_what_no_scene_proves_cannot_be_kept(diamond: dict[str, Scene]) -> None:
    recall(current_step(walk(diamond, "start", "left", "merge")))
    with pytest.raises(Refused) as refused:
        keep_fact(diamond["merge"], "ARLO", "is a dragon")
    assert refused.value.code == "request.not_found"


def test_a_loop_back_keeps_what_the_first_way_in_brings(diamond: dict[str, Scene]) -> None:
    ChoiceFactory(scene=diamond["merge"], position=9, to_scene=diamond["left"])
    performance = walk(diamond, "start", "left")
    assert recalled(performance)["NELL takes the lamp"]


def test_facts_are_read_once_and_again_when_the_text_changes(diamond: dict[str, Scene]) -> None:
    performance = walk(diamond, "start", "left")
    recall(current_step(performance))
    before = SceneMemory.objects.get(scene=diamond["left"])
    recall(current_step(performance))
    assert SceneMemory.objects.get(scene=diamond["left"]).read_at == before.read_at
    diamond["left"].beats.update(text="ARLO burns the key.")
    assert ("ARLO", "burns the key") in recall(current_step(performance)).facts


def test_recalling_asks_the_database_a_fixed_number_of_times(diamond: dict[str, Scene]) -> None:
    performance = walk(diamond, "start", "left", "merge")
    recall(current_step(performance))
    long_way = walk(diamond, *["start", "left"] * 10, "merge")
    step = current_step(long_way)
    with CaptureQueriesContext(connection) as captured:
        recall(step)
    assert len(captured) <= 9


def test_a_question_is_open_until_a_later_scene_takes_it_up() -> None:
    story = StoryFactory()
    CharacterFactory(story=story, name="NELL")
    first = scene(story, "first", "Fog.")
    BeatFactory(scene=first, position=2, kind="dialogue", character="NELL", text="Who stole the compass tonight?")
    second, third = (
        scene(story, "second", "NELL waits."),
        scene(story, "third", "The compass lies where it was stolen."),
    )
    for number, (source, target) in enumerate([(first, second), (second, third)]):
        ChoiceFactory(scene=source, position=number + 1, to_scene=target)
    story.start = first
    story.save()
    performance = PerformanceFactory(story=story)
    enter(performance, first, choice=None)
    enter(performance, second, choice=None)
    assert recall(current_step(performance)).threads == ("Who stole the compass tonight?",)
    enter(performance, third, choice=None)
    assert recall(current_step(performance)).threads == ()
