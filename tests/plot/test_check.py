"""Every finding from a story that has the fault, none from one that has not; queries do not grow with the story."""

import json

import pytest

from storyengine.plot.check import by_scene, check, has_errors
from storyengine.plot.graph import components, cycles, read_graph
from storyengine.plot.offers import offer
from storyengine.plot.path import enter
from storyengine.plot.walks import Coverage, walk
from tests.factories import (
    BeatFactory,
    CharacterFactory,
    ChoiceFactory,
    PerformanceFactory,
    SceneFactory,
    StoryFactory,
    make_story,
)

pytestmark = pytest.mark.django_db


@pytest.fixture
def story():  # type: ignore[no-untyped-def]
    story = StoryFactory()
    story.start = SceneFactory(story=story, key="a")
    story.save()
    return story


def scene(story, key: str, **fields):  # type: ignore[no-untyped-def]
    return SceneFactory(story=story, key=key, **fields)


def found(story) -> set[tuple[str, str]]:  # type: ignore[no-untyped-def]
    graph = read_graph(story)
    keys: dict[int | None, str] = dict(zip(graph.ids, graph.keys, strict=True))
    return {(finding.code, keys.get(finding.scene, "")) for finding in check(graph)}


def test_findings_name_scenes_as_people_do(story) -> None:  # type: ignore[no-untyped-def]
    scene(story, "b", heading="INT. THE TAP - NIGHT")
    scene(story, "c", heading="INT. THE TAP - NIGHT")
    scene(story, "d", heading="INT. THE TAP - NIGHT", name="The last round")
    scene(story, "e", heading="EXT. THE QUAY - DAWN")
    names = {finding.name for finding in check(read_graph(story)) if finding.code == "unreachable"}
    assert names == {
        "INT. THE TAP - NIGHT (b)", "INT. THE TAP - NIGHT (c)", "The last round", "EXT. THE QUAY - DAWN",
    }  # fmt: skip


def test_a_sound_story_has_no_finding() -> None:
    story = make_story()
    BeatFactory(scene=story.start, position=3, kind="dialogue", character="BRAM", text="No.")
    assert check(read_graph(story)) == []


def test_dead_ends_links_loops_and_islands_are_found(story) -> None:
    b, c, d = scene(story, "b"), scene(story, "c"), scene(story, "d", is_ending=True)
    scene(story, "island")
    ChoiceFactory(scene=story.start, label="Go", to_scene=b)
    ChoiceFactory(scene=story.start, label="Gone", target="Atlantis")
    ChoiceFactory(scene=b, label="On", to_scene=c)
    ChoiceFactory(scene=c, label="Back", to_scene=b)
    ChoiceFactory(scene=d, label="More", to_scene=d)
    assert found(story) == {
        ("nobody", ""), ("dead_link", "a"), ("no_exit", "b"), ("unreachable", "island"), ("no_way_on", "island"),
        ("unreachable", "d"), ("ending_goes_on", "d"),
    }  # fmt: skip
    findings = check(read_graph(story))
    assert has_errors(findings)
    assert findings[0].severity == "error"
    assert [finding.code for finding in by_scene(findings)[b.pk]] == ["no_exit"]
    dead = next(finding for finding in findings if finding.code == "dead_link")
    assert dead.severity == "warning"
    assert dead.message == (
        "“Gone” leads to “Atlantis”, which is no scene: if it is chosen, the writer writes what follows."
    )


def test_unknown_macros_make_it_possibly_unreachable(story) -> None:
    scene(story, "island", is_ending=True)
    story.start.source = {"unknown": ["warp"]}
    story.start.save()
    assert found(story) == {("possibly_unreachable", "island")}


def test_what_is_shown_inside_another_scene_is_reached(story) -> None:
    scene(story, "box", name="The box")
    ChoiceFactory(scene=story.start, label="Open")
    story.start.source = {"embeds": ["The box"]}
    story.start.save()
    assert found(story) == {("nobody", "")}


