"""Ways round: where scenes stand as somebody put them, a line must not run behind a card that it does not lead to.

Pure, as the layout is. A line goes out to the right, along a lane between the cards, and in from the left.
"""

from collections.abc import Iterable, Iterator, Mapping
from itertools import islice, pairwise

from storyengine.plot.mazes import Point, Route, way_through

Link = tuple[str, str]

ROOM = 7.0  # between a line and a card
SIDES = (16.0, 34.0, 58.0, 8.0)  # how far from a card a line may turn; cards may stand 16 apart
MOST_TRIED = 600  # ways for one line; then it runs as it would have
AROUND, MOST_NEAR = 480.0, 60  # how far round a line, and among how many cards, a maze is walked
STEPS = 24  # in which a curve is looked at


def ways_round(
    positions: Mapping[str, Point], links: Iterable[Link], *, width: float, height: float, far: float
) -> dict[Link, Route]:
    """A route for each link whose curve runs behind a card, and for each that is longer than `far`; if there is one."""
    found: dict[Link, Route] = {}
    for number, link in enumerate(links):
        if link[0] == link[1]:
            continue
        (ax, ay), (bx, by) = positions[link[0]], positions[link[1]]
        tail, head = (ax + width / 2, ay), (bx - width / 2, by)
        cards = [point for name, point in positions.items() if name not in link]
        straight = abs(head[0] - tail[0]) > far and is_free((*tail, *head), cards, width, height)
        if straight:
            found[link] = (*tail, *head)
        elif abs(head[0] - tail[0]) > far or not is_free(_curve(tail, head, width, height), cards, width, height):
            own = [positions[name] for name in link]
            way = next(_lanes(tail, head, cards, own, width, height, shift=2.0 * (number % 4)), None)
            way = way or _maze(tail, head, [*cards, *own], width, height)
            if way:
                found[link] = way
    return found


def _lanes(
    tail: Point, head: Point, cards: list[Point], own: list[Point], width: float, height: float, *, shift: float
) -> Iterator[Route]:
    """Free ways of one lane, the shortest first, which do not run back over the cards that they join."""
    for way in islice(_ways(tail, head, cards, height, shift=shift), MOST_TRIED):
        if is_free(way, cards, width, height) and is_free(way[2:-2], own, width - 2 * ROOM, height - 2 * ROOM):
            yield way


def _maze(tail: Point, head: Point, cards: list[Point], width: float, height: float) -> Route | None:
    """A way of many corners among the cards that are near."""
    xs, ys = sorted((tail[0], head[0])), sorted((tail[1], head[1]))
    near = [(x, y) for x, y in cards if xs[0] - AROUND <= x <= xs[1] + AROUND and ys[0] - AROUND <= y <= ys[1] + AROUND]
    return way_through(tail, head, near, width, height) if len(near) <= MOST_NEAR else None


def is_free(line: Route, cards: Iterable[Point], width: float, height: float) -> bool:
    """Whether no part of the line runs behind one of the cards, given by their centres, or touches it."""
    points = list(zip(line[::2], line[1::2], strict=True))
    across, down = width / 2 + ROOM / 2, height / 2 + ROOM / 2
    low, high = (min(line[::2]) - across, min(line[1::2]) - down), (max(line[::2]) + across, max(line[1::2]) + down)
    near = [(x, y) for x, y in cards if low[0] < x < high[0] and low[1] < y < high[1]]
    return not any(_meets(a, b, card, across, down) for a, b in pairwise(points) for card in near)


def _meets(a: Point, b: Point, card: Point, across: float, down: float) -> bool:
    """Whether a straight piece meets a rectangle around a centre (the slab method)."""
    first, last = 0.0, 1.0
    for start, end, centre, half in ((a[0], b[0], card[0], across), (a[1], b[1], card[1], down)):
        step = end - start
        if abs(step) < 1e-9:
            if abs(start - centre) >= half:
                return False
            continue
        near, far = sorted(((centre - half - start) / step, (centre + half - start) / step))
        first, last = max(first, near), min(last, far)
        if first >= last:
            return False
    return True


def _ways(tail: Point, head: Point, cards: list[Point], height: float, *, shift: float) -> Iterator[Route]:
    """Ways along every lane above and below a card, the shortest first. `shift` keeps lines in one lane apart."""
    gaps = (ROOM + 3 + shift, 6.0)
    lanes = {round(y + side * (height / 2 + gap), 1) for _, y in cards for side in (-1, 1) for gap in gaps}
    for lane in sorted({*lanes, tail[1], head[1]}, key=lambda y: abs(y - tail[1]) + abs(y - head[1])):
        for out in SIDES:
            for back in SIDES:
                x, z = tail[0] + out + shift, head[0] - back - shift
                yield (*tail, x, tail[1], x, lane, z, lane, z, head[1], *head)


def _curve(tail: Point, head: Point, width: float, height: float) -> Route:
    """As the page draws a link that has no route: map/lines.js has the same curve."""
    (ax, ay), (bx, by) = tail, head
    reach = max(40.0, abs(bx - ax) / 2)
    if bx >= ax - width / 2:
        return tuple(_bezier((ax, ay), (ax + reach, ay), (bx - reach, by), (bx, by)))
    low = max(ay, by) + height * 1.2
    out = _bezier((ax, ay), (ax + 90, ay), (ax + 90, low), (ax - 20, low))
    return (*out, *_bezier((bx + 20, low), (bx - 90, low), (bx - 90, by), (bx, by)))


def _bezier(a: Point, b: Point, c: Point, d: Point) -> Iterator[float]:
    for n in range(STEPS + 1):
        t, u = n / STEPS, 1 - n / STEPS
        for axis in (0, 1):
            yield u**3 * a[axis] + 3 * u * u * t * b[axis] + 3 * u * t * t * c[axis] + t**3 * d[axis]
