"""What Yarn 3 names: enums and smart variables; and ways of its options, detours and signs that were lost."""

from storyengine.plot.formats.report import Report
from storyengine.plot.formats.yarn_nodes import Node
from storyengine.plot.formats.yarn_values import spell_out
from tests.plot.formats.stories import again, graph, prose, read, ways

MEAL = """title: Start
---
<<enum Meal>>
  <<case None>>
  <<case Ramen>>
<<endenum>>
<<enum Rank>>
  <<case Low = 1>>
  <<case High = 9>>
<<endenum>>
<<declare $meal = Meal.None>>
<<declare $rank = Rank.Low>>
<<declare $money = 3>>
<<declare $rich = $money > 10>>
<<declare $known = visited("Bar")>>
<<declare $welcome = $rich && ($meal != .Ramen or $known)>>
Ruby: A meal for 3.50?
-> Ramen. <<if $money > 1 and not $welcome>>
    <<set $meal = .Ramen>>
    <<set $rank = Rank.High>>
    <<jump Bar>>
-> Nothing. <<if "Meal.Ramen" != "x">>
    <<jump Bar>>
===
title: Bar
when: $welcome and $meal == Meal.Ramen
---
Ruby: No .Ramen here.
===
"""


def test_members_of_enums_are_texts_and_smart_variables_what_they_stand_for() -> None:
    report = Report()
    story = read(MEAL, "s.yarn", report=report)
    assert story.variables == {"meal": "None", "rank": 1, "money": 3}
    welcome = 'money > 10 and (meal != "Ramen" or visited("Bar"))'
    assert [way[2] for way in ways(story, "Start")] == [f"money > 1 and not ({welcome})", '"Meal.Ramen" != "x"']
    assert [way.effects for way in story.scenes[0].choices] == ["", ""]
    assert story.scenes[1].effects == 'meal = "Ramen"\nrank = 9'
    assert [text for *_, text in prose(story)] == ["A meal for 3.50?", "No .Ramen here."]
    assert [note.code for note in report.notes] == ["yarn.when"]
    for form in ("twee", "twine-json", "ink"):
        assert (graph(again(story, form)), prose(again(story, form))) == (graph(story), prose(story))


def test_smart_variables_that_stand_for_themselves_end() -> None:
    lines = ["<<declare $a = $b + $b>>", "<<declare $b = $a + $a>>", "<<if $a>>", "<<endif>>"]
    node = Node(1, {"title": "A"}, [(n, 0, line) for n, line in enumerate(lines)])
    spell_out([node])
    (_, _, asked), (_, _, closed) = node.lines
    assert (asked[:6], closed, len(asked) < 2100) == ("<<if (", "<<endif>>", True)


def test_options_that_stand_further_left_are_offered_on_their_own() -> None:
    story = read("title: Start\n---\nBea: Hm.\n    -> One\n    -> Two\n        Two it is.\n-> Three\n===\n", "s.yarn")
    assert [label for label, *_ in ways(story, "Start")] == ["One", "Two"]
    assert ways(story, "Start.then-1") == [("Three", "? ", "")]


def test_a_detour_to_a_name_in_braces_leads_there_and_what_follows_one_that_is_computed_is_told() -> None:
    bar = "title: Bar\n---\nBar.\n===\n"
    story = read(f'title: Start\n---\nA.\n<<detour {{"Bar"}}>>\nB.\n===\n{bar}', "s.yarn")
    assert ways(story, "Start") == [("Go on", "Bar", "")]
    assert ways(story, "Bar") == [("Go on", "Start.then-1", "")]
    report = Report()
    story = read(f"title: Start\n---\nA.\n<<detour {{$x}}>>\nB.\n===\n{bar}", "s.yarn", report=report)
    assert [text for *_, text in prose(story)] == ["A.", "B.", "Bar."]
    assert [note.code for note in report.notes] == ["way.computed"]
    assert story.scenes[0].source["unknown"] == ["$x"]


def test_a_command_behind_a_backslash_is_words() -> None:
    story = read("title: Start\n---\nWe write \\<<jump Bar>> here.\nOn.\n===\ntitle: Bar\n---\nBar.\n===\n", "s.yarn")
    assert [text for *_, text in prose(story)] == ["We write <<jump Bar>> here.", "On.", "Bar."]
    assert graph(story) == set()


def test_a_node_that_leads_away_when_detoured_to_has_no_scene_to_come_back_from() -> None:
    story = read(
        "title: A\n---\n<<detour B>>\nx\n===\ntitle: B\n---\n-> On\n<<jump C>>\n===\ntitle: C\n---\ny\n===\n", "s.yarn"
    )
    assert [scene.name for scene in story.scenes] == ["A", "A.then-1", "B", "B.then-1", "C"]
