"""How often random play comes by each scene: played once for each state of a story, and kept until it changes."""

import hashlib

from django.db.models.functions import Now

from storyengine.plot.graph import Graph
from storyengine.plot.models import RandomPlay, Story
from storyengine.plot.walks import WALKS, Coverage, walk

SEED = 1
MOST_STEPS = 1_000_000  # what a page may take, a few seconds: of a story with very long ways there are fewer walks


def play(story: Story, graph: Graph) -> Coverage:
    """The story's walks, as they stand in the table or, where the story has changed since, walked now.

    Two who ask at once may both walk: the same graph and the same seed give the same, so it is stored twice the same.
    """
    found = played(story, graph)
    if found is not None:
        return found
    coverage = walk(graph, walks=WALKS, seed=SEED, most_steps=MOST_STEPS)
    fields = {"digest": _digest(graph), "result": coverage.as_json(), "played_at": Now()}
    RandomPlay.objects.bulk_create(
        [RandomPlay(story=story, **fields)], update_conflicts=True, unique_fields=["story"], update_fields=list(fields)
    )
    return coverage


def played(story: Story, graph: Graph) -> Coverage | None:
    """What was walked, unless something has changed since on which a walk depends."""
    row = RandomPlay.objects.filter(story=story, digest=_digest(graph)).first()
    return Coverage.from_json(row.result) if row else None


def _digest(graph: Graph) -> str:
    ways = [(way.scene, way.to, way.condition, way.effects, way.fallback) for way in graph.ways]
    scenes = [graph.ids, graph.keys, graph.names, graph.endings, graph.effects]
    start = [graph.start, sorted(graph.variables.items()), sorted(graph.unread)]
    return hashlib.sha256(repr((WALKS, SEED, MOST_STEPS, scenes, ways, start)).encode()).hexdigest()
