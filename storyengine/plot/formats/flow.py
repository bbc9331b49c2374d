"""From running text with options in it to scenes: what Yarn Spinner and ChoiceScript have in common.

A reader gives steps in order: words, statements, jumps, options with what follows each, and ifs around any of them.
Where options stand the scene ends; what stands after them is a scene of its own, to which loose ends lead.
"""

from collections.abc import Callable
from typing import Any

from storyengine.plot.expressions import Unclear, quote, tidy_effects
from storyengine.plot.formats.calls import GO_ON, Call, End, lead_back
from storyengine.plot.formats.dialects import both, negated
from storyengine.plot.formats.once import wait_in_turn
from storyengine.plot.formats.report import Report
from storyengine.plot.formats.shape import FileBeat, FileChoice, FileScene
from storyengine.plot.formats.steps import (
    Does,
    Goes,
    If,
    Option,
    Options,
    Place,
    Step,
    Words,
    comes_back,
    gathers,
    has_options,
    is_call,
    is_long,
    leads_away,
    parts,
)

Stretch = tuple[Place, list[Step], str | None]  # a scene that is still to be made: its steps, and what comes after


class Flow:
    """Makes scenes of steps. `resolve` gives the scene's name for a jump's target, as seen from a chapter."""

    def __init__(self, family: str, report: Report, resolve: Callable[[str, str], str]) -> None:
        self.scenes: list[FileScene] = []
        self._family, self._report, self._resolve = family, report, resolve
        self._chapter, self._count = "", 0
        self._calls, self._ends = list[Call](), list[End]()

    def finish(self) -> list[FileScene]:
        """All scenes, once every chapter is made: only then is it known from where each place is called."""
        for end in lead_back(self.scenes, self._calls, self._ends, self._report):
            self._report.warn(end.line, "way.not_called", name=end.scene.name)
        wait_in_turn(self.scenes)
        return self.scenes

    def chapter(self, name: str, steps: list[Step], *, line: int, after: str | None = None, **fields: Any) -> FileScene:
        """One node or file: its steps from the top. `after` is where it goes on at its end; "" ends the story."""
        self._chapter, self._count = name, 0
        first = self._scene(name, line)
        for field_name, value in fields.items():
            setattr(first, field_name, value)
        self._run(first, steps, after)
        return first

    def _scene(self, name: str, line: int) -> FileScene:
        scene = FileScene(name=name, chapter=self._chapter, source={"family": self._family, "line": line})
        self.scenes.append(scene)
        return scene

    def _fresh(self, kind: str) -> str:
        self._count += 1
        return f"{self._chapter}.{kind}-{self._count}"

    def _run(self, scene: FileScene, steps: list[Step], after: str | None) -> None:
        """Carry a scene on until options or a new place end it; then the scene behind them; and so on."""
        todo = self._carry(scene, steps, after)
        while todo:  # a file has as many stretches as it likes: only what is nested calls itself
            place, steps, after = todo.pop()
            todo += self._carry(self._scene(place.name, place.line), steps, after)

    def _carry(self, scene: FileScene, steps: list[Step], after: str | None) -> list[Stretch]:
        """One scene; returns what follows in scenes of its own, the next one last."""
        for number, step in enumerate(steps):
            if isinstance(step, Place):
                self._auto(scene, step.name)
                return [(step, steps[number + 1 :], after)]
            if isinstance(step, If) and any(parts(inner) for _, inner in step.branches):
                return self._turn(scene, step, steps[number + 1 :], after)
            if is_call(step):
                return self._call(scene, step, steps[number + 1 :], after)
            if has_options(step):
                rest = steps[number + 1 :]
                apart = (n for n, later in enumerate(rest) if not (has_options(later) and gathers(later)))
                behind = next(apart, len(rest)) if gathers(step) else 0
                return self._offer(scene, [step, *rest[:behind]], rest[behind:], after)
            if self._take(scene, step, ""):
                return self._unseen(steps[number + 1 :], after)
        if after:
            self._auto(scene, after)
        elif after is not None:
            scene.is_ending = True
        return []

    def _call(self, scene: FileScene, step: Goes, rest: list[Step], after: str | None) -> list[Stretch]:
        """What follows a place that is called is a scene of its own, unless it only leads on."""
        first = rest[0] if rest else None
        behind, following = after, list[Stretch]()
        if isinstance(first, Goes) and first.target and not (first.back or first.computed):
            behind, following = self._resolve(first.target, self._chapter), self._unseen(rest[1:], after)
        elif first is not None:
            place = first if isinstance(first, Place) else Place(step.line, self._fresh("then"))
            behind, following = place.name, [(place, rest[1:] if first is place else rest, after)]
        self._auto(scene, self._resolve(step.target, self._chapter))
        self._calls.append(Call(scene.choices[-1], behind or None, step.line))
        return following

    def _turn(self, scene: FileScene, step: If, rest: list[Step], after: str | None) -> list[Stretch]:
        """Branches that offer, or that say something and lead away, are scenes of their own; the others come next."""
        parted, stays = list[tuple[str, list[Step]]](), list[tuple[str, list[Step]]]()
        for when, inner in step.branches:
            if parts(inner):
                name = self._fresh("if")
                parted.append((name, inner))
                is_last = step.is_full and inner is step.branches[-1][1]
                self._auto(scene, name, when if when or is_last else f"not visited({quote(name)})")  # said once
            elif not leads_away(inner) or not self._all(scene, inner, when):
                stays.append((when, inner))
        passes = bool(stays) or not step.is_full
        rest = [*([If(step.line, stays)] if any(inner for _, inner in stays) else []), *rest]
        following = list[Stretch]()
        if rest and not passes and all(leads_away(inner) for _, inner in parted):
            following = self._unseen(rest, after)
        elif rest:
            place = rest[0] if isinstance(rest[0], Place) else Place(step.line, self._fresh("then"))
            if passes:
                self._auto(scene, place.name)
            following = [(place, rest[1:] if rest[0] is place else rest, after)]
            after = place.name
        elif after and passes:
            self._auto(scene, after)
        return [*((Place(step.line, name), inner, after) for name, inner in reversed(parted)), *following]

    def _unseen(self, rest: list[Step], after: str | None) -> list[Stretch]:
        """Behind a jump only a place can be come to; words there are nobody's."""
        for number, step in enumerate(rest):
            if isinstance(step, Place):
                return [(step, rest[number + 1 :], after)]
            if isinstance(step, Words | Options | If):
                words = step.beat.text if isinstance(step, Words) else ""
                self._report.warn(step.line, "after.jump", words=words[:80])
        return []

    def _offer(self, scene: FileScene, group: list[Step], rest: list[Step], after: str | None) -> list[Stretch]:
        behind = after
        first = rest[0] if rest else None
        if isinstance(first, Place):
            behind, name, rest = first.name, first.name, rest[1:]
        elif rest:
            behind = name = self._fresh("then")
        number = len(scene.choices)
        for step in group:
            self._options(scene, step, "", behind)
        asked = [choice.condition for choice in scene.choices[number:]]
        if behind and all(asked) and self._family == "yarn":  # it goes on where nothing can be offered
            self._auto(scene, behind, negated(asked))
        return [(Place(first.line, name), rest, after)] if first is not None else []

    def _options(self, scene: FileScene, step: Step, condition: str, after: str | None) -> None:
        if isinstance(step, Options):
            for option in step.options:
                self._option(scene, option, both([condition, option.condition]), after)
        elif isinstance(step, If):
            for when, inner in step.branches:
                for each in inner:
                    self._options(scene, each, both([condition, when]), after)
        else:
            self._take(scene, step, condition)

    def _option(self, scene: FileScene, option: Option, condition: str, after: str | None) -> None:
        choice = FileChoice(option.label, None, "", condition, source=dict(option.source))
        scene.choices.append(choice)
        steps = option.steps
        while steps and isinstance(steps[0], Does) and len(steps) < 3 and not any(is_long(step) for step in steps):
            choice.effects = "\n".join(filter(None, [choice.effects, steps[0].effects]))
            steps = steps[1:]
        jump = steps[0] if steps else None
        if jump is None:
            choice.target = after or ""
        elif len(steps) == 1 and isinstance(jump, Goes) and jump.target and not jump.back and not jump.computed:
            choice.target = self._resolve(jump.target, self._chapter)
        else:
            choice.target = self._fresh("choice")
            self._run(self._scene(choice.target, option.line), steps, after)

    def _take(self, scene: FileScene, step: Step, condition: str) -> bool:
        """One step that leaves the scene where it is; True if the story leaves the scene for certain."""
        match step:
            case Words(line, beat):
                if condition:
                    self._report.warn(line, "words.conditional", words=beat.text[:80])
                    scene.beats.append(FileBeat("note", f"if {condition}"))
                scene.beats.append(beat)
            case Does(line, effects):
                lines = [_guarded(text, condition) for text in effects.splitlines()]
                scene.effects = "\n".join(filter(None, [scene.effects, *lines]))
            case Goes():
                return self._go(scene, step, condition) and not condition
            case If(_, branches, is_full):
                gone = [self._all(scene, inner, both([condition, when])) for when, inner in branches]
                return all(gone) and is_full
        return False

    def _all(self, scene: FileScene, steps: list[Step], condition: str) -> bool:
        for step in steps:
            self._take(scene, step, condition)
        return any(isinstance(step, Goes) and not comes_back(step) for step in steps)

    def _go(self, scene: FileScene, step: Goes, condition: str) -> bool:
        if step.computed:
            scene.source.setdefault("unknown", []).append(step.target[:60])
            self._report.warn(step.line, "way.computed", target=step.target[:60])
            return not step.back
        elif not step.target and step.back:
            self._ends.append(End(scene, condition, step.line))
        elif not step.target:
            scene.is_ending = scene.is_ending or not condition
        elif step.back:
            scene.source.setdefault("embeds", []).append(self._resolve(step.target, self._chapter))
            self._report.warn(step.line, "way.embeds", target=step.target)
            return False
        else:
            self._auto(scene, self._resolve(step.target, self._chapter), condition)
            scene.choices[-1].source |= {"one_of": True} if step.one_of else {}
        return True

    def _auto(self, scene: FileScene, target: str, condition: str = "") -> None:
        scene.choices.append(FileChoice(GO_ON, None, target, condition, source={"auto": True}))


def _guarded(line: str, condition: str) -> str:
    if not condition:
        return line
    try:
        return tidy_effects(f"{line} if {condition}")
    except Unclear:
        return line if ": " in line.split("=")[0] else f"if: ${line} if {condition}"
