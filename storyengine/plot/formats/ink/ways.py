"""Where the lines of Ink lead: diverts, tunnels, threads and ends become ways on of the scenes that they stand in."""

import re

from storyengine.plot.formats.calls import GO_ON, End
from storyengine.plot.formats.dialects import INK, MARKED, both, condition_of
from storyengine.plot.formats.ink.inline import Way, leaves, ways_of
from storyengine.plot.formats.ink.names import Names
from storyengine.plot.formats.ink.targets import Targets, hands_on_diverts_alone
from storyengine.plot.formats.ink.threads import Thread
from storyengine.plot.formats.ink.tunnels import Tunnels
from storyengine.plot.formats.ink.turns import is_drawn, turn_of
from storyengine.plot.formats.report import Report
from storyengine.plot.formats.shape import FileChoice, FileScene

ENDS, ENDED = {"END", "DONE"}, re.compile(r"->\s*(?:END|DONE)")


class Ways:
    """The scenes so far, the part that is being read, and what waits until every scene is made."""

    def __init__(self, report: Report, variables: set[str], targets: Targets) -> None:
        self._held = targets
        self._report, self.scenes, self._names = report, list[FileScene](), Names(variables=variables)
        self._part, self._count, self._local = "", 0, tuple[str, ...]()
        self._seen = self._names.seen_from("")
        self._label = GO_ON  # of the next way on that is taken unasked
        self._tunnels, self._threads, self._waiting = Tunnels(), list[Thread](), set[str]()

    def _through(self, scene: FileScene, line: int, after: str | None, *, more: bool) -> tuple[FileScene, bool]:
        """Where a line led into a tunnel: (the scene in which the story goes on, whether it left this one for good)."""
        if not self._tunnels.into:
            return scene, False
        behind = self._name("", "then") if more else after
        self._tunnels.leave(behind, line, passes=True)
        return (self._scene(behind, line) if more and behind else scene), not more

    def _name(self, label: str, kind: str) -> str:
        if label:
            return f"{self._part}.{label}".lstrip(".")
        self._count += 1
        return f"{self._part}.{kind}-{self._count}".lstrip(".")

    def _scene(self, name: str, line: int) -> FileScene:
        scene = FileScene(name=name, chapter=self._part.split(".")[0], source={"family": "ink", "line": line})
        self.scenes.append(scene)
        return scene

    def _condition(self, scene: FileScene, conditions: list[str]) -> str:
        found = []
        for when in filter(None, conditions):
            turn = turn_of(when, scene.name)
            if turn is not None:
                found.append(turn)
            else:
                found.append(when if MARKED.match(when) else condition_of(INK, when, scenes=self._seen))
        return both(found)

    def _diverts(
        self,
        scene: FileScene,
        words: str,
        line: int,
        condition: str,
        group: tuple[int, int] | None = None,
        *,
        drawn: bool = False,
    ) -> tuple[str, bool]:
        """The ways on that a line names; returns the words before them, and whether the scene is left.

        `drawn`: a lot decides whether the line is come to at all.
        """
        shown, ways = ways_of(words)
        for way in ways:
            when = both([condition, self._condition(scene, [way.condition])])
            by_lot = drawn or is_drawn([way.condition])
            within = (line, way.group) if way.is_inside else group
            in_turn = within is not None and within == self._tunnels.group
            pending = self._tunnels.into
            if way.kind == "go" and pending and in_turn and pending[-1][1] == when:
                self._tunnels.leave_last(self._target(scene, way.name, line), line)
            elif way.kind == "go" and pending and not in_turn:
                self._tunnels.leave(self._target(scene, way.name, line), line, passes=True)
            elif way.kind == "go":
                self._go(scene, way.name, line, when, drawn=by_lot)
            else:
                if not (way.kind == "call" and in_turn):
                    scene, _ = self._through(scene, line, None, more=True)
                if way.kind == "return":
                    self._tunnels.ends.append(End(scene, when, line, len(scene.choices)))
                else:
                    self._joins(scene, way, line, when, within, drawn=by_lot)
            if way.given and not hands_on_diverts_alone(way.given):
                self._report.warn(line, "ink.given", words=f"{way.name}{way.given}")
        return shown, leaves(ways)

    def _joins(
        self,
        scene: FileScene,
        way: Way,
        line: int,
        condition: str,
        group: tuple[int, int] | None,
        *,
        drawn: bool,
    ) -> None:
        """A tunnel or a thread; of a place that is not there only its name is kept."""
        found = self._names.find(way.name, self._part)
        targets = [found] if found else self._candidates(way.name)
        for target in targets if way.kind == "call" else ():
            self._tunnels.enter(target, scene, condition, group, drawn=drawn)
        if targets and way.kind == "call":
            return
        scene.source.setdefault("embeds", []).extend(targets or [way.name])
        at = len(scene.beats), len(scene.choices)
        self._threads += [Thread(scene, target, condition, *at) for target in targets]
        if condition or not targets:
            self._report.warn(line, "ink.embeds", name=way.name)

    def _go(self, scene: FileScene, name: str, line: int, condition: str, *, drawn: bool = False) -> None:
        if name in ENDS and not (condition or drawn):
            scene.is_ending = True
            self._waiting |= {scene.name} if name == "DONE" else set()
            return
        if name in ENDS:  # the story may go on as well: it ends in a scene of its own
            name = self._name("", "end")
            self._names.scenes[name] = name
            self._scene(name, line).is_ending = True
        target = self._target(scene, name, line)
        targets = [target] if target is not None else self._candidates(name)
        for each in targets:
            source = {"auto": True} | ({"one_of": True} if drawn or len(targets) > 1 else {})
            scene.choices.append(FileChoice(self._label, None, each, condition, source=source))
        self._label = GO_ON

    def _candidates(self, variable: str) -> list[str]:
        """The scenes to which the divert may lead that a variable holds."""
        named = (self._names.find(name, self._part) for name in self._held.of(variable, self._part))
        return list(dict.fromkeys(filter(None, named)))

    def _target(self, scene: FileScene, name: str, line: int) -> str | None:
        target = self._names.find(name, self._part)
        if target is None and (name in self._names.variables or name in self._local):
            if len(candidates := self._candidates(name)) == 1:
                return candidates[0]
            if not candidates:
                scene.source.setdefault("unknown", []).append(f"-> {name}")
            self._report.warn(line, "way.computed", target=f"-> {name}")
            return None
        return target or name
