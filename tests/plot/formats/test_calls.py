"""Where a story goes and comes back: Yarn's detours and ChoiceScript's subroutines lead back, and end nothing."""

import pytest

from storyengine.plot.exchange import bring_in
from storyengine.plot.formats.intake import Sheet
from storyengine.plot.formats.report import Report
from tests.plot.formats.stories import again, graph, prose, read, ways

FERRY = """title: Start
---
Fog.
<<detour Bell>>
A lamp.
-> Ring again
    <<detour Bell>>
-> Cross
    <<jump Far>>
Night.
<<detour Nowhere>>
Still.
===
title: Bell
---
It rings.
-> Hold it
    <<return>>
-> Listen
    Water.
===
title: Far
---
<<detour Once>>
The end.
<<stop>>
===
title: Once
---
<<if $wet>>
    Cold.
    <<return>>
<<endif>>
Dry.
===
title: Alone
---
Nobody comes by.
<<return>>
===
"""


def test_a_detour_leads_to_its_node_and_back_to_what_follows() -> None:
    report = Report()
    story = read(FERRY, "s.yarn", report=report)
    assert ways(story, "Start") == [("Go on", "Bell", "")]
    assert story.scenes[0].choices[0].effects == "back_from_Bell = 1"
    assert ways(story, "Start.then-1") == [("Ring again", "Start.choice-3", ""), ("Cross", "Far", "")]
    assert ways(story, "Start.choice-3") == [("Go on", "Bell", "")]
    back = [
        ("Go on", "Start.then-1", "back_from_Bell == 1"),
        ("Go on", "Start.then-2", "back_from_Bell == 2"),
    ]
    assert ways(story, "Bell.choice-1") == ways(story, "Bell.back") == back
    assert ways(story, "Bell.choice-2") == [("Go on", "Bell.back", "")]
    assert [scene.name for scene in story.scenes if scene.is_ending] == ["Far.then-1"]
    assert [(note.line, note.code) for note in report.notes] == [(11, "way.no_place"), (39, "way.not_called")]


def test_a_place_that_is_called_once_needs_no_memory() -> None:
    story = read(FERRY, "s.yarn")
    assert ways(story, "Far") == [("Go on", "Once", "")]
    assert ways(story, "Once") == [("Go on", "Once.if-1", "wet"), ("Go on", "Once.then-2", "not wet")]
    assert ways(story, "Once.if-1") == ways(story, "Once.back") == [("Go on", "Far.then-1", "")]
    assert "back_from_Once" not in str(graph(story))


def test_what_is_called_where_nothing_is_goes_on_behind_it() -> None:
    story = read(FERRY, "s.yarn")
    assert ways(story, "Start.then-2") == [("Go on", "Start.then-4", "")]
    assert ("Start.then-4", "action", "", "Still.") in prose(story)


@pytest.mark.django_db
def test_what_leads_back_is_no_ending_even_where_ends_are_closed() -> None:
    (story,) = bring_in([Sheet("s.yarn", FERRY)], Report(), close_ends=True)
    assert not story.scenes.get(name="Alone").is_ending
    (story,) = bring_in(
        [Sheet("s.ink", "-> a ->\n<- b\n-> END\n== a\nA.\n->->\n== b\nB.\n")], Report(), close_ends=True
    )
    assert list(story.scenes.filter(is_ending=True).values_list("name", flat=True)) == ["then-1"]


def test_subroutines_within_subroutines_come_back_in_turn() -> None:
    text = (
        "*gosub a\nOne.\n*gosub a\n*goto out\n*label a\nA.\n*gosub b\n*return\n*label b\nB.\n*return\n"
        "*label out\nOut.\n*finish\n"
    )
    story = read(text, "startup.txt", form="choicescript")
    assert ways(story, "startup.b") == [("Go on", "startup.then-2", "")]
    assert ways(story, "startup.then-2") == [
        ("Go on", "startup.then-1", "back_from_startup_a == 1"),
        ("Go on", "startup.out", "back_from_startup_a == 2"),
    ]
    assert [scene.name for scene in story.scenes if scene.is_ending] == ["startup.out"]


