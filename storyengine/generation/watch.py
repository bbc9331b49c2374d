"""Watching over one attempt: may it go on, does it get anywhere, and the editors see it grow."""

import time
from collections.abc import Callable
from datetime import timedelta

from django.conf import settings
from django.db.models import QuerySet
from django.db.models.functions import Now

from storyengine.errors import Refused
from storyengine.generation.models import Draft
from storyengine.generation.progress import Progress
from storyengine.generation.pulse import limit_s, pulse
from storyengine.generation.writer import COMPILING, Ear, Heard

ASK_EVERY_S = 0.25  # so that a cancelled draft stops well within a second


class Watch:
    """From the claim to the end of one attempt. `ear` is what the writer is given.

    Only what is heard from the writer counts as getting on. Asking whether to stop renews the lease, so that it may
    be far shorter than a draft takes, but for no longer than the writer may be silent (pulse.limit_s): after that
    the attempt ends with "writer.silent". A writer that is killed, or hangs and does not even ask, renews nothing,
    and its draft is taken up again.
    """

    def __init__(self, draft: Draft) -> None:
        self._draft = draft
        self._progress = Progress(draft)
        self._began = self._asked_at = self._renewed_at = time.monotonic()
        self._stop: str = ""
        self.tokens = 0  # heard of all answers together

    @property
    def ear(self) -> Ear:
        return Ear(self._hear, self._ask, self._note)

    @property
    def seconds(self) -> float:
        """Since the attempt began."""
        return round(time.monotonic() - self._began, 3)

    def begin(self, give_back: Callable[[], None]) -> None:
        """`give_back` queues the draft again where this process hangs; the watchdog calls it."""
        pulse.begin(f"draft {self._draft.pk}", give_back)
        self._progress.begin()

    def end(self, code: str) -> None:
        """`code` says why nothing came of it; empty for a draft that is written."""
        pulse.end()
        self._progress.end(code)

    def reason(self, refused: Refused) -> Refused:
        """Why the attempt failed: a writer that was told to stop does not know what for."""
        return Refused(self._stop) if refused.code == "writer.cancelled" and self._stop else refused

    def _hear(self, heard: Heard) -> None:
        pulse.beat()
        self.tokens = max(self.tokens, heard.total)
        self._progress.hear(heard)

    def _note(self, busy_with: str) -> None:
        pulse.beat(busy_with)
        if busy_with == COMPILING:  # nobody asks meanwhile
            self._renew(limit_s(busy_with) + settings.WRITER_LEASE_S)

    def _ask(self) -> bool:
        now = time.monotonic()
        if self._stop or now - self._asked_at < ASK_EVERY_S:
            return bool(self._stop)
        self._asked_at = now
        if now - self._began > settings.WRITER_DEADLINE_S:
            self._stop = "writer.too_slow"
        elif pulse.hangs():
            self._stop = "writer.silent"
        elif not self._is_ours(now):
            self._stop = "writer.cancelled"
        return bool(self._stop)

    def _is_ours(self, now: float) -> bool:
        if now - self._renewed_at < settings.WRITER_LEASE_S / 4:
            return self._ours().exists()
        self._renewed_at = now
        return self._renew(settings.WRITER_LEASE_S)

    def _renew(self, seconds: float) -> bool:
        return bool(self._ours().update(lease_until=Now() + timedelta(seconds=seconds)))

    def _ours(self) -> QuerySet[Draft]:
        return Draft.objects.running().filter(pk=self._draft.pk, fence=self._draft.fence)
