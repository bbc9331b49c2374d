"""A choice whose branch is not yet written stays one on its way through any tool; a dead link stays dead."""

import pytest

from storyengine.plot.formats import write_story
from storyengine.plot.formats.linking import link
from storyengine.plot.formats.report import Report
from storyengine.plot.formats.shape import FileBeat, FileChoice, FileScene, FileStory
from storyengine.plot.formats.twine.rewrite import DIALECTS
from tests.plot.formats.stories import again, graph, prose, read, ways

TWINE = ["twee", "twine-html", "twine-json"]


def with_open_choices() -> FileStory:
    story = FileStory(title="T")
    story.scenes = [FileScene(name="A", beats=[FileBeat("action", "Hm.")]), FileScene(name="Not yet written")]
    story.scenes[0].choices = [
        FileChoice("On", None, "Not yet written"),
        FileChoice("Into the dark", condition="a > 2", effects="a = 3"),
        FileChoice("Say [no] -> yes"),
    ]
    story.scenes[1].is_ending = True
    return link(story, Report())


@pytest.mark.parametrize("form", [*TWINE, "json"])
def test_an_open_choice_comes_back_open(form: str) -> None:
    story = with_open_choices()
    story.slug = "t"
    back = again(story, form)
    assert (graph(back), prose(back)) == (graph(story), prose(story))
    assert [scene.name for scene in back.scenes] == ["A", "Not yet written"]
    assert graph(again(back, form)) == graph(story)
    assert write_story(again(back, form), form, Report()) == write_story(back, form, Report())


@pytest.mark.parametrize("dialect", list(DIALECTS))
def test_an_open_choice_comes_back_open_in_every_story_format(dialect: str) -> None:
    story = with_open_choices()
    story.source = {"family": "twine", "dialect": dialect, "format": dialect.title()}
    story.scenes[0].choices = story.scenes[0].choices[:2]
    story.scenes[0].choices[1].effects = ""
    assert graph(again(story, "twee")) == graph(story)


def test_an_open_choice_comes_back_open_from_ink() -> None:
    story = with_open_choices()
    assert ways(again(story, "ink"), "A")[1:] == [("Into the dark", "? ", "a > 2"), ("Say [no] -> yes", "? ", "")]


@pytest.mark.parametrize("form", TWINE)
def test_a_link_to_a_missing_passage_stays_a_dead_link(form: str) -> None:
    story = read(":: A\n[[Gone]] [[Not yet written]]\n")
    for each in (story, again(story, form)):
        assert ways(each, "A") == [("Gone", "? Gone", ""), ("Not yet written", "? Not yet written", "")]
    story.scenes[0].choices.append(FileChoice("New"))
    assert ways(again(story, form), "A")[1:] == [("Not yet written", "? Not yet written", ""), ("New", "? ", "")]


def test_the_passage_of_open_choices_goes_once_none_is_open() -> None:
    story = read(write_story(with_open_choices(), "twee", Report()))
    assert "story-engine-unwritten" in write_story(story, "twee", Report())
    for choice in story.scenes[0].choices:
        choice.to = story.scenes[1].key
    assert "story-engine-unwritten" not in write_story(story, "twee", Report())


def test_a_scene_that_takes_the_name_of_that_passage_is_told_apart() -> None:
    story = read(write_story(with_open_choices(), "twee", Report()))
    story.scenes.append(FileScene(name="Not yet written 2", key="new", is_ending=True))
    story.scenes[1].choices = [FileChoice("Go", "new")]
    back = again(story, "twee")
    assert ways(back, "A")[1:] == ways(story, "A")[1:]
    assert ways(back, "Not yet written") == [("Go", "new", "")]
