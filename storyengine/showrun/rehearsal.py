"""A dress rehearsal: a simulated audience plays a copy of the story over real sockets, before opening night.

twin of the story -> guests join -> rounds of vote, draft, approval, release -> curtain -> script -> report
"""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tqdm import tqdm

from storyengine.embedded import var_dir
from storyengine.generation.models import Draft
from storyengine.plot.models import Performance
from storyengine.sentences import in_words
from storyengine.showrun.audience_players import House
from storyengine.showrun.leads import ToOpenChoices
from storyengine.showrun.rehearsal_compare import compare
from storyengine.showrun.rehearsal_report import compared, make_report
from storyengine.showrun.show import NotInTime, Show, clock_offset
from storyengine.showrun.stack import Stack, wait_for_writer
from storyengine.showrun.stand_ins import Backstage
from storyengine.showrun.twin import close_down, make_twin, stand_ins

BAR = "  {desc}{n_fmt}/{total_fmt} rounds |{bar:20}| {elapsed}{postfix}"
CLOSE_LATE_S = 15.0  # a poll that closes later than this after its deadline is a fault


@dataclass(frozen=True, slots=True)
class Plan:
    """What to rehearse. `patience_s`: how long a round may wait for its scene after its poll has closed."""

    audience: int = 50
    rounds: int = 3
    poll_seconds: int = 8
    story: str = ""
    like: str = ""
    wish: str = ""
    compare: bool = False  # also write the branches without the comments (rehearsal_compare.py)
    seed: int = 1
    patience_s: float = 300.0


def rehearse(plan: Plan, stack: Stack, *, say: Callable[[str], None]) -> dict[str, Any]:
    """Play the plan on a running stack and return the report; its `passed` says whether all is well.

    The stack must use the same database as this process. What goes wrong during the show is in the report's
    `trouble`; raises Refused only for what makes a show impossible.
    """
    performance = _make_performance(plan)
    house = _make_house(plan, performance, stack, say=say)
    with stand_ins(performance) as people:
        evening = _Evening(plan, Show(house, people, audience=plan.audience))
        try:
            asyncio.run(evening.play())
        except (NotInTime, Backstage) as trouble:
            house.trouble.append(f"{trouble}{_why(performance)}")
        finally:
            close_down(performance, by=people["showrunner"].name)
    script = _keep_script(performance, evening.script) if evening.script else None
    say(f"searching {len(house.witness.seen)} frames and pages for text that was not released")
    report = make_report(plan, performance, house, rounds=evening.rounds, script=script)
    if not plan.compare:
        return report
    return report | compared(report, compare(performance, plan.wish, patience_s=plan.patience_s, say=say))


def _make_house(plan: Plan, performance: Performance, stack: Stack, *, say: Callable[[str], None]) -> House:
    writer = wait_for_writer(say=say)
    if writer is None:
        say("the audience keeps to authored scenes")
    return House(
        url=stack.url,
        code=performance.code,
        offset_s=clock_offset(),
        lead=ToOpenChoices(seed=plan.seed, written=writer is not None),
        seed=plan.seed,
        wish=plan.wish,
        language=performance.story.language,
    )


def _make_performance(plan: Plan) -> Performance:
    rules: dict[str, object] = {"poll_seconds": plan.poll_seconds}
    if plan.wish and not plan.like:
        # Branches are written ahead from what was said before; a wish said now counts where they are rewritten.
        rules["shift_rule"] = Performance.ShiftRule.REWRITE
    return make_twin(plan.story, rules, like=plan.like)


class _Evening:
    """The course of the show, with what it has reached so far."""

    def __init__(self, plan: Plan, show: Show) -> None:
        self._plan, self._show = plan, show
        self.rounds = 0
        self.script = b""

    async def play(self) -> None:
        async with self._show as show:
            with tqdm(total=self._plan.rounds, desc="guests take their seats", mininterval=0.5, bar_format=BAR) as bar:
                await show.start()
                for number in range(1, self._plan.rounds + 1):
                    await self._round(number, bar)
                    self.rounds = number
                    bar.update()
                bar.set_description("curtain")
                await show.end()
                self.script = await show.showrunner.export()

    async def _round(self, number: int, bar: "tqdm[Any]") -> None:
        """One poll over the scene at position `number`, and the scene that follows it."""
        house = self._show.house
        if number in house.endings:
            raise NotInTime(f"the story came to an ending after {number - 1} of {self._plan.rounds} rounds")
        bar.set_description("the house votes")
        await self._show.closed(number, timeout=self._plan.poll_seconds + CLOSE_LATE_S, each=lambda: _count(bar, house))
        bar.set_description("waiting for the scene")
        what = f"the scene of round {number} reached {{}} of {{}} guests"
        await self._show.seen(number + 1, timeout=self._plan.patience_s, what=what, each=lambda: _count(bar, house))


def _why(performance: Performance) -> str:
    """What the tables know about a show that stands still, as the end of a sentence."""
    failed = Draft.objects.filter(brief__performance=performance, state=Draft.State.FAILED).order_by("-id").first()
    waiting = Draft.objects.unfinished().filter(brief__performance=performance).count()
    parts = [f"a draft failed: {failed.error_code} {in_words(failed.error_reason)}".strip()] if failed else []
    parts += [f"{waiting} drafts were not finished"] if waiting else []
    return f" ({'; '.join(parts)})" if parts else ""


def _keep_script(performance: Performance, script: bytes) -> Path:
    path = var_dir() / "rehearsals" / f"{performance.story.slug}.fountain"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(script)
    return path


def _count(bar: "tqdm[Any]", house: House) -> None:
    accepted = sum(cast.answer == "ballot.accepted" for cast in house.casts)
    bar.set_postfix(ballots=accepted, comments=house.comments.count("comment.accepted"), refresh=False)
    bar.update(0)