def test_what_unknown_code_may_set_is_possibly_never_offered(story) -> None:
    end = scene(story, "end", is_ending=True)
    ChoiceFactory(scene=story.start, label="A", condition="courage > 3", to_scene=end)
    ChoiceFactory(scene=story.start, label="B", condition='visited("nowhere")', to_scene=end)
    codes = [(finding.code, finding.severity, finding.label) for finding in check(read_graph(story))]
    assert codes == [("never_holds", "warning", "A"), ("never_holds", "warning", "B")]
    story.start.source = {"unknown": ["warp"]}
    story.start.save()
    codes = [(finding.code, finding.severity, finding.label) for finding in check(read_graph(story))]
    assert codes == [("never_holds", "warning", "B"), ("possibly_never_holds", "note", "A")]


@pytest.mark.parametrize("value", [[1, 2], {"a": 1}, None, 10**400, "x" * 5000])
def test_a_variable_that_is_no_value_is_read_as_not_known(story, value) -> None:
    end = scene(story, "end", is_ending=True)
    story.variables = {"bag": value, "gold": 1}
    story.save()
    ChoiceFactory(scene=story.start, label="A", condition="bag > 3 and gold < 2", to_scene=end)
    ChoiceFactory(scene=story.start, label="B", condition="gold > 3", to_scene=end)
    graph = read_graph(story)
    assert [(finding.code, finding.label) for finding in check(graph)] == [("never_holds", "B")]
    assert walk(graph, walks=5).ends == {"ending": 5}


@pytest.mark.parametrize(
    ("effects", "offered"),
    [
        ("courage = luck / 0", {"luck is 2", "courage is 1"}),
        ("sugarcube: $luck to random()\nluck = 2", {"luck is 2", "courage is 1"}),
        ("luck = 2\nsugarcube: $luck to random()", {"luck is 2", "luck is 3", "courage is 1"}),
        ("courage = courage + 1 if luck / 0 > 1", {"luck is 2", "courage is 1"}),
    ],
)
def test_walks_and_the_live_show_know_the_same(story, effects: str, offered: set[str]) -> None:
    story.variables, story.start.effects = {"luck": 2, "courage": 1}, effects
    story.save(), story.start.save()
    for label, condition in [("luck is 2", "luck == 2"), ("luck is 3", "luck == 3"), ("courage is 1", "courage == 1")]:
        to = scene(story, label.replace(" ", "-"), is_ending=True)
        ChoiceFactory(scene=story.start, label=label, condition=condition, to_scene=to)
    step = enter(PerformanceFactory(story=story), story.start, choice=None)
    assert {choice.label for choice in offer(step).choices} == offered
    walked = walk(read_graph(story), walks=200).scenes
    keys = dict(story.scenes.values_list("pk", "key"))
    assert {keys[pk].replace("-", " ") for pk, number in walked.items() if number} - {"a"} == offered


def test_a_story_whose_writer_knows_nobody_is_found_before_it_is_played(story) -> None:
    assert ("nobody", "") not in found(story)
    ChoiceFactory(scene=story.start, label="Gone", target="Atlantis")
    assert ("nobody", "") in found(story)
    CharacterFactory(story=story, name="ODA")
    assert ("nobody", "") not in found(story)


@pytest.mark.parametrize("cue", ["ODA", "ODA (V.O.)", "Oda (CONT'D)", "ODA（画外音）"])
def test_who_speaks_by_any_cue_is_not_silent(story, cue: str) -> None:
    story.start.is_ending = True
    story.start.save()
    CharacterFactory(story=story, name="ODA")
    BeatFactory(scene=story.start, kind="dialogue", character=cue)
    assert check(read_graph(story)) == []


