"""The way a performance takes through the plot: where it stands, what lies behind it, one step on."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from storyengine.errors import Refused
from storyengine.plot.branch import BranchBeat, BranchScene
from storyengine.plot.models import Choice, PathStep, Performance, Scene, Story
from storyengine.sentences import say

MAX_STEPS = 5000
STEP = re.compile(r"(c?)(\d{1,18})")


@dataclass(frozen=True, slots=True)
class Mark:
    """One step of a path that somebody drew: a scene by its id, or the choice that leads into it."""

    pk: int
    is_choice: bool = False


def read_path(text: str) -> list[Mark]:
    """`12,c34,57`: scenes by their ids, choices with a c. Raises Refused("path.invalid")."""
    found = [STEP.fullmatch(part.strip()) for part in text.split(",")] if text.strip() else []
    if not found or len(found) > MAX_STEPS:
        raise Refused("path.invalid", reason=say("path.number", most=MAX_STEPS))
    if None in found:
        raise Refused("path.invalid", reason=say("path.mark"))
    return [Mark(int(match.group(2)), bool(match.group(1))) for match in found if match]


def walk(story: Story, marks: Sequence[Mark]) -> list[tuple[Scene, Choice | None]]:
    """The scenes of a drawn path with the choices that led into them: four queries, however long it is.

    Raises Refused("path.invalid") naming the step that does not follow from the one before.
    """
    taken = Choice.objects.in_bulk([mark.pk for mark in marks if mark.is_choice])
    wanted = {mark.pk for mark in marks if not mark.is_choice}
    wanted |= {choice.to_scene_id for choice in taken.values() if choice.to_scene_id is not None}
    scenes = story.scenes.filter(pk__in=wanted).prefetch_related("beats", "choices").in_bulk()
    path: list[tuple[Scene, Choice | None]] = []
    for position, mark in enumerate(marks, 1):
        choice = taken.get(mark.pk) if mark.is_choice else None
        scene = scenes.get((choice.to_scene_id or 0) if choice else mark.pk if not mark.is_choice else 0)
        if scene is None:
            raise Refused("path.invalid", reason=say("path.no_scene", position=position))
        if path:
            choice = _way(path[-1][0], scene, choice, position)
        path.append((scene, choice))
    return path


def _way(before: Scene, scene: Scene, choice: Choice | None, position: int) -> Choice:
    ways = [way for way in before.choices.all() if way.to_scene_id == scene.pk]
    found = next((way for way in ways if choice is None or way.pk == choice.pk), None)
    if found is None:
        raise Refused("path.invalid", reason=say("path.apart", position=position))
    return found


def current_step(performance: Performance) -> PathStep | None:
    """The last step, or None before the show starts."""
    return performance.steps.select_related("scene").order_by("-position").first()


def enter(performance: Performance, scene: Scene, *, choice: Choice | None) -> PathStep:
    """Add one step. The caller holds the performance's row, so positions cannot collide."""
    last = current_step(performance)
    return PathStep.objects.create(
        performance=performance, scene=scene, choice=choice, position=last.position + 1 if last else 1
    )


def path_scenes(performance: Performance, *, until: PathStep | None = None) -> list[tuple[PathStep, BranchScene]]:
    """The steps in order with their scenes as frozen values: three queries, however long the path is."""
    steps = performance.steps.select_related("scene", "choice").prefetch_related("scene__beats", "scene__choices")
    if until is not None:
        steps = steps.filter(position__lte=until.position)
    return [(step, freeze(step.scene)) for step in steps.order_by("position")]


def freeze(scene: Scene) -> BranchScene:
    """A scene's row and its beats as the value that other rooms read."""
    beats = tuple(
        BranchBeat(beat.kind, beat.text, beat.character, tuple(map(tuple, beat.styles)), beat.is_dual)  # type: ignore[arg-type]
        for beat in scene.beats.all()
    )
    labels = tuple(choice.label for choice in scene.choices.all())
    return BranchScene(scene.heading, beats, labels, scene.summary)
