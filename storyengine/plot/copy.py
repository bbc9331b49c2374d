"""A story's twin, so that a rehearsal can graft into it and leave the author's own untouched; and a story's end."""

from django.db import transaction

from storyengine.errors import Refused
from storyengine.plot.models import Beat, Character, Choice, Place, Scene, Story

TWIN = "-rehearsal-"  # in the slug of every story that was copied for a rehearsal


@transaction.atomic
def delete_story(story: Story) -> None:
    """Delete a story with all that is in it. Raises Refused("story.performed") where a performance plays it."""
    if story.performances.exists():
        raise Refused("story.performed")
    Choice.objects.filter(scene__story=story).update(to_scene=None)  # scenes hold each other, and only so
    story.delete()


@transaction.atomic
def copy_story(story: Story, *, slug: str) -> Story:
    """Copy the world and the whole graph under a new slug; performances and paths stay with the original."""
    twin = Story.objects.get(pk=story.pk)
    twin.pk, twin.slug, twin.start = None, slug, None
    twin.save(force_insert=True)
    characters = list(Character.objects.filter(story=story))
    places = list(Place.objects.filter(story=story))
    for character in characters:
        character.pk, character.story = None, twin
    for place in places:
        place.pk, place.story = None, twin
    Character.objects.bulk_create(characters)
    Place.objects.bulk_create(places)
    scenes = _copy_scenes(story, twin)
    _copy_beats(story, scenes)
    _copy_choices(story, scenes)
    twin.start = scenes[story.start_id] if story.start_id else None
    twin.save(update_fields=["start"])
    return twin


def _copy_scenes(story: Story, twin: Story) -> dict[int, Scene]:
    copies = list(Scene.objects.filter(story=story))
    originals = [scene.pk for scene in copies]
    for scene in copies:
        scene.pk, scene.story = None, twin
    return dict(zip(originals, Scene.objects.bulk_create(copies), strict=True))


def _copy_beats(story: Story, scenes: dict[int, Scene]) -> None:
    beats = list(Beat.objects.filter(scene__story=story))
    for beat in beats:
        beat.pk, beat.scene = None, scenes[beat.scene_id]
    Beat.objects.bulk_create(beats)


def _copy_choices(story: Story, scenes: dict[int, Scene]) -> None:
    choices = list(Choice.objects.filter(scene__story=story))
    for choice in choices:
        choice.pk, choice.scene = None, scenes[choice.scene_id]
        choice.to_scene = scenes.get(choice.to_scene_id) if choice.to_scene_id else None
    Choice.objects.bulk_create(choices)
