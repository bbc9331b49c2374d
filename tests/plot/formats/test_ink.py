"""Ink: knots, stitches, weave, labels, conditions, statements; and its own text back while nobody has edited it."""

import pytest

from storyengine.errors import Refused
from storyengine.plot.formats import read_files, write_story
from storyengine.plot.formats.intake import Sheet
from storyengine.plot.formats.linking import link
from storyengine.plot.formats.report import Report
from storyengine.plot.formats.shape import FileBeat, FileChoice, FileScene, FileStory
from tests.plot.formats.stories import again, graph, prose, read, ways

STORY = """# title: The Train
VAR courage = 1
VAR name = "Oda"
CONST DEEP = 3
-> train // where it starts
=== train ===
/* a comment
   of two lines */
You wait. # night
ODA: Are you coming?
* "Yes[."]," I said. -> carriage
* {courage > 2} [Jump]
  You fall.
  ~ courage = courage + 1
  ** [Get up] You stand.
  ** [Stay down]
     -> END
  -- (mud) Muddy.
+ [Look around] -> train
* -> lost
- (platform) The platform is empty.
{courage > DEEP: -> carriage | -> lost}
= inner
Inner. -> DONE
=== carriage
Warm. {not train.platform: You missed it.}
<- smells
{
 - courage == 1:
   -> lost
 - else:
   ~ courage = 0
   -> train.inner
}
=== smells
Coal.
-> DONE
=== lost
Lost, \\{name\\}.
-> END
=== function double(x)
~ return x * 2
"""


def test_the_graph_is_what_the_weave_says() -> None:
    story = read(STORY, "s.ink")
    assert (story.title, story.variables) == ("The Train", {"courage": 1, "name": "Oda", "DEEP": 3})
    assert (story.names[story.start or ""], [scene.name for scene in story.scenes]) == (
        "train",
        ["train", "train.choice-1", "train.choice-2", "train.choice-3", "train.choice-4", "train.mud", "train.platform",
         "train.inner", "carriage", "smells", "lost"],
    )  # fmt: skip
    assert ways(story, "train") == [
        ('"Yes."', "train.choice-1", 'not visited("train.choice-1")'),
        ("Jump", "train.choice-2", 'courage > 2 and not visited("train.choice-2")'),
        ("Look around", "train", ""),
        ("Go on", "lost", "not taken_train_4"),
    ]
    assert ways(story, "train.choice-1") == [("Go on", "carriage", "")]
    assert ways(story, "train.choice-3") == [("Go on", "train.mud", "")]
    assert ways(story, "train.mud") == [("Go on", "train.platform", "")]
    assert ways(story, "train.platform") == [
        ("Go on", "carriage", "courage > DEEP"), ("Go on", "lost", "not courage > DEEP")
    ]  # fmt: skip
    assert ways(story, "carriage") == [
        ("Go on", "lost", "courage == 1"), ("Go on", "train.inner", "not courage == 1")
    ]  # fmt: skip
    scenes = {scene.name: scene for scene in story.scenes}
    assert scenes["carriage"].effects == "courage = 0 if not courage == 1"
    assert scenes["carriage"].source["embeds"] == ["smells"]
    assert [name for name, scene in scenes.items() if scene.is_ending] == [
        "train.choice-4", "train.inner", "smells", "lost"
    ]  # fmt: skip
    assert (scenes["train"].tags, scenes["train"].choices[3].source["fallback"]) == (["night"], True)


def test_the_words_are_kept_and_logic_in_them_is_reported() -> None:
    report = Report()
    story = read(STORY, "s.ink", report=report)
    assert prose(story)[:4] == [
        ("train", "note", "", "a comment of two lines"),
        ("train", "action", "", "You wait."),
        ("train", "dialogue", "ODA", "Are you coming?"),
        ("train.choice-1", "action", "", '"Yes," I said.'),
    ]
    assert ("carriage", "action", "", "Warm. {not train.platform: You missed it.}") in prose(story)
    assert ("lost", "action", "", "Lost, {name}.") in prose(story)
    assert {(note.line, note.what[:20]) for note in report.notes} == {
        (5, "a comment stands whe"),
        (26, "logic stays in the t"), (41, "the function double ")
    }  # fmt: skip


