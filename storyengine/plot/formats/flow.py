"""From running text with options in it to scenes: what Yarn Spinner and ChoiceScript have in common.

A reader gives steps in order: words, statements, jumps, options with what follows each, and ifs around any of them.
Where options stand the scene ends; what stands after them is a scene of its own, to which loose ends lead.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from storyengine.plot.expressions import Unclear, quote, tidy_effects
from storyengine.plot.formats.dialects import both, negated
from storyengine.plot.formats.report import Report
from storyengine.plot.formats.shape import FileBeat, FileChoice, FileScene

GO_ON = "Go on"


@dataclass(slots=True)
class Words:
    line: int
    beat: FileBeat


@dataclass(slots=True)
class Does:
    """Statements in our language, one a line; marked lines are kept as they are."""

    line: int
    effects: str


@dataclass(slots=True)
class Goes:
    """A jump; "" ends the story. `back`: it comes back here."""

    line: int
    target: str
    back: bool = False
    computed: bool = False


@dataclass(slots=True)
class Option:
    line: int
    label: str
    steps: "list[Step]" = field(default_factory=list)
    condition: str = ""
    source: dict[str, Any] = field(default_factory=dict)


@dataclass(slots=True)
class Options:
    """`gathers`: all of one chapter are offered together, whatever stands between (the links of Yarn 1)."""

    line: int
    options: list[Option] = field(default_factory=list)
    gathers: bool = False


@dataclass(slots=True)
class If:
    """Branches in order, each with the whole condition under which it is taken. `is_full`: one is taken for certain."""

    line: int
    branches: "list[tuple[str, list[Step]]]" = field(default_factory=list)
    is_full: bool = False


@dataclass(slots=True)
class Place:
    """A place to which jumps lead: a scene of that name begins here."""

    line: int
    name: str


Step = Words | Does | Goes | Options | If | Place
Stretch = tuple[Place, list[Step], str | None]  # a scene that is still to be made: its steps, and what comes after


class Flow:
    """Makes scenes of steps. `resolve` gives the scene's name for a jump's target, as seen from a chapter."""

    def __init__(self, family: str, report: Report, resolve: Callable[[str, str], str]) -> None:
        self.scenes: list[FileScene] = []
        self._family, self._report, self._resolve = family, report, resolve
        self._chapter, self._count = "", 0

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
            if isinstance(step, If) and any(_parts(inner) for _, inner in step.branches):
                return self._turn(scene, step, steps[number + 1 :], after)
            if _has_options(step):
                rest = steps[number + 1 :]
                apart = (n for n, later in enumerate(rest) if not (_has_options(later) and _gathers(later)))
                behind = next(apart, len(rest)) if _gathers(step) else 0
                return self._offer(scene, [step, *rest[:behind]], rest[behind:], after)
            if self._take(scene, step, ""):
                return self._unseen(steps[number + 1 :], after)
        if after:
            self._auto(scene, after)
        elif after is not None:
            scene.is_ending = True
        return []

    def _turn(self, scene: FileScene, step: If, rest: list[Step], after: str | None) -> list[Stretch]:
        """Branches that offer, or that say something and lead away, are scenes of their own; the others come next."""
        parted, stays = list[tuple[str, list[Step]]](), list[tuple[str, list[Step]]]()
        for when, inner in step.branches:
            if _parts(inner):
                name = self._fresh("if")
                parted.append((name, inner))
                is_last = step.is_full and inner is step.branches[-1][1]
                self._auto(scene, name, when if when or is_last else f"not visited({quote(name)})")  # said once
            elif not _leads_away(inner) or not self._all(scene, inner, when):
                stays.append((when, inner))
        passes = bool(stays) or not step.is_full
        rest = [*([If(step.line, stays)] if any(inner for _, inner in stays) else []), *rest]
        following = list[Stretch]()
        if rest and not passes and all(_leads_away(inner) for _, inner in parted):
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
        while steps and isinstance(steps[0], Does) and len(steps) < 3 and not any(_is_long(step) for step in steps):
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
        return any(isinstance(step, Goes) and not step.back for step in steps)

    def _go(self, scene: FileScene, step: Goes, condition: str) -> bool:
        if step.computed:
            scene.source.setdefault("unknown", []).append(step.target[:60])
            self._report.warn(step.line, "way.computed", target=step.target[:60])
        elif not step.target:
            scene.is_ending = scene.is_ending or not condition
        elif step.back:
            scene.source.setdefault("embeds", []).append(self._resolve(step.target, self._chapter))
            self._report.warn(step.line, "way.embeds", target=step.target)
            return False
        else:
            self._auto(scene, self._resolve(step.target, self._chapter), condition)
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


def _has_options(step: Step) -> bool:
    if isinstance(step, If):
        return any(_has_options(inner) for _, steps in step.branches for inner in steps)
    return isinstance(step, Options | Place)


def _parts(steps: list[Step]) -> bool:
    return _turns_off(steps) or any(_has_options(step) and not _gathers(step) for step in steps)


def _gathers(step: Step) -> bool:
    """Whether all that is offered in it is offered at the chapter's end."""
    if isinstance(step, If):
        return all(_gathers(inner) for _, steps in step.branches for inner in steps if _has_options(inner))
    return isinstance(step, Options) and step.gathers


def _turns_off(steps: list[Step]) -> bool:
    """Whether it leads away, and says something before that or ends the story."""
    says = any(isinstance(step, Words) or (isinstance(step, Goes) and _ends(step)) for step in steps)
    return says and _leads_away(steps)


def _leads_away(steps: list[Step]) -> bool:
    last = steps[-1] if steps else None
    return isinstance(last, Goes) and not last.back and not any(_has_options(step) for step in steps)


def _ends(step: Goes) -> bool:
    return not (step.target or step.computed)


def _is_long(step: Step) -> bool:
    return not isinstance(step, Does | Goes)
