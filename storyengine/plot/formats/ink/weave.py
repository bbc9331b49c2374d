"""Which lines belong under which choice: Ink's weave, from the number of bullets before choices and gathers."""

from dataclasses import dataclass, field

from storyengine.plot.formats.ink.lines import MAX_DEPTH, Item
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


def weave(items: list[Item], report: Report, level: int = 1) -> list[Section]:
    """The sections of one level, in order; raises Refused for what is nested without end."""
    if level > MAX_DEPTH:
        raise report.refuse(items[0].line, f"choices are nested more than {MAX_DEPTH} deep")
    sections, at = [Section(line=items[0].line if items else 0)], 0
    while at < len(items):
        item, at = items[at], at + 1
        if item.kind == "gather":
            if not sections[-1].is_empty:
                sections.append(Section())
            sections[-1].label, sections[-1].line = item.label, item.line
        elif item.kind == "choice":
            end = _end_of_body(items, at, level)
            body = weave(items[at:end], report, level + 1) if end > at else []
            sections[-1].branches.append(Branch(item, body))
            at = end
        else:
            sections[-1].lines.append(item)
    return sections


def _end_of_body(items: list[Item], at: int, level: int) -> int:
    while at < len(items) and (items[at].kind in ("text", "logic") or items[at].level > level):
        at += 1
    return at
