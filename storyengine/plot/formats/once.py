"""Choices that are offered once: `*` in Ink, *hide_reuse in ChoiceScript, <<once>> in Yarn."""

import re

from storyengine.plot.expressions import quote
from storyengine.plot.formats.dialects import both
from storyengine.plot.formats.shape import FileScene
from storyengine.plot.graph import cycles


def offer_once(scenes: list[FileScene]) -> None:
    """Put it as a condition, and only where the story can come back to the choice: elsewhere it needs no saying."""
    places = {scene.name: number for number, scene in enumerate(scenes)}
    ways = [(n, places[c.target]) for n, scene in enumerate(scenes) for c in scene.choices if c.target in places]
    around = cycles(len(scenes), ways)
    arrivals: dict[str, int] = {}
    for scene in scenes:
        for choice in scene.choices:
            arrivals[choice.target] = arrivals.get(choice.target, 0) + 1
    for number, scene in enumerate(scenes):
        for place, choice in enumerate(scene.choices, 1):
            if not choice.source.get("once") or number not in around:
                continue
            if places.get(choice.target, 0) not in (0, number) and arrivals[choice.target] == 1:
                once = f"not visited({quote(choice.target)})"
            else:
                flag = re.sub(r"\W", "_", f"taken_{scene.name}_{place}")
                once, choice.effects = f"not {flag}", "\n".join(filter(None, [choice.effects, f"{flag} = true"]))
            choice.condition = both([choice.condition, once])
