"""Where each scene is drawn: layers from left to right, as a reader comes to them. Pure: no database, no pixels.

A node is a rectangle of one size, given by its centre. graphlay finds layers, order and routes; what a story
asks of it is decided here: which links run backwards, which nodes stay where they are, and where a node goes
that came after the rest was drawn, so that a map that people are looking at does not jump.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

import graphlay

from storyengine.plot.detours import Link, ways_round
from storyengine.plot.mazes import Point, Route

WIDTH, HEIGHT = 184.0, 64.0  # of every node; the gaps leave room for lines and for a label
COLUMN, ROW = WIDTH + 96.0, HEIGHT + 28.0
THOROUGH = 400  # nodes up to which the engine takes its time; above, it takes the short way (1 s at 2,500)
FAR, LANES = 7, 600  # a link over more layers than FAR is far; together far links may span so many layers
MOST = 6000  # nodes up to which lines are untangled and routed
CELL = (WIDTH + 16.0, HEIGHT + 12.0)


@dataclass(frozen=True, slots=True)
class Diagram:
    """What is to be drawn. `nodes` stand in reading order; `fixed` are centres that must be kept to the letter."""

    nodes: tuple[str, ...]
    links: tuple[Link, ...]
    start: str | None = None
    fixed: Mapping[str, Point] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Layout:
    """Centres by node, and polylines (x, y, x, y, …) by link for the links that do not run straight."""

    positions: dict[str, Point]
    routes: dict[Link, Route]


def lay_out(diagram: Diagram, kept: Mapping[str, Point] | None = None) -> Layout:
    """Draw the diagram; the same diagram and the same `kept` always give the same layout.

    Fixed nodes stand where they are told. Where most nodes are kept from an earlier drawing these stay too,
    and only the others are placed, each beside a neighbour.
    """
    standing = {name: point for name, point in (kept or {}).items() if name in set(diagram.nodes)}
    if 2 * len(standing) < len(diagram.nodes):
        standing = {}
    standing |= diagram.fixed
    if standing:
        places = _place_beside(diagram, standing)
        return Layout(places, _routes(places, diagram.links))
    return _draw_layers(diagram)


def _routes(places: Mapping[str, Point], links: Iterable[Link]) -> dict[Link, Route]:
    """Ways round what stands in a link's way; beyond what can be drawn with care every link runs as it comes."""
    if len(places) > THOROUGH:
        return {}
    return ways_round(places, dict.fromkeys(links), width=WIDTH, height=HEIGHT, far=FAR * COLUMN)


def backward_links(diagram: Diagram) -> frozenset[Link]:
    """The links that lead back to where the reader has been: a depth-first walk from the start meets them."""
    following = _following(diagram.links)
    state: dict[str, int] = {}  # 1: on the walk, 2: left
    back: set[Link] = set()
    for root in _roots(diagram):
        if root in state:
            continue
        state[root] = 1
        walk: list[tuple[str, Iterator[str]]] = [(root, iter(following[root]))]
        while walk:
            here, further = walk[-1]
            there = next(further, None)
            if there is None:
                state[here] = 2
                walk.pop()
            elif there not in state:
                state[there] = 1
                walk.append((there, iter(following[there])))
            elif state[there] == 1:
                back.add((here, there))
    return frozenset(back)


def _roots(diagram: Diagram) -> Iterator[str]:
    """The start, then what nothing leads to, then the rest: every node once at least."""
    if diagram.start is not None:
        yield diagram.start
    reached = {target for source, target in diagram.links if source != target}
    yield from (name for name in diagram.nodes if name not in reached)
    yield from diagram.nodes


def _following(links: Iterable[Link]) -> dict[str, list[str]]:
    following: dict[str, list[str]] = defaultdict(list)
    for source, target in dict.fromkeys(links):
        following[source].append(target)
    return following


# ------------------------------------------------------------------ layers


def _draw_layers(diagram: Diagram) -> Layout:
    """All nodes in layers. A backward link takes part turned round, so that it keeps its lane and moves nobody."""
    if not diagram.nodes:
        return Layout({}, {})
    back = backward_links(diagram)
    turned = {(b, a): (a, b) for a, b in diagram.links if a != b and (a, b) in back}
    forward = turned | {(a, b): (a, b) for a, b in diagram.links if a != b and (a, b) not in back}
    ranks = _ranks(diagram, forward)
    if len(diagram.nodes) > MOST:
        return _stack(diagram, ranks)
    near = _near(forward, ranks)
    graph = graphlay.Graph()
    for name in diagram.nodes:
        # What is left out pulls no more, so the layers are then given instead of found.
        graph.node(
            name, width=WIDTH, height=HEIGHT, rank="free" if len(near) == len(forward) else {"fixed": ranks[name]}
        )
    for source, target in near:
        graph.edge(source, target)
    drawn = graphlay.layout(graph, preset="layered", options=_options(len(diagram.nodes)))
    routes = {
        link: _route(edge["points"], turned=link in back) for link, edge in zip(near.values(), drawn.edges, strict=True)
    }
    positions = {name: (round(x, 1), round(y, 1)) for name, (x, y) in drawn.positions().items()}
    # Of two links against each other the engine draws one.
    bare = [(a, b) for a, b in diagram.links if not routes.get((a, b)) and abs(ranks[a] - ranks[b]) <= FAR]
    return Layout(positions, {link: route for link, route in routes.items() if route} | _routes(positions, bare))