def test_calls_go_through_other_tools_and_come_back_equal() -> None:
    story = read(FERRY, "s.yarn")
    for form in ("twee", "ink", "json"):
        story.slug = "ferry"
        back = again(story, form)
        named = {(scene, label if form != "ink" else "", *rest) for scene, label, *rest in graph(back)}
        assert named == {(scene, label if form != "ink" else "", *rest) for scene, label, *rest in graph(story)}


def test_each_of_a_group_is_offered_in_ink_too() -> None:
    node = "title: Bark\nwhen: {when}\n---\nWoof.\n<<stop>>\n===\n"
    group = "".join(node.format(when=when) for when in ("$a", "always", "$b"))
    story = read(f"title: Start\n---\n<<jump Bark>>\n===\n{group}", "s.yarn")
    assert ways(story, "Start") == [("Go on", "Bark", "a"), ("Go on", "Bark.2", ""), ("Go on", "Bark.3", "b")]
    assert ways(again(story, "ink"), "Start") == ways(story, "Start")


TUNNELS = """-> dock
=== dock
Fog.
-> bell ->
A lamp.
+ [Ring] You ring. -> bell ->
    Once more.
+ [Cross] -> bell -> far
- -> dock
=== bell
It rings.
{wet: ->->}
Dry.
-> deep -> ->->
=== deep
Water.
->->
=== far
{wet: -> bell ->}
The end.
-> nowhere ->
-> END
"""


def test_a_tunnel_of_ink_leads_to_its_knot_and_back_to_what_follows() -> None:
    report = Report()
    story = read(TUNNELS, "s.ink", report=report)
    assert ways(story, "dock") == [("Go on", "bell", "")]
    assert ways(story, "dock.then-2") == [("Ring", "dock.choice-3", ""), ("Cross", "dock.choice-5", "")]
    assert ways(story, "dock.choice-3") == [("Go on", "bell", "")]
    assert ways(story, "dock.then-4") == [("Go on", "dock.gather-1", "")]
    assert ways(story, "dock.choice-5") == [("Go on", "bell", "")]
    assert ways(story, "far") == [("Go on", "bell", "wet"), ("Go on", "far.then-1", "not wet")]
    back = [("dock.then-2", 1), ("dock.then-4", 2), ("far", 3), ("far.then-1", 4)]
    asked = [f"wet and back_from_bell == {number}" for _, number in back]
    onward = ("Go on", "deep", " and ".join(f"not ({when})" for when in asked))
    assert ways(story, "bell") == [
        *(("Go on", place, when) for (place, _), when in zip(back, asked, strict=True)),
        onward,
    ]
    assert ways(story, "deep") == [("Go on", "bell.then-1", "")]
    assert ways(story, "bell.then-1") == [("Go on", place, f"back_from_bell == {number}") for place, number in back]
    assert [(note.code, note.line) for note in report.notes] == [("ink.embeds", 21)]
    for form in ("ink", "twee"):
        assert (graph(again(story, form)), prose(again(story, form))) == (graph(story), prose(story))


def test_a_place_that_calls_itself_is_told_of_since_it_remembers_the_latest_call_alone() -> None:
    report = Report()
    text = "-> a\n=== a\nA.\n-> deep ->\nOut.\n-> END\n=== deep\nDown.\n+ [On] -> other ->\n-> back\n+ [Up] -> back\n"
    read(text + "=== other\nSide.\n-> deep ->\nBack.\n->->\n=== back\nUp.\n->->\n", "s.ink", report=report)
    told = [(note.given["target"], note.line) for note in report.notes if note.code == "way.nested"]
    assert told == [("deep", 4), ("other", 9)]
