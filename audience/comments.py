"""What the audience says: posted, scored, hidden."""

from datetime import timedelta
from functools import cache
from typing import Any

from django.conf import settings
from django.db import IntegrityError, transaction
from django.db.models.functions import Now

from audience import signals
from audience.models import MAX_COMMENT, Comment, Guest
from audience.tickets import Ticket
from storyengine.errors import Refused
from storyengine.plot.branch import one_line
from storyengine.plot.models import Performance
from storyengine.plot.path import current_step


def post_comment(ticket: Ticket, *, ref: str, text: str) -> Comment:
    """Store one comment on the scene that the performance is in.

    The same ref again is the same comment. Raises Refused: comment.empty, comment.too_long,
    comment.too_fast, guest.banned, guest.token_invalid, performance.not_started, performance.ended.
    """
    text = one_line(text)
    if not text:
        raise Refused("comment.empty")
    if len(text) > MAX_COMMENT:
        raise Refused("comment.too_long", reason=f"{len(text)} > {MAX_COMMENT}")
    try:
        with transaction.atomic():
            return _store(ticket, ref, text)
    except IntegrityError:
        return Comment.objects.get(guest_id=ticket.guest, ref=ref)


def _store(ticket: Ticket, ref: str, text: str) -> Comment:
    # The guest's row is the lock that makes the rate limit hold for two frames at once.
    guest = Guest.objects.select_for_update(of=("self",)).select_related("performance").filter(pk=ticket.guest).first()
    if guest is None or guest.performance_id != ticket.performance:
        raise Refused("guest.token_invalid")
    if guest.banned_at:
        raise Refused("guest.banned")
    earlier = Comment.objects.filter(guest=guest, ref=ref).first()
    if earlier:
        return earlier
    step = current_step(guest.performance)
    if step is None:
        raise Refused("performance.not_started")
    if guest.performance.state != Performance.State.LIVE:
        raise Refused("performance.ended")
    since = Now() - timedelta(seconds=settings.COMMENT_INTERVAL_S)
    if guest.comments.filter(created_at__gt=since).exists():
        raise Refused("comment.too_fast")
    comment = Comment.objects.create(performance=guest.performance, step=step, guest=guest, ref=ref, text=text)
    transaction.on_commit(lambda: signals.comment_posted.send(Comment, comment_id=comment.pk))
    return comment


def score_waiting(*, most: int = 1000) -> int:
    """Score comments that have not been; returns how many. Safe to run twice and in parallel."""
    with transaction.atomic():
        waiting = list(
            Comment.objects.select_for_update(skip_locked=True, of=("self",))
            .select_related("performance__story")
            .filter(scored_at=None)[:most]
        )
        for comment in waiting:
            comment.sentiment = sentiment(comment.text, language=comment.performance.story.language)
        if waiting:
            Comment.objects.bulk_update(waiting, ["sentiment"])
            Comment.objects.filter(pk__in=[comment.pk for comment in waiting]).update(scored_at=Now())
    return len(waiting)


def sentiment(text: str, *, language: str) -> float | None:
    """VADER's compound score, -1 to 1; None for a language that it does not know."""
    return float(_vader().polarity_scores(text)["compound"]) if language.startswith("en") else None


@cache
def _vader() -> Any:
    from vaderSentiment.vaderSentiment import SentimentIntensityAnalyzer

    return SentimentIntensityAnalyzer()


def hide_comment(comment: Comment) -> None:
    """Take a comment out of every later brief; the row stays for the log."""
    Comment.objects.filter(pk=comment.pk, hidden_at=None).update(hidden_at=Now())
