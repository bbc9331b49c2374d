"""A scene as somebody reads it beside the map: its text, where it leads, what leads to it."""

from typing import Any

from storyengine.plot.branch import SPOKEN
from storyengine.plot.locks import is_shown
from storyengine.plot.models import Beat, Choice, Scene


def panel_of(scene: Scene) -> dict[str, Any]:
    """All that the panel shows, in a fixed number of queries."""
    arrivals = Choice.objects.filter(to_scene=scene).select_related("scene").order_by("scene_id", "position")
    return {
        "story": scene.story,
        "scene": scene,
        "beats": cued(list(scene.beats.order_by("position"))),
        "choices": scene.choices.select_related("to_scene").order_by("position"),
        "arrivals": arrivals,
        "is_start": scene.story.start_id == scene.pk,
        "is_shown": is_shown(scene),
    }


def cued(beats: list[Beat]) -> list[tuple[Beat, bool]]:
    """Each beat, and whether it prints its character's name: speech does, but not after its own parenthetical."""
    before = [None, *beats][: len(beats)]
    return [
        (beat, beat.kind in SPOKEN and not (last and last.kind == "parenthetical" and last.character == beat.character))
        for last, beat in zip(before, beats, strict=True)
    ]
