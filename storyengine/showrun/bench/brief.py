"""`brief`: how long it takes to make a brief while a full house talks."""

import random
import time
from typing import Any

from django.db import transaction

from audience.models import Comment, Guest
from storyengine.generation.brief import context_of, make_brief
from storyengine.generation.models import Brief
from storyengine.plot.models import Performance
from storyengine.plot.path import current_step, enter
from storyengine.showrun.bench import Bench, Goal, benchmark
from storyengine.showrun.intentions import remark
from storyengine.showrun.twin import make_twin

GUESTS, COMMENTS = 5_000, 20_000
WISHES = "a storm,the lost letter,forgive her brother,a golden key,the ghost,more music,kiss the captain".split(",")


@benchmark("brief", goals={"seconds": Goal("<", 10.0)})
def measure_brief(bench: Bench) -> dict[str, Any]:
    """Seconds to turn 20,000 comments of 5,000 guests, with the memory of the path, into a frozen brief."""
    with transaction.atomic():
        performance = full_house(guests=GUESTS, comments=COMMENTS)
        step = current_step(performance)
        assert step is not None
        bench.say(f"{COMMENTS} comments of {GUESTS} guests are there")
        began = time.monotonic()
        brief = make_brief(step, step.scene.choices.all()[0], reason=Brief.Reason.FINAL)
        seconds = time.monotonic() - began
        context = context_of(brief)
        transaction.set_rollback(True)  # nothing of it stays
    return {"seconds": round(seconds, 3), "comments": COMMENTS, "guests": GUESTS, "wishes": len(context.wishes)}


def full_house(*, guests: int, comments: int) -> Performance:
    """A performance in its first scene whose guests have each said several things; for measuring alone."""
    performance = make_twin("", {})
    assert performance.story.start is not None
    step = enter(performance, performance.story.start, choice=None)
    people = Guest.objects.bulk_create([Guest(performance=performance) for _ in range(guests)], batch_size=5000)
    rng = random.Random(1)
    Comment.objects.bulk_create(
        [
            Comment(
                performance=performance,
                step=step,
                guest=people[number % guests],
                ref=str(number),
                text=remark(rng, "en", rng.choice(WISHES)),
                sentiment=round(rng.uniform(-1, 1), 3) if rng.random() < 0.9 else None,
            )
            for number in range(comments)
        ],
        batch_size=5000,
    )
    return performance
