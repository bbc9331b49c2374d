"""The scenes of a path that a new text is compared with, as plain values: for those who look for what stands twice."""

from itertools import groupby
from operator import itemgetter
from typing import Any

from storyengine.plot.branch import BranchBeat, BranchScene, played
from storyengine.plot.models import PathStep

MOST_SCENES = 12


def earlier_scenes(step: PathStep) -> tuple[BranchScene, ...]:
    """The path's last scenes up to this step's own, oldest first, without their choices: one query, however long the
    path is."""
    steps = PathStep.objects.filter(performance=step.performance_id, position__lte=step.position)
    rows = steps.filter(position__gt=step.position - MOST_SCENES).order_by("position", "scene__beats__position")
    found = rows.values_list(
        "position", "scene__heading", "scene__summary", "scene__beats__kind", "scene__beats__text",
        "scene__beats__character",
    )  # fmt: skip
    return tuple(_scene(list(beats)) for _, beats in groupby(found, key=itemgetter(0)))


def _scene(rows: list[tuple[Any, ...]]) -> BranchScene:
    """A scene without beats comes as one row without a kind."""
    _, heading, summary, *_ = rows[0]
    beats = played(BranchBeat(kind, text, character) for *_, kind, text, character in rows if kind)
    return BranchScene(heading, beats, (), summary)
