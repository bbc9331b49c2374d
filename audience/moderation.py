"""A moderator's verbs, for many comments at once, and the list that they are chosen from.

The list is read by keys, newest first, so that it costs the same on its first page and its thousandth, and while a
hundred comments a second come in: what is new is counted, never pushed into the list under somebody's finger.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.contrib.auth.models import User
from django.db import transaction
from django.db.models import Count, Q, QuerySet
from django.db.models.functions import Now

from audience.bans import ban_guests, unban_guests, unshow
from audience.models import Comment
from storyengine.errors import Refused
from storyengine.plot.models import Performance

PAGE = 50
MOST_COUNTED = 1000  # what is beyond is "1000+": counting further would cost more than anybody learns from it
MOST_JUDGED = 500

VERDICTS = ("approve", "hold", "hide", "restore", "ban", "unban")
STATES = ("waiting", "all", "counted", "hidden", "shown", "banned")


@dataclass(frozen=True, slots=True)
class Query:
    """What of a performance's comments a moderator looks at. `before` and `since` are comment ids."""

    state: str = "all"
    text: str = ""
    guest: int = 0
    before: int = 0

    def rows(self, performance: Performance) -> QuerySet[Comment]:
        found = Comment.objects.filter(performance=performance)
        found = {
            "waiting": found.waiting().filter(guest__banned_at=None),
            "counted": found.counted(),
            "hidden": found.filter(hidden_at__isnull=False),
            "shown": found.counted().filter(shown_at__isnull=False),
            "banned": found.filter(guest__banned_at__isnull=False),
        }.get(self.state, found)
        if self.text:
            found = found.filter(text__icontains=self.text)
        return found.filter(guest=self.guest) if self.guest else found


def page_of(performance: Performance, query: Query) -> tuple[list[Comment], bool]:
    """One page of comments, newest first, each with `alike` (equal texts in its scene); and whether more follow."""
    rows = query.rows(performance).select_related("guest", "step", "judged_by")
    if query.before:
        rows = rows.filter(pk__lt=query.before)
    found = list(rows.order_by("-id")[: PAGE + 1])
    shown = found[:PAGE]
    alike = _alike(shown)
    for comment in shown:
        comment.alike = alike.get((comment.step_id, comment.key), 1)  # type: ignore[attr-defined]
    return shown, len(found) > PAGE


def _alike(comments: Iterable[Comment]) -> dict[tuple[int, str], int]:
    keys = {(comment.step_id, comment.key) for comment in comments if comment.key}
    if not keys:
        return {}
    among = Comment.objects.filter(step__in={step for step, _ in keys}, key__in={key for _, key in keys})
    counted = among.values("step", "key").annotate(number=Count("pk")).values_list("step", "key", "number")
    return {(step, key): number for step, key, number in counted}


def news_since(performance: Performance, query: Query, newest: int) -> dict[str, Any]:
    """How many comments of this kind came after `newest`, and how many wait in all; both are cut at 1000."""
    fresh = query.rows(performance).filter(pk__gt=newest).order_by()[:MOST_COUNTED].count()
    waiting = Query("waiting").rows(performance).order_by()[:MOST_COUNTED].count()
    return {"fresh": fresh, "waiting": waiting, "most": MOST_COUNTED}


def judge_comments(performance: Performance, ids: Iterable[int], verdict: str, *, by: User) -> list[int]:
    """One verdict on many comments; returns the ids of those it changed (for a ban: of the guests).

    Raises Refused: request.invalid (no such verdict, or more than 500 at once). Ids of another performance and
    comments on which the verdict stands already are passed over.
    """
    chosen = list(ids)
    if verdict not in VERDICTS or len(chosen) > MOST_JUDGED:
        raise Refused("request.invalid", reason=verdict if verdict not in VERDICTS else f"> {MOST_JUDGED}")
    mine = Comment.objects.filter(performance=performance, pk__in=chosen)
    with transaction.atomic():
        match verdict:
            case "approve":
                undecided = mine.filter(Q(held=True) | Q(hidden_at__isnull=False))
                return _change(undecided, by, held=False, hidden_at=None, shown_at=None)
            case "hold":
                return _take_back(performance, mine.filter(held=False, hidden_at=None), by, held=True)
            case "hide":
                return _take_back(performance, mine.filter(hidden_at=None), by, hidden_at=Now())
            case "restore":
                return _change(mine.filter(hidden_at__isnull=False), by, hidden_at=None, shown_at=None)
            case "ban":
                return ban_guests(performance, mine.values_list("guest", flat=True), by=by)
        return unban_guests(performance, mine.values_list("guest", flat=True))


def _take_back(performance: Performance, comments: QuerySet[Comment], by: User, **fields: Any) -> list[int]:
    changed = _change(comments, by, **fields)
    unshow(performance, Comment.objects.filter(pk__in=changed))
    return changed


def _change(comments: QuerySet[Comment], by: User, **fields: Any) -> list[int]:
    changed = list(comments.select_for_update(of=("self",)).order_by("pk").values_list("pk", flat=True))
    Comment.objects.filter(pk__in=changed).update(**fields, judged_by=by, judged_at=Now())
    return changed
