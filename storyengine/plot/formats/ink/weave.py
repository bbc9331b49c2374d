"""Which lines belong under which choice: Ink's weave, from the number of bullets before choices and gathers."""

from dataclasses import dataclass, field

from storyengine.plot.formats.ink.items import MAX_DEPTH, Item
from storyengine.plot.formats.ink.lines import Part
from storyengine.plot.formats.ink.names import Names
from storyengine.plot.formats.report import Report


@dataclass(slots=True)
class Branch:
    """A choice, and the weave that follows it."""

    choice: Item
    body: "list[Section]" = field(default_factory=list)


@dataclass(slots=True)
class Section:
    """Lines, then choices. The next section of the same weave is where the loose ends of these come together."""

    label: str = ""
    line: int = 0
    lines: list[Item] = field(default_factory=list)
    branches: list[Branch] = field(default_factory=list)

    @property
    def is_empty(self) -> bool:
        return not self.lines and not self.branches and not self.label


def weave(items: list[Item], report: Report, depth: int = 1) -> list[Section]:
    """The sections of one level, in order; raises Refused for what is nested without end."""
    if depth > MAX_DEPTH:
        raise report.refuse(items[0].line, "file.deeper", most=MAX_DEPTH)
    sections, at = [Section(line=items[0].line if items else 0)], 0
    own = level = _level(items)
    while at < len(items):
        item, at = items[at], at + 1
        if item.kind == "gather":
            if not sections[-1].is_empty:
                sections.append(Section())
            sections[-1].label, sections[-1].line = item.label, item.line
            level = own
        elif item.kind == "choice":
            if not own <= item.level <= level:  # deeper ones that stand under no choice stand side by side
                level = max(own, item.level)
            end = _end_of_body(items, at, level)
            _ask_once(item, items[at:end])
            body = weave(items[at:end], report, depth + 1) if end > at else []
            sections[-1].branches.append(Branch(item, body))
            at = end
        else:
            sections[-1].lines.append(item)
    return sections


def _level(items: list[Item]) -> int:
    """How many bullets the choices of a weave have: as many as its first choice or gather outside of braces."""
    points = [item for item in items if item.kind in ("choice", "gather")]
    return min(points, key=lambda point: len(point.blocks)).level if points else 1


def _end_of_body(items: list[Item], at: int, level: int) -> int:
    """Where what follows the choice before `at` ends: at the next of its level, or where its block in braces does."""
    around = items[at - 1].blocks
    while at < len(items) and (items[at].level > level or _is_line_within(items[at], around)):
        at += 1
    return at


def _ask_once(choice: Item, body: list[Item]) -> None:
    """The block around a choice was asked when it was offered: what follows it there does not ask again."""
    for item in body:
        if item.blocks[: len(choice.blocks)] == choice.blocks:
            item.conditions = item.conditions[len(choice.conditions) :]


def _is_line_within(item: Item, around: tuple[int, ...]) -> bool:
    return item.kind in ("text", "logic") and item.blocks[: len(around)] == around


def declare(names: Names, part: Part, sections: list[Section], top: str) -> None:
    """What a divert can mean there: the part, and every label in it. `top` is what stands above all parts."""
    name, knot = part.name or top, part.name.split(".")[0]
    if part.name and not part.is_function:
        names.scenes.setdefault(name, name)
        if part.name != knot and knot not in names.scenes:
            names.scenes[knot] = name
        if not part.items and part.name == knot:
            del names.scenes[name]
    todo = list(sections)
    while todo:
        section = todo.pop()
        for label in filter(None, [section.label, *(branch.choice.label for branch in section.branches)]):
            names.scenes.setdefault(f"{part.name}.{label}".lstrip("."), f"{part.name}.{label}".lstrip("."))
        todo += [inner for branch in section.branches for inner in branch.body]
