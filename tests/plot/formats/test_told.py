"""The stories in told/, written the way authors of each tool write them, go through every tool and come back equal."""

from pathlib import Path

import pytest

from storyengine.plot.formats import read_files, write_story
from storyengine.plot.formats.ink.names import single
from storyengine.plot.formats.intake import Sheet, take, take_path
from storyengine.plot.formats.native import parse_native, write_native
from storyengine.plot.formats.report import Report
from storyengine.plot.formats.shape import FileStory
from tests.plot.formats.stories import NAMES, again

TOLD = sorted((Path(__file__).parent / "told").iterdir())
Whole = dict[str, object]


def told(path: Path) -> list[FileStory]:
    stories = read_files(take_path(path, Report()), Report())
    for number, story in enumerate(stories):
        story.slug = f"s-{number}"
    return stories


def whole(story: FileStory, form: str) -> Whole:
    """All that a story says and where it leads, as far as a format can hold it.

    Ink shows spaces in a row as one, gives no name to a way that is taken unasked, and counts visits where it asks
    for them; tags of Twine hold no spaces.
    """
    names, is_ink = story.names, form == "ink"
    return {
        "start": names[story.start or ""],
        "prose": [
            (scene.name, beat.kind, beat.character, single(beat.text) if is_ink and beat.kind != "note" else beat.text)
            for scene in story.scenes
            for beat in scene.beats
        ],
        "ways": sorted(
            (
                scene.name,
                "Go on" if is_ink and (way.source.get("auto") or way.label == names.get(way.to or "")) else way.label,
                f"{names[way.to] if way.to else f'? {way.target}'} "
                + (way.condition.replace("not visits(", "not visited(") if is_ink else way.condition),
                way.effects,
            )
            for scene in story.scenes
            for way in scene.choices
        ),
        "scenes": [(scene.name, scene.effects, scene.is_ending) for scene in story.scenes],
    }


@pytest.mark.parametrize("form", ["twee", "twine-html", "twine-json", "ink", "json"])
@pytest.mark.parametrize("path", TOLD, ids=[path.stem for path in TOLD])
def test_a_story_as_it_is_really_told_comes_back_equal(path: Path, form: str) -> None:
    for story in told(path):
        assert whole(again(story, form), form) == whole(story, form)


@pytest.mark.parametrize("form", ["twee", "twine-html", "twine-json", "ink", "json"])
@pytest.mark.parametrize("path", TOLD, ids=[path.stem for path in TOLD])
def test_it_does_so_too_where_every_scene_is_written_anew(path: Path, form: str) -> None:
    for story in told(path):
        copy = parse_native(write_native(story))
        copy.source.pop("print", None)
        for scene in copy.scenes:
            scene.source.pop("text", None)
        assert whole(again(copy, form), form) == whole(story, form)


@pytest.mark.parametrize("path", TOLD, ids=[path.stem for path in TOLD])
def test_its_own_tool_gets_it_back_as_it_was(path: Path) -> None:
    for story in told(path):
        form = "ink" if story.source["family"] == "ink" else "twee"
        if story.source["family"] in ("ink", "twine"):
            first = write_story(story, form, Report())
            (back,) = read_files(take_text(form, first), Report(), name=form)
            back.slug = story.slug
            assert write_story(back, form, Report()) == first


def take_text(form: str, text: str) -> list[Sheet]:
    return take(NAMES[form], text.encode(), Report())
