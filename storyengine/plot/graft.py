"""Join an approved branch to the plot, at the choice that it follows."""

import secrets
from itertools import pairwise

from django.db import transaction
from django.utils.translation import gettext, override

from storyengine.errors import Refused
from storyengine.plot.branch import Branch, BranchScene
from storyengine.plot.models import Beat, Choice, Scene


@transaction.atomic
def graft(branch: Branch, choice: Choice) -> Scene:
    """Make the branch's scenes part of the story and return the first one.

    Raises Refused("choice.taken") if a branch follows the choice already: the row is locked first, so of two
    grafts at once exactly one wins.
    """
    choice = Choice.objects.select_for_update(of=("self",)).select_related("scene__story").get(pk=choice.pk)
    if choice.to_scene_id is not None:
        raise Refused("choice.taken")
    last = len(branch.scenes)
    scenes = [
        _add_scene(choice, content, number, is_ending=number == last and not content.choices)
        for number, content in enumerate(branch.scenes, 1)
    ]
    for scene, following in pairwise(scenes):
        with override(choice.scene.story.language):
            Choice.objects.create(scene=scene, position=1, label=gettext("Go on"), to_scene=following)
    _open_choices(scenes[-1], branch.scenes[-1])
    choice.to_scene = scenes[0]
    choice.save(update_fields=["to_scene"])
    return scenes[0]


def _add_scene(choice: Choice, content: BranchScene, number: int, *, is_ending: bool) -> Scene:
    key = f"w{choice.pk}-{number}"
    if Scene.objects.filter(story=choice.scene.story, key=key).exists():
        key += f"-{secrets.token_hex(4)}"  # a story file brought written scenes of another house
    scene = Scene.objects.create(
        story=choice.scene.story,
        key=key,
        heading=content.heading,
        summary=content.summary,
        is_ending=is_ending,
        origin=Scene.Origin.WRITTEN,
    )
    _add_beats(scene, content)
    return scene


@transaction.atomic
def replace_text(scene: Scene, content: BranchScene, *, note: str) -> None:
    """Give a scene that people have seen other words: heading, beats and summary. Its choices stay as they are."""
    scene.heading, scene.summary, scene.correction = content.heading, content.summary, note
    scene.save(update_fields=["heading", "summary", "correction"])
    scene.beats.all().delete()
    _add_beats(scene, content)


def _add_beats(scene: Scene, content: BranchScene) -> None:
    Beat.objects.bulk_create(
        Beat(scene=scene, position=position, kind=beat.kind, character=beat.character, text=beat.text)
        for position, beat in enumerate(content.beats, 1)
    )


def _open_choices(scene: Scene, content: BranchScene) -> None:
    Choice.objects.bulk_create(
        Choice(scene=scene, position=position, label=label) for position, label in enumerate(content.choices, 1)
    )
