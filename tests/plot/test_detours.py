"""No line of a map runs behind a card that it does not lead to, wherever somebody put the scenes."""

import random
import time
from collections.abc import Iterator
from itertools import pairwise

import pytest

from storyengine.plot.detours import _curve
from storyengine.plot.layout import HEIGHT, WIDTH, Diagram, Layout, lay_out
from storyengine.plot.mazes import Point


def story(dice: random.Random, scenes: int, *, fixed: dict[str, Point] | None = None) -> Diagram:
    """Two ways on from each scene, and now and then one back."""
    ahead = [(n, min(scenes - 1, n + dice.randint(1, 8))) for n in range(scenes) for _ in (0, 1)]
    back = [(n, dice.randint(0, n)) for n in range(scenes) if dice.random() < 0.1]
    links = dict.fromkeys((str(a), str(b)) for a, b in ahead + back if a != b)
    return Diagram(tuple(map(str, range(scenes))), tuple(links), "0", fixed or {})


def grid(scenes: int, row: int = 6) -> dict[str, Point]:
    """As Twine sets them down, at its smallest distance."""
    return {str(n): (300.0 * (n % row), 150.0 * (n // row)) for n in range(scenes)}


def points(layout: Layout, source: str, target: str) -> Iterator[Point]:
    """The line as it is drawn, in small steps."""
    (ax, ay), (bx, by) = layout.positions[source], layout.positions[target]
    curve = _curve((ax + WIDTH / 2, ay), (bx - WIDTH / 2, by), WIDTH, HEIGHT)
    line = layout.routes.get((source, target)) or curve
    for (x, y), (to_x, to_y) in pairwise(zip(line[::2], line[1::2], strict=True)):
        yield from ((x + (to_x - x) * n / 20, y + (to_y - y) * n / 20) for n in range(21))


def behind(diagram: Diagram, layout: Layout) -> list[tuple[str, str, str]]:
    return [
        (source, target, name)
        for source, target in diagram.links
        for name, (x, y) in layout.positions.items()
        if name not in (source, target)
        and any(abs(a - x) < WIDTH / 2 and abs(b - y) < HEIGHT / 2 for a, b in points(layout, source, target))
    ]


@pytest.mark.parametrize("seed", range(5))
def test_no_line_runs_behind_a_card_where_scenes_stand_as_another_tool_had_them(seed: int) -> None:
    diagram = story(random.Random(seed), 30, fixed=grid(30))
    assert behind(diagram, Layout(dict(diagram.fixed), {})) != [], "without ways round many do"
    assert behind(diagram, lay_out(diagram)) == []


@pytest.mark.parametrize("seed", range(5))
def test_none_does_where_the_map_was_drawn_or_a_scene_came_later(seed: int) -> None:
    diagram = story(random.Random(seed), 30)
    drawn = lay_out(diagram)
    assert behind(diagram, drawn) == []
    more = Diagram((*diagram.nodes, "new"), (*diagram.links, ("3", "new"), ("new", "20")), "0")
    assert behind(more, lay_out(more, drawn.positions)) == []


def test_a_large_story_takes_a_moment() -> None:
    diagram = story(random.Random(1), 400, fixed=grid(400, 20))
    began = time.process_time()
    layout = lay_out(diagram)
    assert time.process_time() - began < 10, "it was 0.8 s on a quiet core"
    assert len(layout.routes) > 400
