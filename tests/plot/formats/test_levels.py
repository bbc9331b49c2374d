"""Levels of Ink's weave that begin deep, what stands behind a divert, arrays, brackets and emphasis at their edges."""

import pytest

from storyengine.plot.formats.native import parse_native, write_native
from storyengine.plot.formats.report import Report
from tests.plot.formats.stories import again, graph, prose, read, ways

DEEP = """-> hall
=== hall
Hall.
*** [One] First.
    **** [Deeper] -> yard
*** [Two] -> yard
- Met.
** [Three] -> yard
- -> yard
=== yard
* [Wait]
  ** [Long] -> yard
- Later.
  *** [Four] -> END
  *** [Five] -> END
- END.
-> END
"""

DIVERTED = """-> inn
* [Old start] Once.
  -> inn
=== inn
{late:
  * [Sleep] -> END
}
-> yard
=== yard
Yard.
-> END
"""


def test_choices_of_one_depth_stand_side_by_side_however_deep_they_begin() -> None:
    story = read(DEEP, "s.ink")
    assert [way[:2] for way in ways(story, "hall")] == [("One", "hall.choice-3"), ("Two", "yard")]
    assert [way[0] for way in ways(story, "hall.choice-3")] == ["Deeper"]
    assert [way[0] for way in ways(story, "hall.gather-1")] == ["Three"]
    assert [way[0] for way in ways(story, "yard")] == ["Wait"]
    assert [way[0] for way in ways(story, "yard.gather-1")] == ["Four", "Five"]


def test_choices_behind_a_divert_are_kept_and_never_offered() -> None:
    report = Report()
    story = read(DIVERTED, "s.ink", report=report)
    assert ways(story, "start") == [("Go on", "inn", "")]
    assert [way[0] for way in ways(story, "inn")] == ["Go on", "Sleep"]  # it is offered before the divert is come to
    lost = next(scene for scene in story.scenes if scene.choices and scene.choices[0].label == "Old start")
    assert not [way for scene in story.scenes for way in scene.choices if way.to == lost.key]
    assert ("after.divert", 2) in [(note.code, note.line) for note in report.notes]
    assert [text for *_, text in prose(story)] == ["Once.", "Yard."]


def test_scenes_that_logic_in_a_line_asks_after_have_their_names_again() -> None:
    story = read("-> a\n=== a\n= one\nSo. {a.two: Seen.|Not yet.}\n-> two\n= two\n-> END\n", "s.ink")
    story.slug = "s"
    copy = parse_native(write_native(story))
    copy.source.pop("print")
    back = again(copy, "ink")
    assert prose(back) == prose(story) == [("a.one", "action", "", "So. {a.two: Seen.|Not yet.}")]


def test_who_is_not_known_yet_speaks() -> None:
    story = read("???: Who is there?\n??: Hm.\n?: no one\n-> END\n", "s.ink")
    assert [(who, text) for _, _, who, text in prose(story)] == [
        ("???", "Who is there?"), ("??", "Hm."), ("", "?: no one"),
    ]  # fmt: skip
    assert prose(again(story, "twee")) == prose(story)


@pytest.mark.parametrize(
    ("line", "text", "styles"),
    [
        ("Press [Space] or [Arrow Keys].", "Press [Space] or [Arrow Keys].", []),
        ("[wave]Hi[/] you [pause=5/]now [x y=1]a[/x]", "Hi you now a", []),
        ("[b]Hi [i]you [/]all", "Hi you all", [(0, 6, "bold"), (3, 6, "italic")]),
        ("So [b]it [/b]is", "So it is", [(3, 5, "bold")]),
    ],
)
def test_brackets_of_yarn_are_words_where_nothing_closes_them(line: str, text: str, styles: list) -> None:
    report = Report()
    story = read(f"title: A\n---\n{line}\n===\n", "s.yarn", report=report)
    assert [(beat.text, beat.styles) for beat in story.scenes[0].beats] == [(text, styles)]
    assert prose(again(story, "twee")) == prose(again(story, "ink")) == prose(story)
    assert [note.code for note in report.notes if "Space" in str(note)] == []


@pytest.mark.parametrize(
    ("line", "text", "styles"),
    [
        ("[b]Opinion +1 [/b]", "Opinion +1", [(0, 10, "bold")]),
        ("So [i]he said", "So he said", [(3, 10, "italic")]),
        ("[/b]So", "So", []),
    ],
)
def test_emphasis_of_choicescript_ends_with_its_words(line: str, text: str, styles: list) -> None:
    story = read(f"{line}\n*finish\n", "startup.txt", form="choicescript")
    assert [(beat.text, beat.styles) for beat in story.scenes[0].beats] == [(text, styles)]


def test_arrays_of_choicescript_are_variables_with_numbers() -> None:
    report = Report()
    text = """*create_array room 2 "hall" "cellar"
*create_array clue 3 0
*create_array broken x
*temp_array seen 2 false
*set Clue[2] + 1
*choice
  *if (clue[2] > 0) #Search ${room[1]}
    Found.
    *finish
  #Go
    Gone.
    *finish
"""
    story = read(text, "startup.txt", form="choicescript", report=report)
    assert story.variables == {
        "room_1": "hall", "room_2": "cellar", "room_count": 2, "clue_1": 0, "clue_2": 0, "clue_3": 0, "clue_count": 3,
    }  # fmt: skip
    assert story.scenes[0].effects.splitlines() == [
        "seen_1 = false", "seen_2 = false", "seen_count = 2", "clue_2 = clue_2 + 1",
    ]  # fmt: skip
    assert [way[2] for way in ways(story, "startup")] == ["clue_2 > 0", ""]
    assert ("choicescript.command", 3) in [(note.code, note.line) for note in report.notes]


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("s.yarn", "title: A\n---\nGAME OVER\n===\n"),
        ("s.ink", "Dark.\nThe End\n-> DONE\n"),
    ],
)
def test_a_scene_whose_last_words_say_so_is_an_ending_in_every_format(name: str, text: str) -> None:
    story = read(text, name)
    assert [scene.is_ending for scene in story.scenes] == [True]
    for form in ("twee", "twine-html", "ink", "json"):
        story.slug = "s"
        back = again(story, form)
        assert (graph(back), [scene.is_ending for scene in back.scenes]) == (graph(story), [True])
