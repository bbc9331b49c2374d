"""The clock. Closes polls on time, and takes up whatever a crash or a lost signal left lying.

Any number of stage managers may run: each step is claimed through the performance's row.
"""

import logging
import threading
import time
from collections.abc import Callable
from datetime import timedelta
from functools import reduce
from operator import or_

import redis
from django.db import Error as DatabaseError
from django.db import close_old_connections
from django.db.models import Exists, OuterRef
from django.db.models.functions import Now

from audience import comments, reactions
from audience.models import Comment, Poll
from audience.tasks import gather_themes
from storyengine.celery import ring
from storyengine.editorial.findings import wanted_judgements
from storyengine.editorial.models import Judgement, Revision
from storyengine.editorial.tasks import judge_revision
from storyengine.errors import Refused
from storyengine.generation.models import Draft, WriterStatus
from storyengine.generation.tasks import score_comments, sing, write_draft
from storyengine.plot.models import PathStep, Performance
from storyengine.showrun import cycle, decisions
from storyengine.showrun.correction import correct

logger = logging.getLogger(__name__)

TICK_S = 0.1
LOOK_EVERY_S = 1.0  # at every live performance, due or not
SWEEP_EVERY_S = 3.0
TELL_EVERY_S = 0.5  # the house its own reactions
CANARY_EVERY_S = 5.0
ALIVE_S = 20.0  # a writer that was not seen for this long gets no canary: nobody would let it out
UNHEARD_S = 5.0  # a draft that waited this long since its ring is rung for again


def run(stop: threading.Event) -> None:
    """Tick until told to stop; a database or a Redis that is away is waited for."""
    jobs: list[tuple[float, Callable[[], object]]] = [
        (TICK_S, close_due_polls),
        (LOOK_EVERY_S, advance_all),
        (LOOK_EVERY_S, decisions.draw_overdue),
        (LOOK_EVERY_S, score_what_waits),
        (SWEEP_EVERY_S, sweep),
        (TELL_EVERY_S, reactions.flush),
        (LOOK_EVERY_S, comments.show_waiting),
        (CANARY_EVERY_S, send_canaries),
    ]
    due = [0.0] * len(jobs)
    while not stop.wait(TICK_S):
        for number, (every, job) in enumerate(jobs):
            if time.monotonic() >= due[number]:
                due[number] = time.monotonic() + every
                _attempt(job)


def _attempt(job: Callable[[], object]) -> None:
    try:
        job()
    except (DatabaseError, redis.RedisError, OSError):
        logger.warning("%s: the database or Redis is away; trying again", job.__name__, exc_info=True)
        close_old_connections()
        time.sleep(0.5)
    except Exception:
        # One broken performance must not stop the clock of all others.
        logger.exception("%s failed", job.__name__)


def close_due_polls() -> None:
    for performance in set(Poll.objects.due().values_list("performance_id", flat=True)):
        _advance(performance)


def advance_all() -> None:
    for performance in Performance.objects.live().values_list("pk", flat=True):
        _advance(performance)


def _advance(performance: int) -> None:
    try:
        cycle.advance(performance)
    except Refused as refused:
        logger.warning("performance %s: %s", performance, refused.code)


def score_what_waits() -> None:
    """Ring for comments whose ring was spared or not heard."""
    if Comment.objects.filter(scored_at=None, created_at__lt=Now() - timedelta(seconds=LOOK_EVERY_S)).exists():
        ring(score_comments)


def sweep() -> None:
    """Ring for what nobody heard, and pass on what a dead process had finished."""
    unheard = Draft.objects.waiting().filter(rung_at__lt=Now() - timedelta(seconds=UNHEARD_S))
    for draft in list(unheard.values_list("pk", flat=True)[:100]):
        Draft.objects.filter(pk=draft).update(rung_at=Now())
        ring(write_draft, draft)
    for draft in Draft.objects.filter(
        state=Draft.State.WRITTEN, revision=None, brief__performance__state=Performance.State.LIVE
    ).values_list("pk", flat=True):
        cycle.put_on_desk(draft)
    for revision in _left_without_brief():
        cycle.write_again(revision)
    for revision in Revision.objects.approved().exclude(corrects=None).values_list("pk", flat=True):
        correct(revision)
    for revision in _unjudged():
        ring(judge_revision, revision)
    if Performance.objects.live().filter(comments__isnull=False).exists():
        ring(gather_themes)


def send_canaries() -> None:
    """Ask every writer that lives for a sign that it works; each answers in its row, which the console reads."""
    alive = WriterStatus.objects.exclude(state=WriterStatus.State.STOPPED)
    for name in alive.filter(seen_at__gte=Now() - timedelta(seconds=ALIVE_S)).values_list("name", flat=True):
        ring(sing, name, queue=name, expires=CANARY_EVERY_S)


def _left_without_brief() -> list[int]:
    """Revisions sent back to the writer for which no brief was made: the process died in between."""
    later = PathStep.objects.filter(performance=OuterRef("performance"), position__gt=OuterRef("step__position"))
    sent_back = Revision.objects.filter(
        ~Exists(later),
        state__in=[Revision.State.CHANGES_REQUESTED, Revision.State.REJECTED],
        performance__state=Performance.State.LIVE,
        choice__to_scene=None,
    )
    return [
        revision.pk
        for revision in sent_back.prefetch_related("reviews", "step__briefs")
        if f"review-{max(review.pk for review in revision.reviews.all())}"
        not in {brief.source for brief in revision.step.briefs.all()}
    ]


def _unjudged() -> list[int]:
    """Texts in review that a check with a model has not looked at, though one was switched on."""
    judged = Judgement.objects.filter(revision=OuterRef("pk"), version=OuterRef("version"))
    missing = [~Exists(judged.filter(check_name=name)) for name in wanted_judgements()]
    waiting = Revision.objects.in_review().filter(performance__state=Performance.State.LIVE)
    return list(waiting.filter(reduce(or_, missing)).values_list("pk", flat=True)[:50]) if missing else []
