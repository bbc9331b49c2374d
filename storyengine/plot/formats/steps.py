"""What running text with options in it is made of, before it is scenes: see `flow`."""

from dataclasses import dataclass, field
from typing import Any, TypeGuard

from storyengine.plot.formats.shape import FileBeat


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
    """A jump; "" ends the story. `back`: it comes back here; of one without a target, it goes back.

    `one_of`: one of several such jumps is taken.
    """

    line: int
    target: str
    back: bool = False
    computed: bool = False
    one_of: bool = False


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


def has_options(step: Step) -> bool:
    if isinstance(step, If):
        return any(has_options(inner) for _, steps in step.branches for inner in steps)
    return isinstance(step, Options | Place) or is_call(step)


def is_call(step: Step) -> TypeGuard[Goes]:
    return isinstance(step, Goes) and step.back and bool(step.target) and not step.computed


def comes_back(step: Step) -> bool:
    """Whether the story goes on behind it, wherever it leads."""
    return isinstance(step, Goes) and step.back and bool(step.target)


def parts(steps: list[Step]) -> bool:
    return turns_off(steps) or any(has_options(step) and not gathers(step) for step in steps)


def gathers(step: Step) -> bool:
    """Whether all that is offered in it is offered at the chapter's end."""
    if isinstance(step, If):
        return all(gathers(inner) for _, steps in step.branches for inner in steps if has_options(inner))
    return isinstance(step, Options) and step.gathers


def turns_off(steps: list[Step]) -> bool:
    """Whether it leads away, and says something before that or ends the story."""
    says = any(isinstance(step, Words) or (isinstance(step, Goes) and ends(step)) for step in steps)
    return says and leads_away(steps)


def leads_away(steps: list[Step]) -> bool:
    last = steps[-1] if steps else None
    inner = any(has_options(step) and not is_call(step) for step in steps)
    return isinstance(last, Goes) and not comes_back(last) and not inner


def ends(step: Goes) -> bool:
    return not (step.target or step.computed)


def is_long(step: Step) -> bool:
    return not isinstance(step, Does | Goes)