def _stack(diagram: Diagram, ranks: Mapping[str, int]) -> Layout:
    """Beyond what can be drawn with care: each layer a column, in reading order. Its chapters can be folded."""
    height: dict[int, int] = defaultdict(int)
    for name in diagram.nodes:
        height[ranks[name]] += 1
    row: dict[int, int] = defaultdict(int)
    places: dict[str, Point] = {}
    for name in diagram.nodes:
        rank = ranks[name]
        places[name] = rank * COLUMN, (row[rank] - (height[rank] - 1) / 2) * ROW
        row[rank] += 1
    return Layout(places, {})


def _ranks(diagram: Diagram, forward: Iterable[Link]) -> dict[str, int]:
    """Each node one layer after the last that leads to it; what nothing leads to, one before the first it leads to."""
    following = _following(forward)
    incoming: dict[str, int] = dict.fromkeys(diagram.nodes, 0)
    for targets in following.values():
        for target in targets:
            incoming[target] += 1
    sources = [name for name, number in incoming.items() if not number]
    ranks = dict.fromkeys(sources, 0)
    queue = list(sources)
    for here in queue:  # grows while it is walked
        for there in following[here]:
            ranks[there] = max(ranks.get(there, 0), ranks[here] + 1)
            incoming[there] -= 1
            if not incoming[there]:
                queue.append(there)
    for name in sources:
        if name != diagram.start and following[name]:
            ranks[name] = min(ranks[there] for there in following[name]) - 1
    return ranks


def _near(forward: Mapping[Link, Link], ranks: Mapping[str, int]) -> dict[Link, Link]:
    """The links that take part. Where many span much of the story ("begin again" in every scene) those are left out:
    each of them would claim a lane in every layer between, and the time goes with the square of the lanes."""
    spans = {link: ranks[link[1]] - ranks[link[0]] for link in forward}
    if sum(span for span in spans.values() if span > FAR) <= LANES:
        return dict(forward)
    return {link: forward[link] for link, span in spans.items() if span <= FAR}


def _options(nodes: int) -> dict[str, Any]:
    return {
        "direction": "leftright",
        "effort": "balanced" if nodes <= THOROUGH else "fast",
        "spacing": {"layer_gap": 72.0, "node_gap": 26.0, "dummy_gap": 14.0, "isolated_gap": 40.0},
    }


def _route(points: list[dict[str, float]], *, turned: bool) -> tuple[float, ...]:
    line = [(round(point["x"], 1), round(point["y"], 1)) for point in points]
    return tuple(number for point in (reversed(line) if turned else line) for number in point)


# ------------------------------------------------------------------ beside what stands


class _Room:
    """Which cells of the plane are taken, so that no node is put on another."""

    def __init__(self, points: Iterable[Point]) -> None:
        self._cells: dict[tuple[int, int], list[Point]] = defaultdict(list)
        for point in points:
            self.take(point)

    def take(self, point: Point) -> None:
        self._cells[_cell(point)].append(point)

    def is_free(self, point: Point) -> bool:
        column, row = _cell(point)
        near = (self._cells.get((column + i, row + j), ()) for i in (-1, 0, 1) for j in (-1, 0, 1))
        return all(abs(x - point[0]) >= CELL[0] or abs(y - point[1]) >= CELL[1] for points in near for x, y in points)

    def nearest(self, wish: Point) -> Point:
        """The free place of the wished column that is nearest, below before above."""
        step = 0
        while True:
            for sign in (1, -1) if step else (1,):
                point = (round(wish[0], 1), round(wish[1] + sign * step * ROW / 2, 1))
                if self.is_free(point):
                    return point
            step += 1


def _cell(point: Point) -> tuple[int, int]:
    return int(point[0] // CELL[0]), int(point[1] // CELL[1])


def _place_beside(diagram: Diagram, standing: Mapping[str, Point]) -> dict[str, Point]:
    """Each new node one column right of a node that leads to it, or left of one that it leads to, or at the foot."""
    places, room = dict(standing), _Room(standing.values())
    following = _following(diagram.links)
    leading = _following((target, source) for source, target in diagram.links)
    waiting = [name for name in diagram.nodes if name not in places]
    while waiting:
        progress = []
        for name in waiting:
            wish = _wish(name, places, leading, following)
            if wish is not None:
                places[name] = room.nearest(wish)
                room.take(places[name])
                progress.append(name)
        if not progress:
            name = waiting[0]
            places[name] = room.nearest(_foot(places))
            room.take(places[name])
        waiting = [name for name in waiting if name not in places]
    return places


def _wish(
    name: str,
    places: Mapping[str, Point],
    leading: Mapping[str, list[str]],
    following: Mapping[str, list[str]],
) -> Point | None:
    for source in leading.get(name, ()):
        if source in places and source != name:
            siblings = [other for other in following[source] if other != source]
            x, y = places[source]
            return x + COLUMN, y + (siblings.index(name) - (len(siblings) - 1) / 2) * ROW
    for target in following.get(name, ()):
        if target in places and target != name:
            return places[target][0] - COLUMN, places[target][1]
    return None


def _foot(places: Mapping[str, Point]) -> Point:
    return min(x for x, _ in places.values()), max(y for _, y in places.values()) + 2 * ROW
