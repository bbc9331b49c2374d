"""The way a performance takes through the plot: where it stands, what lies behind it, one step on."""

from storyengine.plot.branch import BranchBeat, BranchScene
from storyengine.plot.models import Choice, PathStep, Performance, Scene


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
    beats = tuple(BranchBeat(beat.kind, beat.text, beat.character) for beat in scene.beats.all())  # type: ignore[arg-type]
    labels = tuple(choice.label for choice in scene.choices.all())
    return BranchScene(scene.heading, beats, labels, scene.summary)
