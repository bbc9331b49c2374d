"""The path as a screenplay: elements apart from the formats that write them."""

from dataclasses import dataclass
from datetime import date

from storyengine.plot.branch import BranchBeat
from storyengine.plot.models import Performance
from storyengine.plot.path import path_scenes


@dataclass(frozen=True, slots=True)
class ScriptScene:
    """One scene as it was played; `number` counts the path, so a scene visited twice has two numbers."""

    number: int
    heading: str
    beats: tuple[BranchBeat, ...]


@dataclass(frozen=True, slots=True)
class Screenplay:
    title: str
    language: str
    logline: str
    version: str
    date: date
    scenes: tuple[ScriptScene, ...]


def screenplay_of(performance: Performance) -> Screenplay:
    """The chosen path, released scenes only: the path holds nothing else."""
    scenes = tuple(ScriptScene(step.position, scene.heading, scene.beats) for step, scene in path_scenes(performance))
    started = performance.started_at or performance.created_at
    story = performance.story
    return Screenplay(story.title, story.language, story.logline, performance.code, started.date(), scenes)
