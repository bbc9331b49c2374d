"""Stories as authors really write them, through every tool and back: what once differed."""

import pytest

from storyengine.plot.formats import write_story
from storyengine.plot.formats.linking import link
from storyengine.plot.formats.native import parse_native, write_native
from storyengine.plot.formats.report import Report
from storyengine.plot.formats.shape import FileBeat, FileScene, FileStory
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


def test_a_knot_called_start_is_not_what_stands_above_the_knots() -> None:
    story = read(
        "VAR x = 0\n#theme: dark\n-> titles\n=== titles ===\n+ [Begin] -> start\n=== start\nHm.\n-> END\n", "s.ink"
    )
    assert story.names[story.start or ""] == "start-of-file"
    assert ways(story, "titles") == [("Begin", "start", "")]
    for form in ("ink", "twee"):
        assert graph(again(edited(story), form)) == graph(story)


@pytest.mark.parametrize(
    "words",
    [
        "TODO: paint the boat", "CHAPTER ONE: Fog", "LIST of what is lost", "VAR none", "INCLUDE me out",
        "Ann /// Ben //", "half/*half", "https://example.org/a//b",
    ],
)  # fmt: skip
def test_prose_that_ink_would_take_for_its_own_signs_is_prose_after_it(words: str) -> None:
    story = read(f":: A\n{words.replace(':', '&#58;').replace('/', '&#47;').replace('*', '&#42;')}")
    assert prose(story) == [("A", "action", "", words)]
    assert prose(again(story, "ink")) == prose(story)


def test_a_link_of_harlowe_within_what_another_shows_keeps_its_own_label() -> None:
    told = '(link: "I see...")[Good. (link-goto: "She leaves.", "B")] (link: "Wait")[(set: $a to 1)(goto: "B")]'
    story = read(f':: StoryData\n{{"format": "Harlowe"}}\n\n:: A\nWell.\n{told}\n(link: "look")[see]\n\n:: B\nb')
    assert ways(story, "A") == [("She leaves.", "B", ""), ("Wait", "B", "")]
    assert [beat.text for beat in story.scenes[0].beats] == [
        "Well.",
        "I see...",
        "Good. She leaves. Wait",
        "look / see",
    ]


def test_a_link_in_a_hook_of_its_own_is_no_prose() -> None:
    story = read(':: StoryData\n{"format": "Harlowe"}\n\n:: A\nWell.\n[[["Go"|B]]]\n\n:: B\nb')
    assert (ways(story, "A"), prose(story)[0]) == ([('"Go"', "B", "")], ("A", "action", "", "Well."))
    assert len(story.scenes[0].beats) == 1


HOW = [("parenthetical", "Clea", "laughs"), ("dialogue", "Clea", "No, never.")]


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("s.yarn", "title: A\n---\nClea: (laughs) No, never.\n===\n"),
        ("s.ink", "# story-engine speaker: Clea\n-> a\n=== a\nClea: (laughs) No, never.\n-> END\n"),
    ],
)
def test_how_a_speech_is_spoken_is_read_from_every_tool_and_comes_back_from_each(name: str, text: str) -> None:
    story = read(text, name)
    for each in (story, *(again(edited(story), form) for form in ("ink", "twee"))):
        assert [(beat.kind, beat.character, beat.text) for beat in each.scenes[0].beats] == HOW


@pytest.mark.parametrize("form", ["ink", "twee", "twine-html"])
def test_words_of_a_speech_in_brackets_that_say_no_how_stay_words(form: str) -> None:
    story = FileStory(title="T", scenes=[FileScene(name="A", beats=[FileBeat("dialogue", "(Oh) no: *never*.", "ODA")])])
    back = again(link(story, Report()), form)
    assert prose(back) == [("A", "dialogue", "ODA", "(Oh) no: *never*.")]
    assert back.scenes[0].beats[0].styles == []


def test_emphasis_spaces_and_the_label_of_a_way_that_is_taken_unasked_come_back_from_ink() -> None:
    text = 'You //run//  on.\n* not a list **now**\n<<goto "B">>\n\n:: B\nb\n[[Stay->B]]\n'
    text += '<<timed 5s>><<goto "A">><</timed>>'
    story = read(f':: StoryData\n{{"format": "SugarCube"}}\n\n:: A\n{text}')
    back = again(story, "ink")
    assert (graph(back), prose(back)) == (graph(story), prose(story))
    assert ways(back, "A") == [("B", "B", "")]
    assert [beat.styles for beat in back.scenes[0].beats] == [beat.styles for beat in story.scenes[0].beats]
    assert back.scenes[0].beats[0].text == "You run  on."


def test_a_condition_under_which_ink_ends_is_a_way_to_an_end() -> None:
    story = read("VAR hp = 1\n-> a\n=== a\nHm.\n{hp < 1: -> END}\n+ [On] -> a\n", "s.ink")
    assert ways(story, "a") == [("Go on", "a.end-1", "hp < 1"), ("On", "a", "")]
    assert [scene.name for scene in story.scenes if scene.is_ending] == ["a.end-1"]
    back = again(edited(story), "ink")
    assert (graph(back), [scene.is_ending for scene in back.scenes]) == (graph(story), [False, True])


