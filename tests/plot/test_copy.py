"""A story's twin: equal in everything that is played, and apart from the original in every row."""

import pytest

from storyengine.plot.copy import copy_story
from storyengine.plot.formats.native import read_story
from storyengine.plot.models import Choice, Scene, Story
from storyengine.plot.sample import FOLDER

pytestmark = pytest.mark.django_db


def content(story: Story) -> dict[str, object]:
    """All that a story says, without row numbers."""
    return {
        "story": [story.title, story.language, story.logline, story.tone, story.rules, story.outline, story.lore,
                  story.start.key],
        "characters": list(story.characters.values_list("position", "name", "description", "voice")),
        "places": list(story.places.values_list("position", "name", "description")),
        "scenes": list(
            story.scenes.values_list("key", "heading", "question", "summary", "is_ending", "origin").order_by("id")
        ),
        "beats": sorted(
            story.scenes.values_list("key", "beats__position", "beats__kind", "beats__character", "beats__text")
        ),
        "choices": sorted(
            Choice.objects.filter(scene__story=story).values_list("scene__key", "position", "label", "to_scene__key"),
            key=lambda row: row[:2],
        ),
    }  # fmt: skip


def test_copy_story_says_the_same_in_rows_of_its_own() -> None:
    story = read_story((FOLDER / "salt-lamp.json").read_bytes())
    twin = copy_story(story, slug="rehearsal")
    assert twin.slug == "rehearsal"
    assert content(Story.objects.get(slug="rehearsal")) == content(Story.objects.get(slug="salt-lamp"))
    assert not Choice.objects.filter(scene__story=twin, to_scene__story=story).exists()
    Scene.objects.filter(story=twin).update(heading="changed")
    assert not story.scenes.filter(heading="changed").exists()


def test_copy_story_without_a_start_has_none() -> None:
    twin = copy_story(Story.objects.create(slug="bare", title="Bare"), slug="twin")
    assert (twin.start, twin.scenes.count()) == (None, 0)
