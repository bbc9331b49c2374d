"""Authors, and a story with ways that part, run together and lead back."""

import pytest
from django.test import Client

from storyengine.plot.models import Scene, Story
from tests.factories import BeatFactory, ChoiceFactory, SceneFactory, StoryFactory, make_user


@pytest.fixture
def author():  # type: ignore[no-untyped-def]
    return make_user("editor", "author")


@pytest.fixture
def room(client: Client, author) -> Client:  # type: ignore[no-untyped-def]
    """The writers' room: an author's browser."""
    client.force_login(author)
    return client


def make_plot(scenes: int = 6) -> Story:
    """A chain with a way back, a scene that two ways lead to, an open end; two chapters."""
    story = StoryFactory(title="The <Ferry> & Co")
    rows = [
        SceneFactory(story=story, key=f"s{n}", name=f"Scene {n}", chapter="One" if n < scenes / 2 else "Two")
        for n in range(scenes)
    ]
    for n, scene in enumerate(rows[:-1]):
        BeatFactory(scene=scene, position=1)
        ChoiceFactory(scene=scene, position=1, label="On", to_scene=rows[n + 1])
    ChoiceFactory(scene=rows[0], position=2, label="Short cut", to_scene=rows[2])
    ChoiceFactory(scene=rows[3], position=2, label="Back", to_scene=rows[1])
    ChoiceFactory(scene=rows[3], position=3, label="Nobody knows")
    Scene.objects.filter(pk=rows[-1].pk).update(is_ending=True)
    story.start = rows[0]
    story.save()
    return story
