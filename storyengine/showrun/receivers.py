"""The only place that listens to the rooms' signals. Each calls one verb; a lost signal is caught by the sweep."""

import time
from typing import Any

from audience.signals import comment_posted, poll_closed
from storyengine.celery import ring
from storyengine.editorial.findings import wanted_judgements
from storyengine.editorial.models import Revision
from storyengine.editorial.signals import changes_requested, revision_approved, revision_opened, revision_rejected
from storyengine.editorial.tasks import judge_revision
from storyengine.generation.signals import draft_failed, draft_written
from storyengine.generation.tasks import score_comments
from storyengine.showrun import cycle
from storyengine.showrun.correction import correct

RING_EVERY_S = 1.0
_rung_at = 0.0


def connect() -> None:
    """Called once, when Django's apps are ready."""
    poll_closed.connect(_advance, dispatch_uid="showrun.poll_closed")
    comment_posted.connect(_score, dispatch_uid="showrun.comment_posted")
    draft_written.connect(_put_on_desk, dispatch_uid="showrun.draft_written")
    draft_failed.connect(_advance, dispatch_uid="showrun.draft_failed")
    revision_approved.connect(_release, dispatch_uid="showrun.revision_approved")
    revision_opened.connect(_judge, dispatch_uid="showrun.revision_opened")
    changes_requested.connect(_write_again, dispatch_uid="showrun.changes_requested")
    revision_rejected.connect(_write_again, dispatch_uid="showrun.revision_rejected")


def _advance(*, performance_id: int, **_: Any) -> None:
    cycle.advance(performance_id)


def _release(*, revision_id: int, performance_id: int, **_: Any) -> None:
    if Revision.objects.filter(pk=revision_id, corrects=None).exists():
        cycle.advance(performance_id)
    else:
        correct(revision_id)


def _judge(*, revision_id: int, **_: Any) -> None:
    if wanted_judgements():
        ring(judge_revision, revision_id)


def _put_on_desk(*, draft_id: int, **_: Any) -> None:
    cycle.put_on_desk(draft_id)


def _write_again(*, revision_id: int, **_: Any) -> None:
    cycle.write_again(revision_id)


def _score(**_: Any) -> None:
    """One ring wakes the worker for all that waits; between two of a burst the clock rings (stage_manager.py)."""
    global _rung_at
    if time.monotonic() - _rung_at > RING_EVERY_S:
        _rung_at = time.monotonic()
        ring(score_comments)
