"""`graph`: how long a story of a thousand, ten thousand and a hundred thousand scenes takes, and how many queries."""

import json
import random
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from itertools import pairwise
from typing import Any

from django.core.management import call_command
from django.db import connection
from django.test.utils import CaptureQueriesContext

from storyengine.plot.check import check
from storyengine.plot.exchange import bring_in
from storyengine.plot.formats.intake import take
from storyengine.plot.formats.report import Report
from storyengine.plot.graph import read_graph
from storyengine.plot.models import Beat, Character, Choice, PathStep, Performance, Place, Scene, Story
from storyengine.plot.offers import offer
from storyengine.plot.path import path_scenes
from storyengine.plot.walks import WALKS, walk
from storyengine.script.compose import screenplay_of
from storyengine.script.formats import FORMATS
from storyengine.showrun.bench import Bench, Goal, benchmark
from storyengine.showrun.bench.map import SCENES as MAP_SCENES
from storyengine.showrun.bench.map import measure_first_picture
from storyengine.showrun.stand_ins import Backstage

SIZES = (1_000, 10_000, 100_000)
STEPS = 1_000
TWEE_PASSAGES = 2_500
CHAPTER = 500  # scenes
MEASURES = ("import_s", "check_s", "walk_s", "path_s", "export_s")


@benchmark("graph", goals={"twee_2500_import_s": Goal("<", 5.0)})
def measure_graph(bench: Bench) -> dict[str, Any]:
    """Import, check, a path of 1,000 steps and its export, at three sizes; and an import of 2,500 Twee passages.

    Each in seconds and in database queries. check_s: read the graph and all checks; walk_s: 10,000 random walks;
    path_s: the path's scenes, and what is offered at its end. growth: each size's time by the one before.
    """
    call_command("migrate", verbosity=0)
    result: dict[str, Any] = {}
    for size in SIZES:
        bench.say(f"{size} scenes, {size * 5 // 2} choices")
        result[str(size)] = _measure_size(size)
    result["growth"] = _growth([result[str(size)] for size in SIZES])
    bench.say(f"{TWEE_PASSAGES} Twee passages")
    result["twee_2500_import_s"] = _measure_twee(TWEE_PASSAGES)
    return result | _measure_map(bench)


def _measure_map(bench: Bench) -> dict[str, Any]:
    """Opening the map in a browser; nothing where there is none, and it is said."""
    try:
        with bench.stack() as stack:
            return {
                "map_first_picture_s": measure_first_picture(stack.url, say=bench.say, scenes=MAP_SCENES)[
                    "map_first_picture_s"
                ]
            }
    except Backstage as trouble:
        bench.say(f"map_first_picture_s is not measured: {trouble}")
        return {}


def _measure_size(size: int) -> dict[str, Any]:
    text = json.dumps(make_story(size)).encode()
    with _imported() as keep:
        found: dict[str, Any] = {}
        report = Report()
        story = keep(_timed(found, "import", lambda: bring_in(take("story.json", text, report), report)[0]))
        _timed(found, "check", lambda: check(read_graph(story)))
        graph = read_graph(story)
        _timed(found, "walk", lambda: walk(graph, walks=WALKS))
        performance = _walked(story)
        _timed(found, "path", lambda: _path(performance))
        form = FORMATS["fountain"]
        _timed(found, "export", lambda: form.write(screenplay_of(performance)))
    return found


def _timed(found: dict[str, Any], name: str, action: Callable[[], Any]) -> Any:
    with CaptureQueriesContext(connection) as queries:
        began = time.perf_counter()
        value = action()
        found[f"{name}_s"] = time.perf_counter() - began
    found[f"{name}_queries"] = len(queries)
    return value


def _path(performance: Performance) -> None:
    steps = path_scenes(performance)
    offer(steps[-1][0])


def _measure_twee(passages: int) -> float:
    text = make_twee(passages).encode()
    with _imported() as keep:
        began = time.perf_counter()
        report = Report()
        keep(bring_in(take("story.twee", text, report), report)[0])
        return time.perf_counter() - began


def _growth(sizes: list[dict[str, Any]]) -> dict[str, str]:
    """How many times as long each size takes as the one before it, a tenth of it."""
    pairs = list(pairwise(sizes))
    return {
        name: ", ".join(f"×{after[name] / before[name]:.1f}" for before, after in pairs if before[name])
        for name in MEASURES
    }


