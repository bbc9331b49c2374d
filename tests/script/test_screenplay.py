"""The path as a screenplay: what was played, in the order it was played, and how its parts hold together."""

import pytest

from storyengine.errors import Refused
from storyengine.plot.branch import BranchBeat
from storyengine.plot.models import Scene
from storyengine.plot.path import Mark, enter, read_path
from storyengine.script.compose import screenplay_of, screenplay_of_path
from storyengine.script.screenplay import (
    Offer,
    Options,
    ScriptScene,
    Speech,
    blocks,
    bracketed,
    name_of,
    needs_gap,
    number_scenes,
    section_of,
    spelled_once,
)
from tests.factories import make_performance, make_story

BEATS = (
    BranchBeat("action", "Fog lies on the river."),
    BranchBeat("dialogue", "Nobody crosses for free.", "ODA"),
)


@pytest.mark.django_db
def test_screenplay_of_numbers_the_path_and_not_the_scenes() -> None:
    performance = make_performance()
    start = performance.story.start
    choice = start.choices.first()
    for scene, way in ((start, None), (choice.to_scene, choice), (start, None)):
        enter(performance, scene, choice=way)
    screenplay = screenplay_of(performance)
    assert screenplay.scenes == (
        ScriptScene("1", "EXT. THE LANDING - DAWN", BEATS),
        ScriptScene("2", "EXT. THE FAR BANK - DAY", BEATS),
        ScriptScene("3", "EXT. THE LANDING - DAWN", BEATS),
    )
    assert (screenplay.title, screenplay.language) == ("The Ferry", "en")
    assert dict(screenplay.title_page)["Title"] == "The Ferry"
    assert performance.code in dict(screenplay.title_page)["Notes"]


@pytest.mark.django_db
def test_screenplay_of_unplayed_performance_is_empty() -> None:
    assert screenplay_of(make_performance()).scenes == ()


@pytest.mark.django_db
def test_screenplay_of_asks_as_much_for_a_long_path(django_assert_num_queries) -> None:  # type: ignore[no-untyped-def]
    performance = make_performance()
    for _ in range(30):
        enter(performance, performance.story.start, choice=None)
    with django_assert_num_queries(3):
        assert len(screenplay_of(performance).scenes) == 30


@pytest.mark.django_db
def test_screenplay_of_keeps_a_scripts_own_numbers_apart() -> None:
    performance = make_performance()
    start = performance.story.start
    far = start.choices.first().to_scene
    Scene.objects.filter(pk=start.pk).update(number="12")
    for scene in (start, far, start):
        enter(performance, scene, choice=None)
    assert [scene.number for scene in screenplay_of(performance).scenes] == ["12", "", "12A"]
    assert [s.number for s in screenplay_of(performance, Options(numbers="path")).scenes] == ["1", "2", "3"]
    assert [s.number for s in screenplay_of(performance, Options(numbers="none")).scenes] == ["", "", ""]


@pytest.mark.django_db
def test_title_page_says_what_the_options_say() -> None:
    options = Options(draft="Second draft", date="1 May 2027", authors="Ann *Lee*", contact="Here\nand there")
    pairs = dict(screenplay_of(make_performance(), options).title_page)
    assert (pairs["Revision"], pairs["Draft date"], pairs["Author"]) == ("Second draft", "1 May 2027", r"Ann \*Lee\*")
    assert pairs["Contact"] == "Here\nand there"


@pytest.mark.django_db
def test_screenplay_of_path_follows_scenes_and_choices(django_assert_num_queries) -> None:  # type: ignore[no-untyped-def]
    story = make_performance().story
    choice = story.start.choices.first()
    with django_assert_num_queries(4):
        drawn = screenplay_of_path(story, [Mark(story.start.pk), Mark(choice.pk, is_choice=True)])
    assert [scene.heading for scene in drawn.scenes] == ["EXT. THE LANDING - DAWN", "EXT. THE FAR BANK - DAY"]
    labels = [offer.label for offer in drawn.played[0].offers]
    assert drawn.played[0].offers == tuple(Offer(label, None, label == choice.label) for label in labels)
    assert screenplay_of_path(story, [Mark(story.start.pk), Mark(choice.to_scene_id)]).scenes == drawn.scenes


