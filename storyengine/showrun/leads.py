"""Where the simulated house leans in each poll. The process that leads it may look into the tables; guests cannot."""

import asyncio
import random
from abc import ABC, abstractmethod
from typing import Any

from channels.db import database_sync_to_async

from storyengine.plot.models import Choice
from storyengine.showrun.audience_players import Lead


class Leader(ABC):
    """Asked by every guest of every poll; thinks once a poll."""

    def __init__(self) -> None:
        self._leads: dict[int, asyncio.Task[Lead]] = {}

    async def __call__(self, poll: dict[str, Any]) -> Lead:
        if poll["id"] not in self._leads:
            self._leads[poll["id"]] = asyncio.create_task(self.decide(poll["id"], [c["id"] for c in poll["choices"]]))
        return await asyncio.shield(self._leads[poll["id"]])

    @abstractmethod
    async def decide(self, poll: int, choices: list[int]) -> Lead:
        """Where this poll's house is to lean; `choices` are the offered choices' ids. Asked once a poll."""


class ToOpenChoices(Leader):
    """Leads to choices that are still open, so that the writer really writes; else toward such ones.

    Without a writer (`written` False) it leads through authored scenes. Never to an ending while there is
    another way.
    """

    def __init__(self, *, seed: int, written: bool = True) -> None:
        super().__init__()
        self._rng, self._written = random.Random(seed), written

    async def decide(self, poll: int, choices: list[int]) -> Lead:
        return Lead(await database_sync_to_async(self.choose, thread_sensitive=False)(choices))

    def choose(self, ids: list[int]) -> int:
        """One of the best of these choices, by their ids."""
        rows = Choice.objects.filter(pk__in=ids).select_related("to_scene").prefetch_related("to_scene__choices")
        ranks = {choice.pk: self._rank(choice) for choice in rows}
        best = max(ranks.values())
        return self._rng.choice(sorted(pk for pk, rank in ranks.items() if rank == best))

    def _rank(self, choice: Choice) -> int:
        if choice.to_scene is None:
            return 3 if self._written else -1
        following = list(choice.to_scene.choices.all())
        leads_on = any((after.to_scene_id is None) == self._written for after in following)
        return 2 if leads_on else 1 if following else 0