def test_yarn_knows_a_speaker_without_a_space_and_one_who_is_not_known_yet() -> None:
    report = Report()
    text = "// to do: more\ntitle: A\nnote: by the sea\n---\n肉体:严寒。\n???: Ow!\n"
    text += 'At 10:30 it rains.\n-> Go[vote t="x"/]\n===\n'
    story = read(text, "s.yarn", report=report)
    assert [(beat.kind, beat.character, beat.text) for beat in story.scenes[0].beats] == [
        ("note", "", "note: by the sea"), ("dialogue", "肉体", "严寒。"), ("dialogue", "???", "Ow!"),
        ("action", "", "At 10:30 it rains."),
    ]  # fmt: skip
    assert [(note.code, note.line) for note in report.notes] == [("comment.left", 1), ("yarn.attribute", 8)]
    assert prose(again(story, "ink")) == prose(again(story, "twee")) == prose(story)


def test_comments_of_sugarcube_are_notes_or_told_of() -> None:
    report = Report()
    text = "/* for Kit:\n   slower */\nFog. /% why? %/\nRain."
    story = read(f':: StoryData\n{{"format": "SugarCube"}}\n\n:: A\n{text}', report=report)
    assert [(beat.kind, beat.text) for beat in story.scenes[0].beats] == [
        ("note", "for Kit: slower"), ("action", "Fog."), ("action", "Rain.")
    ]  # fmt: skip
    assert ("comment.left", 7) in [(note.code, note.line) for note in report.notes]


def test_who_wrote_it_and_what_an_achievement_says_are_kept() -> None:
    report = Report()
    scene = "*title The Ferry\n*author Ann Lee\n*achievement a visible 5 Over\n  You crossed.\nFog.\n*finish\n"
    story = read(scene, "startup.txt", report=report)
    assert story.source["author"] == "Ann Lee"
    assert "You crossed." in str(report.notes[0])
    back = again(story, "ink")
    assert (back.title, back.source["author"]) == ("The Ferry", "Ann Lee")


def test_ink_goes_on_behind_a_backslash_at_the_end_of_a_line() -> None:
    report = Report()
    story = read(
        "-> a\n=== a\nIt {~\\\n    hums.|\\\n    kicks.\\\n} So.\nOn. // then\n-> END\n", "s.ink", report=report
    )
    assert [beat.text for beat in story.scenes[0].beats] == ["It {~ hums.| kicks. } So.", "On."]
    assert {(note.code, note.line) for note in report.notes} == {("ink.logic", 3), ("comment.left", 7)}
    assert prose(again(edited(story), "ink")) == prose(story)


def test_a_picture_that_is_a_link_has_no_words() -> None:
    report = Report()
    text = 'Fog.\n<<link [img[a.png]]>><<toggleclass "#map" "hide">><</link>>\n'
    text += "<<link [img[b.png][B]]>><</link>>\n\n:: B\nb"
    story = read(f':: StoryData\n{{"format": "SugarCube"}}\n\n:: A\n{text}', report=report)
    assert ways(story, "A") == [("B", "B", "")]
    assert [note.code for note in report.notes].count("twine.picture") == 2
    assert prose(again(edited(story), "twee")) == prose(story)


def test_the_words_on_a_button_of_choicescript_are_notes() -> None:
    story = read("Fog.\n*page_break Go aboard\nRain.\n*page_break\n*finish The end\n", "startup.txt")
    assert [(beat.kind, beat.text) for beat in story.scenes[0].beats] == [
        ("action", "Fog."), ("note", "*page_break Go aboard"), ("action", "Rain."), ("note", "*finish The end")
    ]  # fmt: skip


@pytest.mark.parametrize("form", ["twee", "twine-html", "twine-json"])
def test_a_guessed_dialect_is_named_so_that_an_edited_file_is_read_in_it(form: str) -> None:
    story = read(':: A\nmood: "low"\n--\n[if mood === "low"]\nHm.\n[continue]\n\n[[B]]\n\n:: B\nb')
    assert (story.source["dialect"], story.source["format"]) == ("chapbook", "")
    copy = edited(story)
    copy.scenes[0].beats = [FileBeat("action", "Ah.")]
    back = again(copy, form)
    assert (back.source["format"], back.scenes[0].effects) == ("Chapbook", story.scenes[0].effects)
    assert prose(back)[0][-1] == "Ah."


def test_a_backslash_before_a_sign_is_a_backslash() -> None:
    said = FileBeat("action", r"No \*signs\* of \{anything\}.")
    story = link(FileStory(title="T", scenes=[FileScene(name="A", beats=[said], is_ending=True)]), Report())
    assert prose(again(story, "ink")) == prose(story)
