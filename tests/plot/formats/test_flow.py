"""From running text to scenes: what stands under a condition, what leads away, and what comes after."""

import pytest

from storyengine.plot.formats import read_files
from storyengine.plot.formats.intake import Sheet
from storyengine.plot.formats.report import Report
from tests.plot.formats.stories import read, ways


def test_a_condition_under_which_words_lead_away_has_a_scene_of_its_own() -> None:
    story = read(
        "Dawn.\n*if strength > 55\n  You win.\n  *finish\n*elseif strength > 50\n  *goto again\n"
        "You lose.\n*label again\nOnce more.\n*ending\n",
        "startup.txt",
    )
    assert ways(story, "startup") == [
        ("Go on", "startup.if-1", "strength > 55"),
        ("Go on", "startup.again", "not strength > 55 and strength > 50"),
        ("Go on", "startup.then-2", "not strength > 55 and not strength > 50"),
    ]
    assert [(scene.name, [beat.text for beat in scene.beats], scene.is_ending) for scene in story.scenes] == [
        ("startup", ["Dawn."], False),
        ("startup.then-2", ["You lose."], False),
        ("startup.again", ["Once more."], True),
        ("startup.if-1", ["You win."], True),
    ]
    assert ways(story, "startup.then-2") == [("Go on", "startup.again", "")]


def test_where_every_branch_leads_away_nothing_comes_after() -> None:
    report = Report()
    story = read(
        "title: Start\n---\n<<if $a>>\nOda: Yes.\n<<jump Shop>>\n<<else>>\nOda: No.\n<<stop>>\n<<endif>>\nLate.\n===\n"
        "title: Shop\n---\nIn.\n===\n",
        "s.yarn",
        report=report,
    )
    assert ways(story, "Start") == [("Go on", "Start.if-1", "a"), ("Go on", "Start.if-2", "not a")]
    assert [scene.is_ending for scene in story.scenes] == [False, False, True, False]
    assert [note.what for note in report.notes] == ["what stands behind a jump is never come to"]


def test_a_choicescript_file_that_runs_out_of_lines_goes_on_with_the_next() -> None:
    one = "*scene_list\n  startup\n  two\nOne.\n*link https://example.org\n"
    (story,) = read_files([Sheet("startup.txt", one), Sheet("two.txt", "*print name")], Report(), name="choicescript")
    assert ways(story, "startup") == [("Go on", "two", "")]
    assert [(beat.kind, beat.text) for scene in story.scenes for beat in scene.beats] == [
        ("action", "One."), ("note", "*link https://example.org"), ("action", "${name}")
    ]  # fmt: skip
    assert story.scenes[1].is_ending


def test_what_is_said_once_and_leads_away_is_led_to_once() -> None:
    story = read("title: Start\n---\n<<once>>\nOda: Hi.\n<<jump Start>>\n<<endonce>>\nOda: Again?\n===\n", "s.yarn")
    assert ways(story, "Start") == [
        ("Go on", "Start.if-1", 'not visited("Start.if-1")'),
        ("Go on", "Start.then-2", 'visited("Start.if-1")'),
    ]
    assert [beat.text for scene in story.scenes for beat in scene.beats] == ["Again?", "Hi."]


def test_options_under_a_condition_have_a_scene_of_their_own() -> None:
    inner = "  Oda: Rich!\n  -> Buy\n    Oda: Sold.\n  -> Leave\n  Oda: So.\n"
    story = read(f"title: Start\n---\nHm.\n<<if $a>>\n{inner}<<endif>>\n-> Go\n-> Stay\nOda: Bye.\n===\n", "s.yarn")
    assert ways(story, "Start") == [("Go on", "Start.if-1", "a"), ("Go on", "Start.then-2", "not a")]
    assert ways(story, "Start.if-1")[1] == ("Leave", "Start.then-4", "")
    assert ways(story, "Start.then-4") == [("Go on", "Start.then-2", "")]
    assert [way[0] for way in ways(story, "Start.then-2")] == ["Go", "Stay"]
    shown = {scene.name: [beat.text for beat in scene.beats] for scene in story.scenes}
    assert (shown["Start"], shown["Start.if-1"], shown["Start.then-4"]) == (["Hm."], ["Rich!"], ["So."])


def test_the_links_of_yarn_1_are_offered_together() -> None:
    story = read("title: Start\n---\n<<if $a>>\n[[Buy|B]]\n<<endif>>\n[[Leave|C]]\n===\n", "s.yarn")
    assert ways(story, "Start") == [("Buy", "? B", "a"), ("Leave", "? C", "")]
    story = read("title: Start\n---\n-> Buy <<if $a>>\n  <<jump B>>\nOda: Bye.\n===\n", "s.yarn")
    assert ways(story, "Start") == [("Buy", "? B", "a"), ("Go on", "Start.then-1", "not a")]


def test_a_choice_under_a_condition_of_choicescript_is_passed_by() -> None:
    text = (
        "Dusk.\n*if rich\n  *choice\n    #Buy\n      *finish\n    #Leave\n      *goto on\n*label on\nNight.\n*ending\n"
    )
    story = read(text, "startup.txt")
    assert ways(story, "startup") == [("Go on", "startup.if-1", "rich"), ("Go on", "startup.on", "not rich")]
    assert [way[0] for way in ways(story, "startup.if-1")] == ["Buy", "Leave"]


@pytest.mark.parametrize(
    ("name", "text", "scenes"),
    [
        ("startup.txt", "*choice\n  #A\n    Ay.\n  #B\n    Bee.\n" * 2000, 6000),
        ("startup.txt", "*label l{}\nHm.\n", 2001),
        ("startup.txt", "*if a\n  You win.\n  *finish\n" * 2000, 4000),
        ("s.yarn", "title: S\n---\n" + "<<if $a>>\n-> Yes\n<<endif>>\n" * 2000 + "===\n", 4000),
    ],
)
def test_a_file_goes_on_as_long_as_it_likes(name: str, text: str, scenes: int) -> None:
    text = "".join(text.format(n) for n in range(2000)) if "{}" in text else text
    assert abs(len(read(text, name).scenes) - scenes) <= 1
