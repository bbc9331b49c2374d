"""Watching over one attempt: may it go on, does it get anywhere, and the editors see it grow."""

import time
from datetime import timedelta

from django.conf import settings
from django.db.models.functions import Now

from storyengine.errors import Refused
from storyengine.generation.models import Draft
from storyengine.generation.progress import Progress
from storyengine.generation.pulse import pulse
from storyengine.generation.writer import Ear, Heard

ASK_EVERY_S = 0.25  # so that a cancelled draft stops well within a second


class Watch:
    """From the claim to the end of one attempt. `ear` is what the writer is given.

    The lease is renewed while the writer gets on, so it may be far shorter than a draft takes; a writer that
    is killed or hangs renews nothing, and its draft is taken up again.
    """

    def __init__(self, draft: Draft) -> None:
        self._draft = draft
        self._progress = Progress(draft)
        self._began = self._asked_at = self._renewed_at = time.monotonic()
        self._stop: str = ""

    @property
    def ear(self) -> Ear:
        return Ear(self._hear, self._ask)

    def begin(self) -> None:
        pulse.begin(self._draft.pk, self._draft.fence)
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
        self._progress.hear(heard)

    def _ask(self) -> bool:
        pulse.beat()
        now = time.monotonic()
        if self._stop or now - self._asked_at < ASK_EVERY_S:
            return bool(self._stop)
        self._asked_at = now
        if now - self._began > settings.WRITER_DEADLINE_S:
            self._stop = "writer.too_slow"
        elif not self._is_ours(now):
            self._stop = "writer.cancelled"
        return bool(self._stop)

    def _is_ours(self, now: float) -> bool:
        ours = Draft.objects.running().filter(pk=self._draft.pk, fence=self._draft.fence)
        if now - self._renewed_at < settings.WRITER_LEASE_S / 4:
            return ours.exists()
        self._renewed_at = now
        return bool(ours.update(lease_until=Now() + timedelta(seconds=settings.WRITER_LEASE_S)))