def test_an_unedited_story_goes_out_to_the_letter_and_an_edited_one_anew() -> None:
    story = read(STORY, "s.ink")
    assert write_story(story, "ink", Report()) == STORY
    story.scenes[0].beats[0].text = "You have waited."
    text = write_story(story, "ink", Report())
    assert "You have waited." in text
    assert text != STORY
    back = read(text, "s.ink")
    assert len(graph(back)) == len(graph(story))


def test_includes_are_joined_and_a_missing_one_is_reported() -> None:
    report = Report()
    main = Sheet("main.ink", "INCLUDE parts/b.ink\nINCLUDE gone.ink\n-> b\n")
    (story,) = read_files([main, Sheet("parts/b.ink", "=== b\nB.\n-> END\n")], report)
    assert [scene.name for scene in story.scenes] == ["b"]
    assert "INCLUDE gone.ink" in report.notes[0].what


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("-> a\n=== a\nHi -> b\n=== b\n-> END", [("a", "Go on", "b", "", "")]),
        ("=== a\n= x\nX -> y\n= y\n-> a\n", [("a.x", "Go on", "a.y", "", ""), ("a.y", "Go on", "a.x", "", "")]),
        ("=== a\n+ [One] -> a\n+ Two\n  -> no\n", [("a", "One", "a", "", ""), ("a", "Two", "? no", "", "")]),
        ("=== a\n{ x > 2:\n+ [in] -> a\n}\n+ o\n -> a\n", [("a", "in", "a", "x > 2", ""), ("a", "o", "a", "", "")]),
        ("=== a\n+ {once|twice} told\n -> a\n", [("a", "{once|twice} told", "a", "", "")]),
        ("=== a\n+ [go]\n ~ x = 2\n -> a\n", [("a", "go", "a", "", "x = 2")]),
        ("=== a\nHi\n* a -> b\n* b -> b\n=== b\nBye ->->\n", [("a", "a", "b", "", ""), ("a", "b", "b", "", "")]),
    ],
)  # fmt: skip
def test_small_stories(text: str, expected: list[tuple[str, ...]]) -> None:
    assert graph(read(text, "s.ink")) == set(expected)


def test_a_divert_to_a_variable_may_lead_anywhere() -> None:
    story = read("VAR next = 0\n~ next = f()\n=== a\n-> next\n", "s.ink")
    assert story.scenes[1].source["unknown"] == ["-> next"]


def test_what_is_nested_without_end_is_refused_with_its_line() -> None:
    with pytest.raises(Refused) as refused:
        read("=== a\n" + "".join("* " * n + "x\n" for n in range(1, 100)), "s.ink")
    assert str(refused.value.detail["reason"]).startswith("line ")


def test_a_story_of_another_tool_is_valid_after_ink() -> None:
    from tests.plot.formats.stories import SUGARCUBE

    story = read(SUGARCUBE)
    back = again(story, "ink")
    assert len(back.scenes) == len(story.scenes)
    assert {way[1] for way in graph(back)} == {way[1] for way in graph(story)}


def test_a_block_may_be_closed_in_the_middle_of_a_line() -> None:
    story = read(
        "=== a\n+ [Act]\n {x > 2:\n  ~ y = 1\n  Bold.\n - else:\n  Meek.\n } -> b\n+ [Wait] -> a\n=== b\n-> END\n",
        "s.ink",
    )
    assert ways(story, "a") == [("Act", "a.choice-1", ""), ("Wait", "a", "")]
    assert ways(story, "a.choice-1") == [("Go on", "b", "")]
    assert prose(story) == [
        ("a.choice-1", "action", "", "{x > 2: Bold.}"), ("a.choice-1", "action", "", "{not (x > 2): Meek.}")
    ]  # fmt: skip


