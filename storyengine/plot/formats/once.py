"""What other tools mean without saying it: choices that are offered once, ways that wait for those before them."""

import re

from storyengine.plot.expressions import quote
from storyengine.plot.formats.dialects import MARKED, both, negated
from storyengine.plot.formats.shape import FileScene
from storyengine.plot.graph import cycles


def offer_once(scenes: list[FileScene]) -> None:
    """`*` in Ink, *hide_reuse in ChoiceScript, <<once>> in Yarn.

    Put as a condition, and only where the story can come back to the choice: elsewhere it needs no saying.
    """
    places = {scene.name: number for number, scene in enumerate(scenes)}
    ways = [(n, places[c.target]) for n, scene in enumerate(scenes) for c in scene.choices if c.target in places]
    around = cycles(len(scenes), ways)
    arrivals: dict[str, set[object]] = {}
    for scene in scenes:
        for choice in scene.choices:
            arrivals.setdefault(choice.target, set()).add(choice.source.get("same", id(choice)))
    flags: dict[object, str] = {}
    for number, scene in enumerate(scenes):
        for place, choice in enumerate(scene.choices, 1):
            if not choice.source.get("once") or number not in around:
                continue
            if places.get(choice.target, 0) not in (0, number) and len(arrivals[choice.target]) == 1:
                once = f"not visited({quote(choice.target)})"
            else:
                own = re.sub(r"\W", "_", f"taken_{scene.name}_{place}")
                flag = flags.setdefault(choice.source.get("same", own), own)
                once, choice.effects = f"not {flag}", "\n".join(filter(None, [choice.effects, f"{flag} = true"]))
            choice.condition = both([choice.condition, once])
    for choice in (choice for scene in scenes for choice in scene.choices):
        choice.source.pop("same", None)


def wait_in_turn(scenes: list[FileScene]) -> None:
    """Of ways that are taken unasked the first one that holds is: what has no condition is taken if none before does.

    Not so where one of several is taken, or where only the tool can tell whether a condition holds.
    """
    for scene in scenes:
        asked: list[str] = []
        for way in scene.choices:
            if not way.source.get("auto") or way.source.get("one_of") or MARKED.match(way.condition):
                break
            if way.condition:
                asked.append(way.condition.removeprefix(f"{negated(asked)} and ") if asked else way.condition)
            elif asked:
                way.condition = negated(asked)
                break
