"""`uptake`: how often a branch takes up what the audience asks for, and how often it would have done so anyway.

The difference is the product. The same scenes, choices and seeds are written twice: with comments that pull toward
a wish, and with the same number of comments that ask for nothing.
"""

import random
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any

from django.db import transaction
from tqdm import tqdm

from storyengine.errors import Refused
from storyengine.generation.brief import context_of, make_brief
from storyengine.generation.models import Brief
from storyengine.generation.prompt import Context, scene_text
from storyengine.generation.wishes import Said, digest
from storyengine.generation.words import takes_up
from storyengine.generation.writer import load_writer
from storyengine.plot.path import current_step, enter
from storyengine.showrun.bench import Bench, Goal, benchmark
from storyengine.showrun.bench.box import written
from storyengine.showrun.intentions import remark
from storyengine.showrun.twin import make_twin

GUESTS = 200
BRANCHES = 24
# What people would type over this story by the sea. None of these words stands in it, nor in anything that the model in
# the box was trained on: what is measured is what it does with a wish that it has never met.
WISHES = (
    "a submarine", "an explosion", "a whirlpool", "a seagull", "sabotage", "a dolphin", "a hurricane", "an evacuation",
    "a tsunami", "a helicopter", "a werewolf", "an elopement",
)  # fmt: skip


@benchmark("uptake", goals={"with_wishes": Goal(">=", 0.8), "without": Goal("<", 0.2)})
def measure_uptake(bench: Bench) -> dict[str, Any]:
    """The share of branches that take the heaviest wish up, when 200 guests asked for it and when nobody did.

    A branch is what an editor would be shown first: the best of the candidates.
    """
    writer = load_writer()
    took, anyway, failed = 0, 0, 0
    for case in tqdm(list(cases(BRANCHES)), unit="branch"):
        for context, asked in ((case.asked, True), (case.unasked, False)):
            try:
                scene = written(writer, context, case.seed).scene
            except Refused:
                failed += 1
                continue
            taken = takes_up(scene_text(scene), case.wish)
            took, anyway = took + (taken and asked), anyway + (taken and not asked)
    return {
        "with_wishes": round(took / BRANCHES, 3),
        "without": round(anyway / BRANCHES, 3),
        "branches": BRANCHES,
        "failed": failed,
        "guests": GUESTS,
        "model": writer.name,
    }


@dataclass(frozen=True, slots=True)
class Case:
    """One brief in two houses; `wish` is the heaviest wish as the digest words it."""

    asked: Context
    unasked: Context
    wish: str
    seed: int


def cases(count: int) -> Iterator[Case]:
    """Open choices of the sample story in turn, each with another wish."""
    contexts = _contexts()
    for number in range(count):
        context = contexts[number % len(contexts)]
        asked = digest(_house(WISHES[number % len(WISHES)], number))
        unasked = digest(_house("", number))
        yield Case(replace(context, wishes=asked), replace(context, wishes=unasked), asked[0].text, seed=1000 + number)


def _contexts() -> list[Context]:
    """A real brief's context for every open choice of the story; no row of it stays."""
    with transaction.atomic():
        performance = make_twin("", {})
        story, found = performance.story, []
        for scene in story.scenes.filter(choices__to_scene=None, choices__isnull=False).distinct():
            enter(performance, scene, choice=None)
            step = current_step(performance)
            assert step is not None
            found += [
                context_of(make_brief(step, choice, reason=Brief.Reason.FINAL)) for choice in scene.choices.open()
            ]
        transaction.set_rollback(True)
    return found


def _house(wish: str, seed: int) -> list[Said]:
    rng = random.Random(seed)
    return [Said(n, n, remark(rng, "en", wish), rng.uniform(-0.2, 0.9), rng.uniform(0, 60)) for n in range(GUESTS)]