def test_the_branches_of_a_block_are_known_by_their_dashes() -> None:
    text = "=== a\n{ mood:\n- 1: -> b\n- 2: -> c\n- else: -> d\n}\n=== b\n{ x > 1:\n- -> c\n- -> d\n}\n"
    text += "=== c\n-> END\n=== d\n-> END\n"
    story = read(text, "s.ink")
    assert ways(story, "a") == [
        ("Go on", "b", "mood == 1"),
        ("Go on", "c", "mood == 2"),
        ("Go on", "d", "not (mood == 1 or mood == 2)"),
    ]
    assert ways(story, "b") == [("Go on", "c", "x > 1"), ("Go on", "d", "not x > 1")]


def test_what_is_drawn_by_lot_is_no_condition_of_ours() -> None:
    story = read("=== a\n{shuffle:\n- -> b\n- Oda: again\n}\n{~-> b|Here.}\n=== b\n-> END\n", "s.ink")
    assert ways(story, "a") == [("Go on", "b", ""), ("Go on", "b", "")]
    assert prose(story)[0] == ("a", "action", "", "{shuffle: Oda: again}")


def test_an_arrow_that_is_a_value_leads_nowhere_and_stays_in_the_words() -> None:
    report = Report()
    story = read(
        "=== a\nIt is {TURNS_SINCE(-> b)} o'clock {x: now -> b}.\n-> c(3)\n=== b\n-> END\n=== c(y)\n-> END\n",
        "s.ink",
        report=report,
    )
    assert ways(story, "a") == [("Go on", "b", "x"), ("Go on", "c", "not x")]
    assert prose(story)[0][3] == "It is {TURNS_SINCE(-> b)} o'clock {x: now -> b}."
    assert any("c(3): what is handed on stays behind" in str(note) for note in report.notes)


def test_glue_joins_lines_and_a_choice_keeps_its_space() -> None:
    story = read("=== a\nThe door <>\nis open.\n+ Always [asked]said\n-> b\n=== b\n-> END\n", "s.ink")
    assert prose(story) == [("a", "action", "", "The door is open."), ("a.choice-1", "action", "", "Always said")]


def test_words_behind_an_include_are_not_behind_its_knots() -> None:
    main = Sheet("main.ink", "INCLUDE b.ink\nBefore.\n-> b\n")
    (story,) = read_files([main, Sheet("b.ink", "VAR x = 1\n=== b\nB.\n-> END\n")], Report())
    assert [scene.name for scene in story.scenes] == ["start", "b"]
    assert (ways(story, "start"), story.variables) == ([("Go on", "b", "")], {"x": 1})


def test_any_words_are_ink_where_the_name_says_so() -> None:
    assert prose(read("Hello, world!\n", "s.ink")) == [("start", "action", "", "Hello, world!")]
    with pytest.raises(Refused):
        read('{"a": 1}', "s.ink")


def test_a_list_may_be_declared_in_several_lines() -> None:
    story = read("LIST Coins =\n    copper = 1,\n    silver,\n    gold\nAt the market.\n-> END\n", "s.ink")
    assert [beat.text for beat in story.scenes[0].beats] == ["At the market."]


def test_the_conditions_of_a_choice_may_stand_on_lines_of_their_own() -> None:
    story = read(
        "VAR a = 1\nVAR b = 1\n-> k\n== k\nA door.\n+ {a > 0}\n  { b > 0 }\n  [Knock] -> k\n+ {a > 1}\n  -> END\n",
        "s.ink",
    )
    assert ways(story, "k") == [("Knock", "k", "a > 0 and b > 0"), ("Go on", "k.choice-1", "a > 1")]
    assert [beat.text for beat in story.scenes[0].beats] == ["A door."]