@contextmanager
def _imported() -> Iterator[Callable[[Story], Story]]:
    """Whatever is kept is taken away again, by statements that do not collect rows one by one."""
    kept: list[Story] = []

    def keep(story: Story) -> Story:
        kept.append(story)
        return story

    try:
        yield keep
    finally:
        for story in kept:
            Story.objects.filter(pk=story.pk).update(start=None)
            for rows in (
                PathStep.objects.filter(performance__story=story),
                Performance.objects.filter(story=story),
                Beat.objects.filter(scene__story=story),
                Choice.objects.filter(scene__story=story),
                Scene.objects.filter(story=story),
                Character.objects.filter(story=story),
                Place.objects.filter(story=story),
                Story.objects.filter(pk=story.pk),
            ):
                rows._raw_delete(rows.db)


def _walked(story: Story) -> Performance:
    """A performance that has come 1,000 scenes far; its steps are written at once: their writing is not measured."""
    ways: dict[int, list[tuple[int, int]]] = {}
    for way, scene_id, to in Choice.objects.filter(scene__story=story).values_list("id", "scene_id", "to_scene_id"):
        if to is not None:
            ways.setdefault(scene_id, []).append((way, to))
    performance = Performance.objects.create(story=story, state=Performance.State.ENDED)
    dice, scene, steps = random.Random(1), story.start_id or 0, list[PathStep]()
    choice: int | None = None
    for position in range(1, STEPS + 1):
        steps.append(PathStep(performance=performance, position=position, scene_id=scene, choice_id=choice))
        choice, scene = dice.choice(ways[scene])
    PathStep.objects.bulk_create(steps)
    return performance


def make_story(size: int) -> dict[str, Any]:
    """A native story: five choices for every two scenes, onward and back, one in fifty with a condition."""
    dice = random.Random(size)
    return {
        "format": "storyengine-story",
        "version": 1,
        "slug": f"bench-graph-{size}-{random.SystemRandom().randrange(10**9)}",
        "title": f"A story of {size} scenes",
        "language": "en",
        "start": "s0",
        "variables": {"courage": 1},
        "characters": [{"name": name} for name in ("ODA", "BRAM", "WIM")],
        "places": [{"name": "THE LANDING"}],
        "scenes": [_scene(number, size, dice) for number in range(size)],
    }


def _scene(number: int, size: int, dice: random.Random) -> dict[str, Any]:
    choices = [{"label": "Go on", "to": f"s{(number + 1) % size}"}]
    for other in range(1 + number % 2):
        choices.append({"label": f"Way {other}", "to": f"s{min(size - 1, number + dice.randrange(1, CHAPTER))}"})
    if number % 50 == 7:
        choices[-1]["condition"] = 'courage > 0 or visited("s0")'
    beats = [
        {"kind": "action", "text": f"Fog lies on the river for the {number}th time, and the ferry waits."},
        {"kind": "dialogue", "character": ("ODA", "BRAM", "WIM")[number % 3], "text": "Nobody crosses for free."},
    ]
    return {
        "key": f"s{number}", "heading": f"EXT. THE LANDING {number} - DAWN", "beats": beats, "choices": choices,
        "chapter": f"Chapter {number // CHAPTER + 1}",
        "effects": "courage = courage + 1" if number % 25 == 3 else "",
    }  # fmt: skip


def make_twee(passages: int) -> str:
    """A SugarCube story with links in brackets and by macros."""
    parts = [
        ':: StoryTitle\nBench\n\n:: StoryData\n{"ifid": "D674C58C-DEFA-4F70-B7A2-27742230C0FC", "format": "SugarCube"}'
    ]
    for n in range(passages):
        one, two = (n + 1) % passages, (n * 7 + 3) % passages
        parts.append(
            f':: P{n} [chapter-{n // 100}] {{"position":"{n % 50 * 120},{n // 50 * 120}"}}\n'
            f"Fog lies on the river for the {n}th time, and the ferry waits. ''Nobody'' crosses for free.\n\n"
            f"ODA: Not today.\n\n<<set $n to {n}>>[[Go on->P{one}]]\n"
            f'<<if $n gt 3>><<link "Turn" "P{two}">><</link>><</if>>'
        )
    return "\n\n\n".join(parts) + "\n"
