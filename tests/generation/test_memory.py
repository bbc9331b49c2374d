"""Memory is the path's, and after a merge only what every way brings; facts are read once, from what may be seen."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from storyengine.errors import Refused
from storyengine.generation.memory import keep_fact, recall
from storyengine.generation.models import SceneMemory
from storyengine.plot.models import Choice, Performance, Scene, Story
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
    assert set(memory.facts) == {("NELL", "has the lamp"), ("ARLO", "hides the key"), ("NELL", "knows the way")}


def test_what_two_scenes_say_is_told_once_where_it_was_said_last(diamond: dict[str, Scene]) -> None:
    diamond["left"].beats.update(text="NELL has The Lamp. ARLO hides the key.")
    memory = recall(current_step(walk(diamond, "start", "left")))
    assert [(one.who, one.state[1], one.heading) for one in memory.recalled] == [
        ("NELL", "has The Lamp", "INT. LEFT - NIGHT"),
        ("ARLO", "hides the key", "INT. LEFT - NIGHT"),
    ]
    assert memory.facts == (("NELL", "has The Lamp"), ("ARLO", "hides the key"))


def test_after_a_merge_only_what_every_way_brings_stays(diamond: dict[str, Scene]) -> None:
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


def test_a_way_that_nobody_walked_is_read_when_a_merge_needs_it(diamond: dict[str, Scene]) -> None:
    diamond["right"].beats.update(text="NELL loses the lamp. NELL knows the way.")
    assert not SceneMemory.objects.exists()
    performance = walk(diamond, "start", "left", "merge")
    assert recalled(performance) == {
        "NELL takes the lamp": False,
        "ARLO hides the key": False,
        "NELL knows the way": True,
        "ARLO promises to wait": True,
    }
    assert SceneMemory.objects.get(scene=diamond["right"]).facts[0]["what"] == "loses the lamp"
    diamond["right"].beats.update(text="NELL knows the way.")  # corrected since
    assert recalled(performance)["NELL takes the lamp"]


def test_a_choice_that_nothing_follows_yet_is_no_way(diamond: dict[str, Scene]) -> None:
    ChoiceFactory(scene=diamond["start"], position=9)
    assert recalled(walk(diamond, "start", "left", "merge"))["NELL takes the lamp"]


def test_an_orphan_that_leads_into_the_merge_takes_nothing_away(diamond: dict[str, Scene]) -> None:
    orphan = scene(diamond["start"].story, "orphan", "NELL drops the lamp.")
    ChoiceFactory(scene=orphan, position=1, to_scene=diamond["merge"])
    memory = recall(current_step(walk(diamond, "start", "left", "merge")))
    assert memory.so_far == ("The lamp is lit.",)
    assert ("NELL", "has the lamp") in memory.facts


def test_the_path_counts_as_a_way_where_its_choice_was_led_elsewhere(diamond: dict[str, Scene]) -> None:
    performance = walk(diamond, "start", "left", "merge")
    diamond["left"].choices.update(to_scene=diamond["start"])
    assert not recalled(performance)["ARLO hides the key"]
    diamond["right"].choices.update(to_scene=diamond["start"])
    assert recalled(performance)["ARLO hides the key"]


def test_what_changed_reaches_the_writer_as_the_state_that_holds(diamond: dict[str, Scene]) -> None:
    diamond["left"].beats.update(text="NELL gives the lamp to ARLO. NELL goes to the mill.")
    diamond["merge"].beats.update(text="NELL dies.")
    story = diamond["start"].story
    diamond["right"].choices.all().delete()
    memory = recall(current_step(walk(diamond, "start", "left", "merge")))
    assert memory.facts == (("ARLO", "has the lamp"), ("NELL", "is dead"))
    assert [(one.fact.what, one.heading, one.ended) for one in memory.recalled if not one.holds] == [
        ("takes the lamp", "INT. START - NIGHT", (memory.recalled[1].fact, "INT. LEFT - NIGHT")),
        ("goes to the mill", "INT. LEFT - NIGHT", (memory.recalled[3].fact, "INT. MERGE - NIGHT")),
    ]
    assert story.scenes.count() == 4


def test_a_fact_kept_at_one_merge_holds_at_the_next_only_if_all_ways_bring_it(diamond: dict[str, Scene]) -> None:
    """start -> left or right -> merge -> end, and a way around the merge: right -> end."""
    end = diamond["end"] = scene(diamond["start"].story, "end", "Fog.")
    ChoiceFactory(scene=diamond["merge"], position=1, to_scene=end)
    performance = walk(diamond, "start", "left", "merge")
    recall(current_step(performance))
    keep_fact(diamond["merge"], "ARLO", "hides the key")
    enter(performance, end, choice=None)
    assert recalled(performance)["ARLO hides the key"]
    around = ChoiceFactory(scene=diamond["right"], position=9, to_scene=end)
    assert not recalled(performance)["ARLO hides the key"]
    around.delete()
    assert recalled(performance)["ARLO hides the key"]


def test_what_was_kept_from_the_other_way_is_told_with_its_proof(diamond: dict[str, Scene]) -> None:
    recall(current_step(walk(diamond, "start", "left", "merge")))
    keep_fact(diamond["merge"], "ARLO", "hides the key")
    memory = recall(current_step(walk(diamond, "start", "right", "merge")))
    (one,) = [one for one in memory.recalled if one.fact.what == "hides the key"]
    assert (one.scene, one.heading, one.holds, one.kept) == (diamond["left"].pk, "INT. LEFT - NIGHT", True, True)
    assert ("ARLO", "hides the key") in memory.facts


def test_an_editor_may_keep_what_a_later_fact_of_the_path_ended(diamond: dict[str, Scene]) -> None:
    diamond["merge"].beats.update(text="NELL drops the lamp.")
    performance = walk(diamond, "start", "left", "merge")
    assert not recalled(performance)["NELL takes the lamp"]
    keep_fact(diamond["merge"], "NELL", "takes the lamp")
    assert recalled(performance) == {
        "NELL takes the lamp": True,
        "ARLO hides the key": False,
        "NELL knows the way": True,
        "NELL drops the lamp": False,
    }


def test_recalling_asks_the_database_a_fixed_number_of_times(diamond: dict[str, Scene]) -> None:
    performance = walk(diamond, "start", "left", "merge")
    first = current_step(performance)
    with CaptureQueriesContext(connection) as reading:
        recall(first)
    for number in range(30):
        aside = scene(diamond["start"].story, f"aside-{number}", f"NELL takes the plate {number}.")
        ChoiceFactory(scene=diamond["start"], position=10 + number, to_scene=aside)
        ChoiceFactory(scene=aside, position=1, to_scene=diamond["merge"])
    step = current_step(walk(diamond, *["start", "left"] * 10, "merge"))
    with CaptureQueriesContext(connection) as reading_more:
        recall(step)
    with CaptureQueriesContext(connection) as knowing:
        recall(step)
    assert (len(reading), len(reading_more), len(knowing)) == (10, 10, 9)


def test_far_more_scenes_than_are_looked_at_change_neither_queries_nor_what_is_sure(
    diamond: dict[str, Scene], monkeypatch: pytest.MonkeyPatch
) -> None:
    """A thousand scenes before the merge, of which ten are looked at: what they bring may be anything."""
    monkeypatch.setattr("storyengine.generation.memory.MOST_ASIDE", 10)
    story = diamond["start"].story
    crowd = Scene.objects.bulk_create(
        Scene(story=story, key=f"crowd-{number}", heading="EXT. FOG - NIGHT") for number in range(1000)
    )
    ahead = [diamond["start"], *crowd[:-1]]
    Choice.objects.bulk_create(
        Choice(scene=source, position=50, label="On", to_scene=target)
        for source, target in zip(ahead, crowd, strict=True)
    )
    ChoiceFactory(scene=crowd[-1], position=1, to_scene=diamond["merge"])
    step = current_step(walk(diamond, "start", "left", "merge"))
    with CaptureQueriesContext(connection) as captured:
        memory = recall(step)
    assert len(captured) == 11
    assert memory.facts == (("ARLO", "promises to wait"),)
    assert SceneMemory.objects.count() == 13


@pytest.mark.parametrize(
    ("question", "unrelated", "answer"),
    [
        ("Who stole the compass tonight?", "NELL waits.", "The compass lies where it was stolen."),
        ("Who has the key?", "NELL finds a keyhole.", "NELL drops the keys."),
        ("谁拿了那把钥匙？", "小武走进灯塔。", "钥匙在船上。"),
    ],
)
def test_a_question_is_open_until_a_later_scene_takes_it_up(question: str, unrelated: str, answer: str) -> None:
    story = StoryFactory()
    CharacterFactory(story=story, name="NELL")
    first = scene(story, "first", "Fog.")
    BeatFactory(scene=first, position=2, kind="dialogue", character="NELL", text=question)
    second, third = scene(story, "second", unrelated), scene(story, "third", answer)
    for number, (source, target) in enumerate([(first, second), (second, third)]):
        ChoiceFactory(scene=source, position=number + 1, to_scene=target)
    story.start = first
    story.save()
    performance = PerformanceFactory(story=story)
    enter(performance, first, choice=None)
    enter(performance, second, choice=None)
    assert recall(current_step(performance)).threads == (question,)
    enter(performance, third, choice=None)
    assert recall(current_step(performance)).threads == ()


def test_a_question_about_its_own_moment_is_open_for_one_scene(diamond: dict[str, Scene]) -> None:
    asked = "What should we do now?"
    BeatFactory(scene=diamond["start"], position=2, kind="dialogue", character="NELL", text=asked)
    performance = walk(diamond, "start")
    assert recall(current_step(performance)).threads == (asked,)
    enter(performance, diamond["left"], choice=None)
    assert recall(current_step(performance)).threads == ()
