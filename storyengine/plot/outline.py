"""The map in words: chapters, their scenes in reading order, and from each scene the ways on."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from storyengine.plot.chart import ChartChoice, ChartScene, read_chart
from storyengine.plot.models import Story
from storyengine.plot.states import end_state, scene_state, state_names


@dataclass(frozen=True, slots=True)
class Way:
    """One choice: where it leads (None: nothing follows yet), its state, and whether that was read further up."""

    choice: ChartChoice
    to: ChartScene | None
    is_back: bool
    state: str


@dataclass(frozen=True, slots=True)
class Line:
    """One scene with its number in reading order."""

    number: int
    scene: ChartScene
    state: str
    is_start: bool
    is_reached: bool
    ways: tuple[Way, ...]


@dataclass(frozen=True, slots=True)
class Part:
    """A chapter; "" holds the scenes that have none."""

    chapter: str
    lines: list[Line] = field(default_factory=list)


def outline_of(
    story: Story,
    *,
    scenes_are: Mapping[int, str] | None = None,
    ends_are: Mapping[int, str] | None = None,
    unlit: str = "",
) -> list[Part]:
    """Every scene exactly once, however the ways run together or back.

    States are words of `state_names`; `scenes_are` and `ends_are` give scenes and open choices others, by number,
    `unlit` all other scenes.
    """
    names = state_names()
    graph = read_chart(story)
    scenes = {scene.pk: scene for scene in graph.scenes}
    number = {scene.pk: n for n, scene in enumerate(graph.scenes, 1)}
    ways: dict[int, list[Way]] = {}
    for choice in graph.choices:
        to = scenes.get(choice.to or 0)
        is_back = to is not None and number[to.pk] <= number[choice.scene]
        ways.setdefault(choice.scene, []).append(
            Way(choice, to, is_back, names[(ends_are or {}).get(choice.pk) or end_state(choice)])
        )
    reached = {choice.to for choice in graph.choices if choice.to != choice.scene} | {graph.start}
    parts: dict[str, Part] = {}
    for scene in graph.scenes:
        part = parts.setdefault(scene.chapter, Part(scene.chapter))
        is_start = scene.pk == graph.start
        state = names[(scenes_are or {}).get(scene.pk) or unlit or scene_state(scene)]
        line = Line(number[scene.pk], scene, state, is_start, scene.pk in reached, tuple(ways.get(scene.pk, ())))
        part.lines.append(line)
    return list(parts.values())