def test_a_choice_in_a_block_ends_where_the_block_does() -> None:
    story = read(
        "VAR a = 1\nVAR b = 1\n-> k\n== k\nHe deals.\n{ a:\n  + [Call]\n    I call. -> k\n- else:\n  Not yet.\n}\n"
        "~ b = 2\n{ b: -> m }\n-> DONE\n== m\nThe end.\n-> END\n",
        "s.ink",
    )
    assert ways(story, "k") == [("Go on", "m", "b"), ("Call", "k.choice-1", "a")]
    assert [beat.text for beat in story.scenes[0].beats] == ["He deals.", "{not (a): Not yet.}"]
    assert (story.scenes[0].effects, story.scenes[0].is_ending) == ("b = 2", False)
    assert ways(story, "k.choice-1") == [("Go on", "k", "")]
    assert [beat.text for beat in story.scenes[1].beats] == ["I call."]


def test_a_label_before_all_else_under_a_choice_can_be_come_back_to() -> None:
    inner = "  - - (hall)\n  * * [Look]\n  + + [Out] -> END\n  - - -> hall\n"
    text = f"-> k\n== k\n* [In] Dark.\n{inner}* [Up]\n  - - (roof) -> roof\n"
    story = read(text, "s.ink")
    assert ways(story, "k") == [("In", "k.choice-1", ""), ("Up", "k.roof", "")]
    assert ways(story, "k.choice-1") == [("Go on", "k.hall", "")]
    assert ways(story, "k.hall")[0][:2] == ("Look", "k.gather-2")
    assert ways(story, "k.gather-2") == [("Go on", "k.hall", "")]
    assert [way for way in graph(story) if way[2].startswith("?")] == []


def test_names_notes_and_ways_taken_unasked_come_back_from_ink() -> None:
    text = (
        'title: 码头 #1/2\n---\n// x\n<<wait 2>>\nOda: Hm.\n-> Buy <<if $a>>\n  <<jump Shop>>\n<<jump Shop>>\n===\n'
        "title: Shop\n---\n-> Back\n  <<jump 码头 #1/2>>\n<<once>>\nOda: Hi.\n<<jump Shop>>\n<<endonce>>\n===\n"
    )  # fmt: skip
    story = read(text, "s.yarn")
    for back in (again(story, "ink"), again(again(story, "ink"), "ink")):
        assert graph(back) == graph(story)
        assert prose(back) == prose(story)
        assert [scene.key for scene in back.scenes] == [scene.key for scene in story.scenes]
    assert ("码头 #1/2", "note", "", "<<wait 2>>") in prose(story)


def test_a_divert_stands_before_the_choices_of_its_scene() -> None:
    story = FileStory(title="T", variables={"a": 1})
    story.scenes = [FileScene(name="A"), FileScene(name="B", is_ending=True), FileScene(name="C", is_ending=True)]
    story.scenes[0].choices = [
        FileChoice("Stay", None, "A"),
        FileChoice("Go on", None, "B", "a > 2", source={"auto": True}),
        FileChoice("Go on", None, "C", source={"auto": True}),
    ]
    back = again(link(story, Report()), "ink")
    assert ways(back, "A") == [("Go on", "B", "a > 2"), ("Stay", "A", ""), ("Go on", "C", "")]


def test_two_scenes_of_one_name_stay_two_after_ink() -> None:
    story = FileStory(title="T")
    story.scenes = [FileScene(name="A b", beats=[FileBeat("action", text)]) for text in ("One.", "Two.")]
    back = again(link(story, Report()), "ink")
    assert [(scene.name, scene.beats[0].text) for scene in back.scenes] == [("A b", "One."), ("A_b_2", "Two.")]


def test_a_tag_of_a_knot_is_no_title_of_the_story() -> None:
    story = read("# title: The Ferry\n-> k\n== k\n# title: Dawn\nFog.\n-> END\n", "s.ink")
    assert (story.title, story.scenes[0].tags) == ("The Ferry", ["title: Dawn"])