@pytest.mark.django_db
def test_screenplay_of_path_refuses_what_leads_nowhere() -> None:
    story, other = make_performance().story, make_story()
    far = story.start.choices.first().to_scene
    for marks in (
        [Mark(far.pk), Mark(story.start.pk)],
        [Mark(other.start.pk)],
        [Mark(story.start.pk), Mark(other.start.choices.first().pk, is_choice=True)],
        [Mark(2**40)],
    ):
        with pytest.raises(Refused) as refusal:
            screenplay_of_path(story, marks)
        assert refusal.value.code == "path.invalid"


def test_read_path_reads_scenes_and_choices() -> None:
    assert read_path("12, c34,5") == [Mark(12), Mark(34, is_choice=True), Mark(5)]


@pytest.mark.parametrize("text", ["", " ", "x", "1,,2", "c", "1;2", "-1", "9" * 19, ",".join(["1"] * 5001)])
def test_read_path_refuses(text: str) -> None:
    with pytest.raises(Refused, match="path"):
        read_path(text)


def test_blocks_gather_what_one_voice_says() -> None:
    say, aside = BranchBeat("dialogue", "A", "ODA"), BranchBeat("parenthetical", "b", "ODA")
    song, other = BranchBeat("lyric", "la"), BranchBeat("dialogue", "C", "BRAM")
    two = [Speech("ODA", (aside, say, aside, say)), Speech("ODA", (say,))]
    assert list(blocks([aside, say, aside, say, say])) == two
    assert list(blocks([song, say, song, other])) == [song, Speech("ODA", (say, song)), Speech("BRAM", (other,))]
    twin = BranchBeat("dialogue", "C", "ODA", (), True)
    assert list(blocks([say, twin])) == [Speech("ODA", (say,)), Speech("ODA", (twin,), True)]


def test_needs_gap_tells_what_would_run_together() -> None:
    say, aside = BranchBeat("dialogue", "A", "ODA"), BranchBeat("parenthetical", "b", "ODA")
    assert needs_gap([say], aside)
    assert needs_gap([say], BranchBeat("lyric", "la"))
    assert not needs_gap([say], say)
    assert not needs_gap([say, BranchBeat("action", "x")], aside)
    assert not needs_gap([BranchBeat("lyric", "la")], BranchBeat("lyric", "la"))


def test_number_scenes_finds_free_letters() -> None:
    assert number_scenes(["1", "1A", "1", "1", "", "2"], "own") == ["1", "1A", "1B", "1C", "", "2"]
    assert number_scenes(["7"] * 29, "own")[-2:] == ["7AA", "7AB"]


@pytest.mark.parametrize(
    ("cue", "name"),
    [
        ("ODA (V.O.)", "ODA"),
        ("ODA", "ODA"),
        ("老周（画外音）", "老周"),
        ("(VOICE)", "(VOICE)"),
        ("ODA (O.S.) (CONT'D)", "ODA"),
    ],
)
def test_name_of_leaves_extensions_out(cue: str, name: str) -> None:
    assert name_of(cue) == name


def test_bracketed_draws_brackets_once() -> None:
    assert bracketed("softly", ((0, 6, "bold"),)) == ("(softly)", ((1, 7, "bold"),))
    assert bracketed("(softly)") == ("(softly)", ())
    assert bracketed("低声", wide=True) == ("（低声）", ())
    assert bracketed("（低声）") == ("（低声）", ())
    assert bracketed("a) b (c") == ("(a) b (c)", ())


def test_section_of_counts_hashes() -> None:
    assert [section_of(text) for text in ("Act", "# Part", "## ")] == [(1, "Act"), (2, "Part"), (3, "")]


def test_a_name_typed_in_any_case_is_one_name_in_capitals_where_it_was_ever_typed_so() -> None:
    names = spelled_once(["edWARD", "Oda", "EDWARD", "", "eDWARD", "oda", "小武"])
    assert names == {"edward": "EDWARD", "oda": "Oda", "小武": "小武"}
