"""What is true on this path: the fold from the first scene to the one that the branch follows."""

from dataclasses import dataclass

from storyengine.generation.prompt import scene_text
from storyengine.plot.models import PathStep
from storyengine.plot.path import path_scenes

MOST_SUMMARIES = 8  # the nearest ones; older ones are dropped first


@dataclass(frozen=True, slots=True)
class Memory:
    """Summaries of the scenes before the last, oldest first; and the last scene in full."""

    so_far: tuple[str, ...]
    last_scene: str


def recall(step: PathStep) -> Memory:
    """The memory of the performance's path up to and with this step."""
    steps = path_scenes(step.performance, until=step)
    *before, (_, last) = steps
    summaries = [scene.summary or scene.heading for _, scene in before]
    return Memory(tuple(summaries[-MOST_SUMMARIES:]), scene_text(last))
