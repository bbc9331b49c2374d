"""A story's graph as one compact value: scenes by number, ways by number. Read in four queries, whatever its size."""

import gc
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field

from storyengine.plot.conditions import begin
from storyengine.plot.cues import name_of
from storyengine.plot.expressions import Value
from storyengine.plot.models import Beat, Character, Choice, Scene, Story

OPEN = -1  # where a way leads that no scene follows yet


@dataclass(slots=True)
class Way:
    """One choice: from the scene of this number to the scene of that number, or OPEN."""

    id: int
    scene: int
    to: int
    label: str
    target: str = ""
    condition: str = ""
    effects: str = ""
    fallback: bool = False


@dataclass(slots=True)
class Graph:
    """`loose`: scenes that hold what may lead anywhere and change anything. `inner`: pairs, a scene shown in another.

    `titles` are for people: a scene's name, else its heading, with its key where another scene has the same.
    `unread`: variables whose value at the start is none that the language knows. `speaking`: the names of all who have
    a line, casefolded and without what a cue adds to them.
    """

    ids: list[int]
    keys: list[str]
    names: list[str]
    titles: list[str]
    endings: list[bool]
    effects: list[str]
    ways: list[Way]
    start: int | None = None
    loose: set[int] = field(default_factory=set)
    returning: set[int] = field(default_factory=set)
    inner: list[tuple[int, int]] = field(default_factory=list)
    roots: list[int] = field(default_factory=list)
    variables: dict[str, Value] = field(default_factory=dict)
    unread: set[str] = field(default_factory=set)
    characters: list[str] = field(default_factory=list)
    speaking: set[str] = field(default_factory=set)

    def outgoing(self) -> list[list[int]]:
        """Scene number -> the numbers of its ways, in their order."""
        found: list[list[int]] = [[] for _ in self.ids]
        for number, way in enumerate(self.ways):
            found[way.scene].append(number)
        return found

    def following(self) -> list[list[int]]:
        """Scene number -> the scenes that its ways lead to."""
        found: list[list[int]] = [[] for _ in self.ids]
        for way in self.ways:
            if way.to != OPEN:
                found[way.scene].append(way.to)
        return found


@contextmanager
def without_collector() -> Iterator[None]:
    """Where millions of small objects are made that all stay, the collector walks them again and again for nothing."""
    enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if enabled:
            gc.enable()


def read_graph(story: Story) -> Graph:
    """Scenes, choices, characters and who speaks."""
    with without_collector():
        return _read_graph(story)


def _titles(scenes: list[tuple[str, str]]) -> list[str]:
    """Of each (key, title) what tells it from the others."""
    number = Counter(title for _, title in scenes)
    return [title if number[title] == 1 else f"{title} ({key})" for key, title in scenes]


def _read_graph(story: Story) -> Graph:
    rows = list(
        Scene.objects.filter(story=story)
        .order_by("id")
        .values_list(
            "id",
            "key",
            "name",
            "is_ending",
            "effects",
            "source__unknown",
            "source__embeds",
            "source__returns",
            "heading",
        )
    )
    numbers = {row[0]: number for number, row in enumerate(rows)}
    by_name = {name: number for number, row in reversed(list(enumerate(rows))) for name in (row[1], row[2]) if name}
    choices = Choice.objects.filter(scene__story=story).order_by("scene_id", "position")
    start = begin(story.variables)
    return Graph(
        ids=[row[0] for row in rows],
        keys=[row[1] for row in rows],
        names=[row[2] or row[1] for row in rows],
        titles=_titles([(row[1], row[2] or row[8]) for row in rows]),
        endings=[row[3] for row in rows],
        effects=[row[4] for row in rows],
        ways=[
            Way(pk, numbers[scene], numbers.get(to, OPEN), label, target, condition, effects, bool(last))
            for pk, scene, to, label, target, condition, effects, last in choices.values_list(
                "id", "scene_id", "to_scene_id", "label", "target", "condition", "effects", "source__fallback"
            )
        ],
        start=numbers.get(story.start_id) if story.start_id else None,
        loose={number for number, row in enumerate(rows) if row[5]},
        returning={number for number, row in enumerate(rows) if row[7]},
        inner=[(n, by_name[name]) for n, row in enumerate(rows) for name in row[6] or () if name in by_name],
        roots=[by_name[name] for name in story.source.get("reach", []) if name in by_name],
        variables=start.values,
        unread=start.unknown,
        characters=list(Character.objects.filter(story=story).values_list("name", flat=True)),
        speaking={
            name_of(cue).casefold()
            for cue in Beat.objects.filter(scene__story=story, kind=Beat.Kind.DIALOGUE)
            .order_by()
            .values_list("character", flat=True)
            .distinct()
        },
    )


def reached(following: Sequence[Iterable[int]], starts: Iterable[int]) -> set[int]:
    """Everything that can be come to from the starts, they among it."""
    seen = set(starts)
    todo = list(seen)
    while todo:
        for after in following[todo.pop()]:
            if after not in seen:
                seen.add(after)
                todo.append(after)
    return seen


def components(following: Sequence[Sequence[int]]) -> list[list[int]]:
    """The strongly connected components, each after those that it leads to (Tarjan's order), without recursion."""
    order, low, stack, found = [0] * len(following), [0] * len(following), list[int](), list[list[int]]()
    waiting, count = [False] * len(following), 0
    for root in range(len(following)):
        if order[root]:
            continue
        work = [(root, 0)]
        while work:
            node, at = work.pop()
            if not order[node]:
                count += 1
                order[node] = low[node] = count
                stack.append(node)
                waiting[node] = True
            after = following[node]
            while at < len(after) and order[after[at]]:
                if waiting[after[at]]:
                    low[node] = min(low[node], low[after[at]])
                at += 1
            if at < len(after):
                work += [(node, at + 1), (after[at], 0)]
                continue
            if low[node] == order[node]:
                found.append(_popped(stack, waiting, node))
            if work:
                parent = work[-1][0]
                low[parent] = min(low[parent], low[node])
    return found


def _popped(stack: list[int], waiting: list[bool], node: int) -> list[int]:
    at = len(stack) - 1
    while stack[at] != node:
        at -= 1
    component = stack[at:]
    del stack[at:]
    for member in component:
        waiting[member] = False
    return component


def cycles(number: int, ways: Iterable[tuple[int, int]]) -> set[int]:
    """The numbers that some way leads back to."""
    following: list[list[int]] = [[] for _ in range(number)]
    for a, b in ways:
        following[a].append(b)
    around = {node for component in components(following) if len(component) > 1 for node in component}
    return around | {node for node in range(number) if node in following[node]}
