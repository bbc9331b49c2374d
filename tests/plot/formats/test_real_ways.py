"""Stories as authors really write them, through every tool and back: what once differed."""

import pytest

from storyengine.plot.formats import write_story
from storyengine.plot.formats.native import parse_native, write_native
from storyengine.plot.formats.report import Report
from storyengine.plot.formats.shape import FileStory
from tests.plot.formats.stories import again, graph, prose, read, ways


def edited(story: FileStory) -> FileStory:
    """As if somebody had edited every scene: nothing is written back as it came."""
    story.slug = "s"
    copy = parse_native(write_native(story))
    for scene in copy.scenes:
        scene.source.pop("text", None)
    copy.source.pop("print", None)
    return copy


def test_an_edited_ink_story_keeps_its_lists_functions_and_escapes() -> None:
    text = (
        "LIST moods = calm, (angry)\nEXTERNAL play(name)\n-> a\n"
        "=== a\nTell \\[him\\] \\# {double(2)} {moods ? angry: {x:Now}}.\n"
        "+ Tell \\[him\\] {double(2)} -> a\n+ [On] -> b\n"
        "=== function double(x)\n// twice\n~ return x * 2\n=== b\nb\n-> END\n"
    )
    story = read(text, "s.ink")
    copy = edited(story)
    written = write_story(copy, "ink", Report())
    assert "LIST moods = calm, (angry)\nEXTERNAL play(name)\n" in written
    assert "=== function double(x)\n" in written
    assert "~ return x * 2" in written
    back = read(written, "s.ink")
    assert (graph(back), prose(back)) == (graph(story), prose(story))
    assert ways(back, "a") == [("Tell [him] {double(2)}", "a", ""), ("On", "b", "")]


def test_an_ending_that_offers_ways_on_is_one_after_ink() -> None:
    story = read("title: A\n---\nHm.\n<<if dice(6) > 3>>\n<<jump A>>\n<<endif>>\n<<stop>>\n===\n", "s.yarn")
    back = again(story, "ink")
    assert (graph(back), [scene.is_ending for scene in back.scenes]) == (graph(story), [True])


def test_whether_a_scene_was_visited_is_asked_after_ink_as_before() -> None:
    condition = 'visited("A") == false or visits("A") > 2'
    story = read(
        'title: A\n---\n-> Go <<if visited("A") == false or visited_count("A") > 2>>\n  <<jump A>>\n===\n', "s.yarn"
    )
    assert ways(again(story, "ink"), "A")[0] == ("Go", "A", condition)


@pytest.mark.parametrize("form", ["ink", "twee"])
def test_one_of_several_ways_that_is_taken_unasked_leads_to_each(form: str) -> None:
    text = "title: A\n---\nHm.\n<<jump B>>\n===\ntitle: B\nwhen: once\nwhen: $gold > 1\n---\nb\n===\n"
    text += "title: B\nwhen: always\n---\nc\n===\ntitle: B\nwhen: once if $x\n---\nd\n===\n"
    story = read(text + "title: B\nwhen: always\n---\ne\n===\n", "s.yarn")
    expected = [("Go on", "B", "gold > 1"), ("Go on", "B.2", ""), ("Go on", "B.3", "x"), ("Go on", "B.4", "")]
    assert ways(story, "A") == expected
    assert sorted(ways(again(story, form), "A")) == sorted(expected)


def test_code_in_backquotes_of_sugarcube_is_one_argument() -> None:
    story = read(
        ':: StoryData\n{"format":"SugarCube"}\n\n'
        ':: A\n<<link "Code" `"B" + $c`>><</link>> <<goto `either("A", "B")`>>\n\n:: B\nb'
    )
    assert ways(story, "A") == [("Code", "B", ""), ("A", "A", ""), ("B", "B", "")]
    assert story.scenes[0].source["unknown"] == ['goto `"B" + $c`', 'goto `either("A", "B")`']


def test_a_tag_that_twine_cannot_hold_is_reported() -> None:
    report = Report()
    write_story(read("=== a\nHm. # far away\n-> END\n", "s.ink"), "twee", report)
    assert [str(note) for note in report.notes] == [
        "'a': the tag 'far away' was written as far-away: a tag of Twine holds no spaces"
    ]


def test_a_dead_link_and_a_change_under_a_condition_come_back_from_ink() -> None:
    story = read(
        ':: StoryData\n{"format":"SugarCube"}\n\n:: A\n[[Gone]] [[Far->Gone # {far} // away]]\n'
        '<<link "Do" "B">><<set $a to 1>><<if $a gt 1>><<set $b to "x, y">><</if>><</link>>\n\n:: B\nb'
    )
    assert ways(story, "A")[:2] == [("Gone", "? Gone", ""), ("Far", "? Gone # {far} // away", "")]
    assert story.scenes[0].choices[2].effects == 'a = 1\nb = "x, y" if a > 1'
    report = Report()
    back = read(write_story(story, "ink", report), "s.ink")
    assert graph(back) == graph(story)
    assert [scene.name for scene in back.scenes] == ["A", "B"]
    assert [note.code for note in report.notes] == ["out.no_scene", "out.no_scene"]


def test_what_ink_would_take_for_a_place_is_no_variable_there() -> None:
    story = read(':: StoryData\n{"format":"SugarCube"}\n\n:: A\n<<if $log.length is 0>>[[Go->B]]<</if>>\n\n:: B\nb')
    text = write_story(story, "ink", Report())
    assert "VAR" not in text
    assert "{log.length" not in text
    assert ways(read(text, "s.ink"), "A") == [("Go", "B", "log.length == 0")]