def test_same_choices_silent_characters_and_impossible_conditions(story) -> None:
    CharacterFactory(story=story, name="MUTE")
    end = scene(story, "end", is_ending=True)
    story.variables = {"courage": 1}
    story.save()
    for label, condition in [
        ("Go", "courage > 3"), ("Go", "courage > 3"), ("A", "courage == 2"), ("B", 'visited("nowhere")'),
        ("C", "gold > 3 and gold < 2"), ("D", "gold > 3 and gold < 4"), ("E", "courage + gold > 99"),
        ("F", "harlowe: (a:) contains 2"), ("G", "courage == 1"), ("H", ""),
    ]:  # fmt: skip
        ChoiceFactory(scene=story.start, label=label, condition=condition, to_scene=end)
    end.effects = "gold = gold + 1\ncourage = 2"
    end.save()
    by_label = {(finding.code, finding.label) for finding in check(read_graph(story)) if finding.choice}
    assert by_label == {
        ("same_choice", "Go"), ("never_holds", "Go"), ("never_holds", "B"), ("never_holds", "C"), ("unclear", "F"),
    }  # fmt: skip
    assert ("silent", "") in found(story)


def test_a_story_without_a_start_says_so(story) -> None:
    story.start = None
    story.save()
    assert ("no_start", "") in found(story)
    assert walk(read_graph(story)).steps == 0


def test_reading_takes_four_queries_whatever_the_size(story, django_assert_num_queries) -> None:
    for number in range(30):
        ChoiceFactory(scene=scene(story, f"s{number}"), to_scene=story.start)
    with django_assert_num_queries(4):
        read_graph(story)


def test_walks_are_the_same_for_a_seed_and_count_every_end(story) -> None:
    end, far = scene(story, "end", is_ending=True), scene(story, "far")
    ChoiceFactory(scene=story.start, label="End", to_scene=end)
    ChoiceFactory(scene=story.start, label="Far", to_scene=far)
    ChoiceFactory(scene=story.start, label="Open")
    one, two = walk(read_graph(story), walks=3000, seed=5), walk(read_graph(story), walks=3000, seed=5)
    assert one == two
    assert sum(one.ends.values()) == 3000
    assert set(one.ends) == {"ending", "no_way_on", "open"}
    assert all(900 < number < 1100 for number in one.ends.values())
    assert (one.scenes[story.start.pk], one.scenes[end.pk]) == (3000, one.ends["ending"])


def test_walks_follow_conditions_effects_and_fallbacks(story) -> None:
    end = scene(story, "end", is_ending=True)
    ChoiceFactory(scene=story.start, label="Wait", to_scene=story.start, effects="n = n + 1", condition="n < 3")
    ChoiceFactory(scene=story.start, label="Leave", to_scene=end, source={"fallback": True})
    coverage = walk(read_graph(story), walks=50)
    assert (coverage.ends, coverage.steps) == ({"ending": 50}, 50 * 5)
    bounded = walk(read_graph(story), walks=50, most_steps=20)
    assert (bounded.walks, bounded.ends, bounded.steps, bounded.scenes[end.pk]) == (4, {"ending": 4}, 20, 4)
    assert Coverage.from_json(json.loads(json.dumps(bounded.as_json()))) == bounded
    assert (bounded.share(1), bounded.rarest()[0]) == (25.0, (story.start.pk, 4))


def test_walks_that_are_offered_nothing_or_go_on_for_ever_end(story) -> None:
    ChoiceFactory(scene=story.start, label="Never", to_scene=story.start, condition="1 > 2")
    assert walk(read_graph(story), walks=10).ends == {"nothing_offered": 10}
    story.start.choices.update(condition="")
    assert walk(read_graph(story), walks=10).ends == {"long": 10}


def test_components_come_after_what_they_lead_to() -> None:
    assert components([[1], [2, 3], [0], [3], [0, 3]]) == [[3], [0, 1, 2], [4]]
    assert cycles(5, [(0, 1), (1, 2), (2, 0), (3, 3), (4, 0)]) == {0, 1, 2, 3}
    assert len(components([[n + 1] for n in range(50_000)] + [[]])) == 50_001  # deep, without recursion
