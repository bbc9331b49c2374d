"""Ink's threads, tunnels under conditions, sequences that lead on, diverts that variables hold, names in any script."""

import pytest

from storyengine.plot.check import check
from storyengine.plot.exchange import bring_in
from storyengine.plot.formats.intake import Sheet
from storyengine.plot.formats.native import parse_native, write_native
from storyengine.plot.formats.report import Report
from storyengine.plot.formats.shape import FileStory
from storyengine.plot.graph import read_graph
from tests.plot.formats.stories import again, graph, prose, read, ways

HUB = """-> square
=== square
Noon.
<- crier
<- shop(-> square)
{wet: <- rain}
+ [Near] -> crier
+ [Leave] -> gate
-> DONE
=== crier
ODA: Hear me! #loud
~ heard = 1
-> crier_more
=== crier_more
* [Listen] You listen.
    -> square
* [Laugh] -> square
* -> gate
=== shop(-> back)
<- till
+ [Look] -> back
=== till
A till.
* {coins > 1} [Pay]
    -> gate
=== rain
It rains.
* [Shelter] -> gate
=== gate
The end.
-> END
"""


def same_everywhere(story: FileStory) -> None:
    """Out and in again, as it came and from its rows alone."""
    story.slug = "s"
    copy = parse_native(write_native(story))
    copy.source.pop("print")
    for form in ("twee", "twine-html", "twine-json", "ink", "json"):
        for each in (story, copy):
            back = again(each, form)
            assert (graph(back), prose(back)) == (graph(story), prose(story))


def test_what_a_thread_says_and_offers_joins_what_is_said_and_offered_here() -> None:
    report = Report()
    story = read(HUB, "s.ink", report=report)
    assert [(kind, name, text) for scene, kind, name, text in prose(story) if scene == "square"] == [
        ("action", "", "Noon."), ("dialogue", "ODA", "Hear me!"), ("action", "", "A till."),
    ]  # fmt: skip
    assert ways(story, "square") == [
        ("Listen", "crier_more.choice-1", 'not visited("crier_more.choice-1")'),
        ("Laugh", "square", "not taken_square_2"),
        ("Pay", "gate", "coins > 1 and not taken_square_3"),
        ("Look", "square", ""),
        ("Shelter", "gate", "wet and not taken_square_5"),
        ("Near", "crier", ""),
        ("Leave", "gate", ""),
    ]
    square = story.scenes[0]
    assert (square.is_ending, square.effects) == (False, "heard = 1")
    assert square.choices[1].effects == "taken_square_2 = true"
    assert ways(story, "crier_more")[1] == ("Laugh", "square", "not taken_square_2")  # taken here it is gone there
    assert [(note.line, note.code) for note in report.notes] == [(6, "ink.embeds")]
    assert not any("same" in choice.source for scene in story.scenes for choice in scene.choices)
    same_everywhere(story)


def test_a_thread_in_a_tunnel_leads_back_where_the_tunnel_does_and_one_into_a_tunnel_goes_through_it() -> None:
    place = "== place\nHere.\n* [Stay]\n- ->->\n"
    story = read(f"-> start\n== start\n-> tunnel ->\nOut.\n-> END\n== tunnel\n<- place\n-> DONE\n{place}", "s.ink")
    assert ways(story, "tunnel") == [("Stay", "place.gather-1", "")]
    assert ways(story, "place.gather-1") == [("Go on", "start.then-1", "")]
    assert [scene.name for scene in story.scenes if scene.is_ending] == ["start.then-1"]
    story = read(f"-> start\n== start\n<- side\nHm.\n-> DONE\n== side\n-> place ->\nOn.\n-> END\n{place}", "s.ink")
    assert [text for scene, *_, text in prose(story) if scene == "start"] == ["Here.", "Hm."]
    assert ways(story, "start") == [("Stay", "place.gather-1", "")]
    assert ways(story, "place.gather-1") == [("Go on", "side.then-1", "")]
    same_everywhere(story)


def test_threads_that_go_round_end_and_those_of_nobody_are_told() -> None:
    report = Report()
    story = read("-> a\n== a\n<- b\n<- nobody\n-> DONE\n== b\nB.\n<- a\n+ [x] -> b\n-> DONE\n", "s.ink", report=report)
    assert ways(story, "a") == [("x", "b", "")]
    assert ways(story, "b") == [("x", "b", "")]
    assert [(note.line, note.code) for note in report.notes] == [(4, "ink.embeds")]


TUNNELS = """-> a
== a
{wet: -> dry ->}
One.
{
- x > 1: -> far ->
- x > 0:
    -> near(2) ->
- else: -> dry ->
}
{wet: -> dry -> | -> near ->} -> b
== b
{wet: -> dry -> c}
Two.
{dim: You sit. -> dry ->|-> near -> c}
-> DONE
== c
{stopping:
- -> dry ->
- -> near ->
}
Three. {-> a|-> b|}
-> END
== dry
->->
== near
->->
== far
->->
"""


