"""The ways that can lead to where a path stands: a part of the graph, however large the whole is."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise

from django.db import connection

from storyengine.plot.models import Choice, PathStep

# Breadth first from the path back, each scene once; PostgreSQL stops as soon as it has enough of them.
EARLIER = """
    WITH RECURSIVE earlier(id) AS (
        SELECT unnest(%s::bigint[])
        UNION
        SELECT choice.scene_id FROM plot_choice choice JOIN earlier ON choice.to_scene_id = earlier.id
    )
    SELECT id FROM earlier LIMIT %s
"""


@dataclass(frozen=True, slots=True)
class Ways:
    """Scenes by id, each with the scenes that lead to it; those that were entered first; and where the look ended.

    Into a scene of `unfollowed` lead ways whose scenes are not among these.
    """

    before: Mapping[int, frozenset[int]]
    starts: frozenset[int]
    unfollowed: frozenset[int] = frozenset()


def ways_to(steps: Sequence[PathStep], *, aside: int) -> Ways:
    """The scenes from which the path's can be reached: its own, and at most so many beside it, the nearest.

    A way begins at the story's start, or where the path began. The path's own steps count as a way even where an author
    has since led a choice elsewhere. Two queries, three where more scenes lead here than are looked at. `steps` is not
    empty and has the performance's story at hand.
    """
    path = [step.scene_id for step in steps]
    found = _earlier(list(dict.fromkeys(path)), len(set(path)) + aside + 1)
    inside = found[: len(set(path)) + aside]
    edges = Choice.objects.filter(to_scene__in=inside)
    before: dict[int, set[int]] = {number: set() for number in inside}
    for source, target in [
        *edges.filter(scene__in=inside).values_list("scene_id", "to_scene_id"),
        *pairwise(path),
    ]:
        before[target].add(source)
    cut = len(found) > len(inside)
    outside = edges.exclude(scene__in=inside).values_list("to_scene_id", flat=True).distinct() if cut else ()
    start = steps[0].performance.story.start_id
    return Ways(
        {number: frozenset(sources) for number, sources in before.items()},
        frozenset([path[0], start or path[0]]),
        frozenset(outside),
    )


def _earlier(path: list[int], most: int) -> list[int]:
    with connection.cursor() as cursor:
        cursor.execute(EARLIER, [path, most])
        return [number for (number,) in cursor.fetchall()]
