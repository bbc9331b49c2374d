"""The shortest way between cards that stand anyhow, along lines beside them: for what no single lane leads round."""

from collections.abc import Iterator
from heapq import heappop, heappush

Point = tuple[float, float]
Route = tuple[float, ...]
Spot = tuple[int, int]  # the numbers of a column and a row of the maze

BEND = 40.0  # a corner costs as much as so much of a longer way
BESIDE, ABOVE = 8.0, 6.0  # how far from a card its lines run
STEPS: tuple[Spot, ...] = ((1, 0), (-1, 0), (0, 1), (0, -1))


def way_through(tail: Point, head: Point, cards: list[Point], width: float, height: float) -> Route | None:
    """From a card's right side to another's left side (both among `cards`), or None where they are walled in."""
    xs = sorted({x + side * (width / 2 + BESIDE) for x, _ in cards for side in (-1, 1)})
    ys = sorted({y + side * (height / 2 + ABOVE) for _, y in cards for side in (-1, 0, 1)} | {y for _, y in cards})
    start, end = (xs.index(tail[0] + BESIDE), ys.index(tail[1])), (xs.index(head[0] - BESIDE), ys.index(head[1]))
    free = _Free(xs, ys, cards, width / 2 + ABOVE / 2, height / 2 + ABOVE / 2)
    best: dict[tuple[Spot, int], float] = {(start, 0): 0.0}
    came: dict[tuple[Spot, int], tuple[Spot, int]] = {}
    queue = [(0.0, start, 0)]
    while queue:
        cost, spot, turned = heappop(queue)
        if spot == end:
            return (*tail, *_walked(came, (spot, turned), xs, ys), *head)
        if cost > best[spot, turned]:
            continue
        for turn, (column, row) in enumerate(STEPS):
            there = spot[0] + column, spot[1] + row
            if not (0 <= there[0] < len(xs) and 0 <= there[1] < len(ys)) or not free(spot, there):
                continue
            length = abs(xs[there[0]] - xs[spot[0]]) + abs(ys[there[1]] - ys[spot[1]])
            further = cost + length + BEND * (turn != turned)
            if further < best.get((there, turn), float("inf")):
                best[there, turn], came[there, turn] = further, (spot, turned)
                heappush(queue, (further, there, turn))
    return None


class _Free:
    """Whether the maze is open between two neighbours; each pair is looked at once."""

    def __init__(self, xs: list[float], ys: list[float], cards: list[Point], across: float, down: float) -> None:
        self._xs, self._ys, self._cards, self._across, self._down = xs, ys, cards, across, down
        self._known: dict[tuple[Spot, Spot], bool] = {}

    def __call__(self, a: Spot, b: Spot) -> bool:
        pair = (a, b) if a < b else (b, a)
        if pair not in self._known:
            left, right = self._xs[pair[0][0]], self._xs[pair[1][0]]
            top, bottom = sorted((self._ys[a[1]], self._ys[b[1]]))
            self._known[pair] = not any(
                left < x + self._across
                and right > x - self._across
                and top < y + self._down
                and bottom > y - self._down
                for x, y in self._cards
            )
        return self._known[pair]


def _walked(
    came: dict[tuple[Spot, int], tuple[Spot, int]], last: tuple[Spot, int], xs: list[float], ys: list[float]
) -> Iterator[float]:
    """The corners of the way that was found, from its start on."""
    spots = [last]
    while spots[-1] in came:
        spots.append(came[spots[-1]])
    way = [(xs[column], ys[row]) for (column, row), _ in reversed(spots)]
    for number, (x, y) in enumerate(way):
        inner = 0 < number < len(way) - 1
        if not inner or not (
            way[number - 1][0] == x == way[number + 1][0] or way[number - 1][1] == y == way[number + 1][1]
        ):
            yield from (x, y)
