"""What the audience says: judged by the rules of the house, stored, shown to all where the house wants that."""

from datetime import timedelta

from django.conf import settings
from django.db import IntegrityError, transaction
from django.db.models import Q
from django.db.models.functions import Now

from audience import filters, live, messages, signals
from audience.models import Comment, Guest, HouseRules
from audience.rules import known_rules
from audience.tickets import Ticket
from storyengine.errors import Refused
from storyengine.plot.branch import one_line
from storyengine.plot.models import PathStep, Performance
from storyengine.plot.path import current_step

# What a room can read: of a flood only the newest are shown, a few at a time; all of them count all the same.
MOST_AT_ONCE = 4
FRESH = timedelta(seconds=45)


def post_comment(ticket: Ticket, *, ref: str, text: str) -> Comment:
    """Store one comment on the scene that the performance is in.

    The same ref again is the same comment. Raises Refused: comment.empty, comment.too_long, comment.too_fast,
    comment.closed, comment.duplicate, comment.link, comment.blocked, guest.banned, guest.token_invalid,
    performance.not_started, performance.ended.
    """
    text = one_line(text)
    if not text:
        raise Refused("comment.empty")
    try:
        with transaction.atomic():
            return _store(ticket, ref, text)
    except IntegrityError:
        return Comment.objects.get(guest_id=ticket.guest, ref=ref)


def _store(ticket: Ticket, ref: str, text: str) -> Comment:
    # The guest's row is the lock that makes the rate limit hold for two frames at once.
    guests = Guest.objects.select_for_update(of=("self",)).select_related("performance__house_rules")
    guest = guests.filter(pk=ticket.guest).first()
    if guest is None or guest.performance_id != ticket.performance:
        raise Refused("guest.token_invalid")
    if guest.banned_at:
        raise Refused("guest.banned")
    step, rules = current_step(guest.performance), known_rules(guest.performance)
    key = filters.key(text)
    alike = _said_before(guest, step, rules, ref=ref, key=key)
    if ref in alike:
        return Comment.objects.get(guest=guest, ref=ref)
    step, held = _check_step(guest.performance, step), judge(text, rules)
    if alike:
        raise Refused("comment.too_fast" if True in alike.values() else "comment.duplicate")
    comment = Comment.objects.create(
        performance=guest.performance, step=step, guest=guest, ref=ref, text=text, key=key, held=held
    )
    transaction.on_commit(lambda: signals.comment_posted.send(Comment, comment_id=comment.pk))
    return comment


def _said_before(guest: Guest, step: PathStep | None, rules: HouseRules, *, ref: str, key: str) -> dict[str, bool]:
    """The guest's comments that stand in the way of this one, by ref: True for one said a moment ago."""
    pause = settings.COMMENT_INTERVAL_S if rules.comment_seconds is None else rules.comment_seconds
    recent = Q(created_at__gt=Now() - timedelta(seconds=pause))
    rows = guest.comments.filter(Q(ref=ref) | Q(step=step, key=key) | recent).annotate(recent=recent)
    return dict(rows.values_list("ref", "recent"))


def _check_step(performance: Performance, step: PathStep | None) -> PathStep:
    if step is None:
        raise Refused("performance.not_started")
    if performance.state != Performance.State.LIVE:
        raise Refused("performance.ended")
    return step


def judge(text: str, rules: HouseRules) -> bool:
    """Whether a moderator has to see the text before it counts; raises Refused if the house does not take it."""
    if not rules.comments_open:
        raise Refused("comment.closed")
    if len(text) > rules.comment_length:
        raise Refused("comment.too_long", reason=f"{len(text)} > {rules.comment_length}")
    verdicts = []
    if rules.links != HouseRules.Filter.ALLOW and filters.has_link(text):
        verdicts.append((rules.links, "comment.link"))
    if rules.blocked != HouseRules.Filter.ALLOW and filters.blocked_word(text, rules.words):
        verdicts.append((rules.blocked, "comment.blocked"))
    for verdict, code in verdicts:
        if verdict == HouseRules.Filter.REFUSE:
            raise Refused(code)
    return bool(verdicts) or rules.moderation == HouseRules.Moderation.PRE


def show_waiting() -> int:
    """Show every audience that sees comments its newest ones; returns how many. Called once a second.

    A comment is shown once, an equal text once in a scene, and one that has waited for long not at all: its
    moment is over. Safe to run twice and in parallel.
    """
    rules = HouseRules.objects.filter(comments_visible=True, performance__state=Performance.State.LIVE)
    return sum(_show_in(house.performance) for house in rules.select_related("performance"))


def _show_in(performance: Performance) -> int:
    with transaction.atomic():
        fresh = Comment.objects.to_show().filter(performance=performance, step=current_step(performance))
        recent = Now() - FRESH
        due = fresh.filter(created_at__gt=recent) | fresh.filter(judged_at__gt=recent)
        said = Comment.objects.filter(performance=performance, shown_at__isnull=False).exclude(key="")
        due = due.exclude(key__in=said.filter(step=current_step(performance)).values("key"))
        rows = list(
            due.select_for_update(skip_locked=True, of=("self",)).select_related("guest").order_by("-id")[:MOST_AT_ONCE]
        )
        chosen = list({comment.key or str(comment.pk): comment for comment in reversed(rows)}.values())
        Comment.objects.filter(pk__in=[comment.pk for comment in rows]).update(shown_at=Now())
        for comment in chosen:
            live.publish(performance, messages.comment_shown(comment))
    return len(chosen)
