"""`loop`: how long the audience waits between a poll's deadline and the next scene.

Each round ends by the stage manager's clock at the deadline that stands in the poll's row. So that a round
takes no longer than the writer needs, the benchmark moves that deadline near once the round is ready for it.
"""

import asyncio
import time
from collections.abc import Callable
from datetime import timedelta
from typing import Any

from channels.db import database_sync_to_async
from django.db.models.functions import Now
from tqdm import tqdm

from audience.models import Poll
from storyengine.editorial.models import Release, Revision
from storyengine.plot.models import Choice, PathStep, Performance, Scene
from storyengine.showrun.audience_players import House, Lead
from storyengine.showrun.bench import Bench, Goal, benchmark
from storyengine.showrun.leads import ToOpenChoices
from storyengine.showrun.rehearsal_report import percentiles
from storyengine.showrun.show import NotInTime, Show, clock_offset
from storyengine.showrun.stack import Stack, wait_for_writer
from storyengine.showrun.twin import close_down, find_story, make_twin, stand_ins

GUESTS = 20
AHEAD_ROUNDS, AFTER_ROUNDS = 12, 4
LONG_S = 3600  # a deadline that never comes by itself
VOTE_S, SLACK_S = 0.8, 1.2  # the house votes within the first; the deadline comes after the second
PATIENCE_S = 600.0


@benchmark("loop", goals={"ahead_s.p95": Goal("<", 1.0)})
def measure_loop(bench: Bench) -> dict[str, Any]:
    """Seconds from a poll's deadline to the new scene on the socket of the guest who gets it last.

    ahead_s: with the branch approved before the deadline. after_s: written and approved after it, the
    stand-in approving as soon as the desk shows it; after_writer_s: how much of that the writer took.
    """
    with bench.stack() as stack:
        writer = wait_for_writer(say=bench.say)
        if writer is None:
            raise NotInTime("without a writer there is nothing to measure")
        ahead = _Evening(stack, rounds=AHEAD_ROUNDS, write_ahead=True).measure(bench.say)
        after = _Evening(stack, rounds=AFTER_ROUNDS, write_ahead=False).measure(bench.say)
    return {
        "ahead_s": percentiles([sample.seconds for sample in ahead], (50, 95)),
        "after_s": percentiles([sample.seconds for sample in after], (50, 95)),
        "after_writer_s": percentiles([sample.writer_s for sample in after], (50, 95)),
        "ahead_rounds": len(ahead),
        "after_rounds": len(after),
        "guests": GUESTS,
        "model": writer.model,
        "device": writer.device,
    }


class Sample:
    """One round: from the deadline to the scene, and what the writer took."""

    def __init__(self, poll: Poll, seen: float, release: Release) -> None:
        self.seconds = seen - poll.closes_at.timestamp()
        draft = release.revision.draft
        self.writer_s = float(draft.seconds or 0) if draft else 0.0


class ToReadyBranch(ToOpenChoices):
    """Leads to an open choice, and sets the deadline near: at once, or when a branch of it is approved."""

    def __init__(self, *, ahead: bool) -> None:
        super().__init__(seed=1)
        self._ahead = ahead

    async def decide(self, poll: int, choices: list[int]) -> Lead:
        give_up = time.monotonic() + PATIENCE_S
        ready = database_sync_to_async(self._ready, thread_sensitive=False)
        while (choice := await ready(poll, choices)) is None and time.monotonic() < give_up:
            await asyncio.sleep(0.1)
        return Lead(choice or choices[0], VOTE_S)

    def _ready(self, poll: int, choices: list[int]) -> int | None:
        choice = self._approved(choices) if self._ahead else self.choose(choices)
        if choice is not None:
            Poll.objects.open().filter(pk=poll).update(closes_at=Now() + timedelta(seconds=SLACK_S))
        return choice

    def _approved(self, choices: list[int]) -> int | None:
        if not Choice.objects.open().filter(pk__in=choices).exists():
            return self.choose(choices)
        return Revision.objects.approved().filter(choice__in=choices).values_list("choice", flat=True).first()


class _Evening:
    """One show of several rounds over a copy of the sample story, from a scene with an open choice on."""

    def __init__(self, stack: Stack, *, rounds: int, write_ahead: bool) -> None:
        start = Scene.objects.filter(story=find_story(""), choices__to_scene=None, choices__isnull=False).first()
        self._rounds, self._write_ahead = rounds, write_ahead
        rules = {"poll_seconds": LONG_S, "write_ahead": write_ahead}
        self._performance = make_twin("", rules, start=start)
        self._house = House(
            url=stack.url,
            code=self._performance.code,
            offset_s=clock_offset(),
            lead=ToReadyBranch(ahead=write_ahead),
            talk=False,
        )

    def measure(self, say: Callable[[str], None]) -> list[Sample]:
        """Play all rounds; raises NotInTime where one does not come to its end."""
        say(f"{self._rounds} rounds, written {'ahead of' if self._write_ahead else 'after'} the vote")
        with stand_ins(self._performance) as people:
            try:
                asyncio.run(self._play(Show(self._house, people, audience=GUESTS, editor_every_s=0.2, patrol=False)))
            finally:
                close_down(self._performance, by=people["showrunner"].name)
        return _samples(self._performance, self._house)

    async def _play(self, evening: Show) -> None:
        async with evening as show:
            await show.start()
            for number in tqdm(range(1, self._rounds + 1), unit="round"):
                if number in self._house.endings:
                    raise NotInTime(f"the story came to an ending after {number - 1} rounds")
                what = f"the scene of round {number} reached {{}} of {{}} guests"
                await show.seen(number + 1, timeout=2 * PATIENCE_S, what=what)
            await show.end()


def _samples(performance: Performance, house: House) -> list[Sample]:
    """The rounds whose scene was written; one that led to an authored scene measures nothing."""
    samples = []
    for step in PathStep.objects.filter(performance=performance, position__gt=1).order_by("position"):
        release = Release.objects.select_related("revision__draft").filter(scene=step.scene).first()
        seen = house.scenes.get(step.position)
        if release and seen:
            poll = Poll.objects.get(step__performance=performance, step__position=step.position - 1)
            samples.append(Sample(poll, max(seen.values()), release))
    return samples