def test_a_tunnel_under_a_condition_leads_there_or_past_it() -> None:
    story = read(TUNNELS, "s.ink")
    led = {scene.name: [(to, when) for _, to, when in ways(story, scene.name)] for scene in story.scenes}
    assert led["a"] == [("dry", "wet"), ("a.then-1", "not wet")]
    assert led["a.then-1"] == [("far", "x > 1"), ("near", "x > 0"), ("dry", "not (x > 1 or x > 0)")]
    assert led["a.then-2"] == [("dry", "wet"), ("near", "not wet")]
    assert led["b"] == [
        ("dry", "wet"), ("near", "not dim"), ("dry", "dim"), ("b.then-1", "not wet and dim and not dim"),
    ]  # fmt: skip
    assert led["c"] == [("dry", 'visits("c") == 1'), ("near", 'visits("c") >= 2')]
    assert led["c.then-1"] == [("a", 'visits("c.then-1") == 1'), ("b", 'visits("c.then-1") == 2')]
    behind = ["a.then-1", "a.then-2", "b", "c", "b.then-1", "c.then-1"]
    assert led["dry"] == [(name, f"back_from_dry == {number}") for number, name in enumerate(behind, 1)]
    assert [scene.name for scene in story.scenes if scene.is_ending] == ["b.then-1", "c.then-1"]
    same_everywhere(story)


def test_sequences_that_lead_on_tell_their_turn_by_the_visits_of_their_scene() -> None:
    story = read(
        "-> a\n== a\n{-> b|-> c|}\n{cycle:\n- -> b\n- Hm.\n}\n{!-> c|}\nOn.\n-> a\n== b\n-> a\n== c\n-> a\n", "s.ink"
    )
    visits = 'visits("a")'
    assert ways(story, "a") == [
        ("Go on", "b", f"{visits} == 1"),
        ("Go on", "c", f"{visits} == 2"),
        ("Go on", "b", f"({visits} - 1) % 2 == 0"),
        ("Go on", "c", f"{visits} == 1"),
        ("Go on", "a", " and ".join(f"not {when}" for when in (
            f"{visits} == 1", f"{visits} == 2", f"({visits} - 1) % 2 == 0", f"{visits} == 1"))),
    ]  # fmt: skip
    assert [text for scene, *_, text in prose(story) if scene == "a"] == ["{cycle: Hm.}", "On."]
    same_everywhere(story)


def test_of_what_is_drawn_by_lot_each_is_offered() -> None:
    lot = "{shuffle:\n- -> d ->\n- Hm.\n  ~ n = 1\n}\n"
    story = read(f"-> a\n== a\n{{~-> b|-> c}}\n== b\n{lot}On.\n-> END\n== c\n-> END\n== d\n->->\n", "s.ink")
    assert ways(story, "a") == [("Go on", "b", ""), ("Go on", "c", "")]
    assert ways(story, "b") == [("Go on", "d", ""), ("Go on", "b.then-1", "")]
    assert all(way.source.get("one_of") for scene in story.scenes[:2] for way in scene.choices)
    assert [text for scene, *_, text in prose(story)] == ["{shuffle: Hm.}", "On."]
    assert story.scenes[2].effects == "ink: n = 1 (if shuffle)"
    same_everywhere(story)


def test_a_divert_that_a_variable_holds_leads_wherever_it_may() -> None:
    report = Report()
    text = "VAR here = -> a\n-> talk(-> b)\n== a\n-> talk(-> c)\n== talk(-> back)\nHm.\n-> back\n"
    story = read(text + "== b\n-> here\n== c\n-> back_of ->\nC.\n-> END\n== back_of\n->->\n", "s.ink", report=report)
    assert ways(story, "talk") == [("Go on", "b", ""), ("Go on", "c", "")]
    assert [way.source for way in story.scenes[2].choices] == [{"auto": True, "one_of": True}] * 2
    assert ways(story, "b") == [("Go on", "a", "")]
    assert [note.code for note in report.notes].count("way.computed") == 1
    assert not any("unknown" in scene.source for scene in story.scenes)


def test_names_may_begin_with_digits_and_be_of_any_script() -> None:
    story = read("-> 2nd\n== 2nd\n{门: 开。}\n+ [走] -> 门.里\n== 门\n= 里\n第 3 章。\n-> END\n", "s.ink")
    assert graph(story) == {("2nd", "走", "门.里", "", "")}
    assert ways(read("-> a\n== a\n+ {2nd} [x] -> 2nd\n== 2nd\n-> END\n", "s.ink"), "a") == [
        ("x", "2nd", 'visited("2nd")')
    ]
    same_everywhere(story)


def test_what_stands_below_a_choice_that_leads_away_is_told_and_ends_nothing() -> None:
    report = Report()
    story = read("== a\n* [Go] He goes. -> b\n  Words.\n  -> DONE\n== b\n-> END\n", "s.ink", report=report)
    assert [scene.name for scene in story.scenes if scene.is_ending] == ["b"]
    assert [(note.line, note.code) for note in report.notes if note.code == "after.divert"] == [(3, "after.divert")]
    story = read("== a\n* [Go] He goes. -> b\n  Words.\n  ** [x] -> b\n  -- (deep) Deep.\n== b\n-> a.deep\n", "s.ink")
    assert ways(story, "b") == [("Go on", "a.deep", "")]


def test_a_plain_dash_after_several_conditions_is_none_of_them() -> None:
    story = read(
        "== a\n{\n- x == 1: -> b\n- x == 2: -> c\n- -> d\n}\n== b\n-> END\n== c\n-> END\n== d\n-> END\n", "s.ink"
    )
    assert ways(story, "a")[2] == ("Go on", "d", "not (x == 1 or x == 2)")


@pytest.mark.django_db
def test_no_scene_to_which_a_thread_a_tunnel_or_a_variable_leads_is_unreachable() -> None:
    for text in (HUB, TUNNELS):
        (story,) = bring_in([Sheet("s.ink", text)], Report())
        assert [finding.code for finding in check(read_graph(story)) if "unreachable" in finding.code] == []
