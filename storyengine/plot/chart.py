"""A story's graph as the map draws it: frozen, in reading order, read in three queries however large it is."""

from dataclasses import dataclass

from storyengine.plot.models import Choice, PathStep, Scene, Story


@dataclass(frozen=True, slots=True)
class ChartScene:
    """`place` is where the author (or the tool that it came from) put it, in that tool's units."""

    pk: int
    key: str
    title: str
    heading: str
    chapter: str
    is_ending: bool
    is_written: bool
    is_played: bool
    place: tuple[float, float] | None


@dataclass(frozen=True, slots=True)
class ChartChoice:
    """`to` is None where nothing follows yet; `target` then names what the source meant and did not have."""

    pk: int
    scene: int
    label: str
    to: int | None
    target: str
    is_conditional: bool


@dataclass(frozen=True, slots=True)
class Chart:
    """Scenes in reading order: breadth first from the start, then what nothing leads to, as it was written."""

    start: int | None
    scenes: tuple[ChartScene, ...]
    choices: tuple[ChartChoice, ...]

    @property
    def chapters(self) -> tuple[str, ...]:
        return tuple(dict.fromkeys(scene.chapter for scene in self.scenes if scene.chapter))


def read_chart(story: Story) -> Chart:
    rows = Scene.objects.filter(story=story).order_by("pk")
    played = set(PathStep.objects.filter(scene__story=story).values_list("scene_id", flat=True).distinct())
    scenes = {
        pk: ChartScene(
            pk,
            key,
            name or heading,
            heading,
            chapter,
            is_ending,
            origin == Scene.Origin.WRITTEN,
            pk in played,
            None if x is None or y is None else (x, y),
        )
        for pk, key, name, heading, chapter, is_ending, origin, x, y in rows.values_list(
            "pk", "key", "name", "heading", "chapter", "is_ending", "origin", "x", "y"
        )
    }
    choices = tuple(
        ChartChoice(pk, scene, label, to, target, bool(condition))
        for pk, scene, label, to, target, condition in Choice.objects.filter(scene__story=story)
        .order_by("scene_id", "position")
        .values_list("pk", "scene_id", "label", "to_scene_id", "target", "condition")
    )
    order = _reading_order(story.start_id, scenes, choices)
    return Chart(story.start_id, tuple(scenes[pk] for pk in order), choices)


def _reading_order(start: int | None, scenes: dict[int, ChartScene], choices: tuple[ChartChoice, ...]) -> list[int]:
    following: dict[int, list[int]] = {}
    for choice in choices:
        if choice.to in scenes:
            following.setdefault(choice.scene, []).append(choice.to)
    reached = {there for here, targets in following.items() for there in targets if there != here}
    roots = [pk for pk in scenes if pk == start] + [pk for pk in scenes if pk not in reached]
    order: dict[int, None] = {}
    for root in [*roots, *scenes]:
        queue = [root] if root not in order else []
        order.setdefault(root)
        for here in queue:  # grows while it is walked
            for there in following.get(here, ()):
                if there not in order:
                    order[there] = None
                    queue.append(there)
    return list(order)
