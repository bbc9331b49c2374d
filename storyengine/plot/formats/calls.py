"""Places to which a story goes and from which it comes back: Yarn's detours, ChoiceScript's subroutines.

Each call is a way to the place, and each end of the place a way back to what follows the call. Where several calls
share an end, a variable remembers which of them was made.
"""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from storyengine.plot.formats.dialects import both
from storyengine.plot.formats.report import Report
from storyengine.plot.formats.shape import FileChoice, FileScene

GO_ON = "Go on"


@dataclass(slots=True)
class Call:
    """`behind` is the scene to come back to; None where the story has nothing more to say there."""

    way: FileChoice
    behind: str | None
    line: int


@dataclass(slots=True)
class End:
    """`at` is the place of its ways back among the ways on of its scene; None where they come last."""

    scene: FileScene
    condition: str
    line: int
    at: int | None = None


def lead_back(scenes: Sequence[FileScene], calls: Sequence[Call], ends: Sequence[End], report: Report) -> list[End]:
    """Give every end its ways back; returns those that nobody calls. A call of what is not there goes on at once."""
    alone = list[End]()
    known = {scene.name: scene for scene in reversed(scenes)}
    for call in calls:
        if call.way.target not in known:
            report.warn(call.line, "way.no_place", target=call.way.target)
            call.way.target = call.behind or call.way.target
    made = [call for call in calls if call.way.target in known]
    reached = {name: _reached(name, known, made) for name in dict.fromkeys(call.way.target for call in made)}
    _tell_nested(made, {name: [known[each] for each in names] for name, names in reached.items()}, report)
    for end in reversed(ends):  # from the last place in a scene to the first
        back = [call for call in made if end.scene.name in reached[call.way.target]]
        if not back:
            end.scene.source["returns"] = True
            alone.append(end)
        elif len({call.behind for call in back}) == 1:
            _way_back(end, back[0], "")
        else:
            for call in back if end.at is None else reversed(back):
                _remember(call, made)
                _way_back(end, call, _asked(call, made))
    return alone[::-1]


def _tell_nested(calls: Sequence[Call], places: dict[str, list[FileScene]], report: Report) -> None:
    """Warn of places that call themselves, whatever is between: a variable remembers the latest call alone."""
    called = dict[str, set[str]]()
    for name, scenes in places.items():
        ways = {id(way) for scene in scenes for way in scene.choices}
        called[name] = {call.way.target for call in calls if id(call.way) in ways}
    for name in places:
        seen, todo = set[str](), [*called[name]]
        while todo:
            inner = todo.pop()
            if inner not in seen:
                seen.add(inner)
                todo += called[inner]
        if name in seen:
            first = next(call for call in calls if call.way.target == name)
            report.warn(first.line, "way.nested", target=name)


def _reached(name: str, known: dict[str, FileScene], calls: Iterable[Call]) -> set[str]:
    """The scenes of a place: where it leads, past the calls that are made there."""
    past = {id(call.way): call.behind for call in calls}
    seen, todo = set[str](), [name]
    while todo:
        name = todo.pop()
        if name not in seen and name in known:
            seen.add(name)
            todo += [past.get(id(way), way.target) or "" for way in known[name].choices]
    return seen


def _way_back(end: End, call: Call, asked: str) -> None:
    if call.behind is None:
        return
    forget = f"{_variable(call)} = 0" if asked else ""
    way = FileChoice(GO_ON, None, call.behind, both([end.condition, asked]), forget, {"auto": True})
    if (way.target, way.condition) not in [(each.target, each.condition) for each in end.scene.choices]:
        end.scene.choices.insert(len(end.scene.choices) if end.at is None else end.at, way)


def _remember(call: Call, calls: Sequence[Call]) -> None:
    call.way.effects = f"{_variable(call)} = {_number(call, calls)}"


def _asked(call: Call, calls: Sequence[Call]) -> str:
    return f"{_variable(call)} == {_number(call, calls)}"


def _variable(call: Call) -> str:
    return "back_from_" + re.sub(r"\W", "_", call.way.target)


def _number(call: Call, calls: Sequence[Call]) -> int:
    """Calls of one place are counted by where they come back, from 1: those that come back to one scene are one."""
    places = list(dict.fromkeys(each.behind for each in calls if each.way.target == call.way.target))
    return places.index(call.behind) + 1
