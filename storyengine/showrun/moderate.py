"""The moderator's page: comments as they come, judged one by one or many at once, and their log to take home."""

import csv
from collections.abc import Iterator
from typing import Any

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, StreamingHttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST, require_safe

from audience import archive, bans, moderation
from audience.models import Comment, Guest
from audience.moderation import Query
from audience.rules import rules_of
from storyengine.edge import signed_in
from storyengine.editorial.rules import stories_of
from storyengine.editorial.views.doors import find_performance, opens_with
from storyengine.errors import Refused
from storyengine.plot.models import Performance, Story
from storyengine.showrun.log import log

PERMISSION = "audience.change_comment"
moderator_only = opens_with(PERMISSION)

TABS = {
    "waiting": _("To decide"),
    "all": _("All"),
    "counted": _("Counting"),
    "shown": _("Shown to all"),
    "hidden": _("Hidden"),
    "banned": _("From banned guests"),
}
UNDO = {"approve": "hold", "hold": "approve", "hide": "restore", "restore": "hide", "ban": "unban", "unban": "ban"}


@require_safe
@moderator_only
def latest(request: HttpRequest) -> HttpResponse:
    """To the comments of the performance that is on, or of the newest."""
    allowed = stories_of(signed_in(request), PERMISSION)
    shows = Performance.objects.order_by("-id")
    if allowed is not None:
        shows = shows.filter(story__in=Story.objects.filter(allowed))
    found = shows.live().first() or shows.first()
    if found is None:
        raise Refused("performance.unknown")
    return redirect("comments", code=found.code)


@require_safe
@moderator_only
def comments(request: HttpRequest, code: str) -> HttpResponse:
    """One page of comments, newest first. It stands still; what comes meanwhile is counted above it."""
    performance = _find(request, code)
    rules = rules_of(performance)
    query = _query(request, default="waiting" if rules.moderation == "pre" else "all")
    rows, more = moderation.page_of(performance, query)
    newest = Comment.objects.filter(performance=performance).order_by("-id").values_list("pk", flat=True).first() or 0
    context = {
        "performance": performance, "rules": rules, "query": query, "tabs": TABS, "comments": rows, "newest": newest,
        "older": rows[-1].pk if more else 0, "undo": request.session.pop("undo", None),
        "news": moderation.news_since(performance, query, newest),
    }  # fmt: skip
    return render(request, "showrun/comments.html", context)


@require_safe
@moderator_only
def news(request: HttpRequest, code: str) -> HttpResponse:
    """How many comments came since the page was loaded: a line of text, two queries' work."""
    performance, query = _find(request, code), _query(request)
    context = {"performance": performance, "query": query}
    context["news"] = moderation.news_since(performance, query, _number(request.GET.get("after", "")))
    return render(request, "showrun/_news.html", context)


@require_POST
@moderator_only
def judge(request: HttpRequest, code: str) -> HttpResponse:
    """One verdict on the comments that are ticked, or the undoing of the last one."""
    performance, by = _find(request, code), signed_in(request)
    verdict = request.POST.get("verdict", "")
    ids = [_number(value) for value in request.POST.getlist("comment")]
    guests = [_number(value) for value in request.POST.getlist("guest")]
    if guests and verdict in {"ban", "unban"}:
        act = bans.unban_guests if verdict == "unban" else None
        changed = act(performance, guests) if act else bans.ban_guests(performance, guests, by=by)
    else:
        changed = moderation.judge_comments(performance, ids, verdict, by=by)
    if changed:
        log(performance, f"comments.{verdict}", by, number=len(changed))
        request.session["undo"] = {
            "verdict": UNDO[verdict], "name": "guest" if verdict in {"ban", "unban"} else "comment", "ids": changed,
            "done": _done(verdict, len(changed)),
        }  # fmt: skip
    return _back(request, code)


@require_safe
@moderator_only
def comments_log(request: HttpRequest, code: str) -> StreamingHttpResponse:
    """Every comment of the performance with what became of it, as CSV."""
    performance = _find(request, code)
    response = StreamingHttpResponse(_lines(performance), content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="{performance.code}-comments.csv"'
    return response


class _Echo:
    def write(self, value: str) -> str:
        return value


def _lines(performance: Performance) -> Iterator[str]:
    guests = Guest.objects.filter(performance=performance).order_by("pk").values_list("pk", flat=True)
    numbers = {pk: number for number, pk in enumerate(guests, start=1)}
    writer = csv.writer(_Echo())
    yield "\ufeff" + writer.writerow(["at", "scene", "guest", "text", "state", "sentiment", "judged by", "judged at"])
    rows = Comment.objects.filter(performance=performance).select_related("guest", "step", "judged_by").order_by("pk")
    for row in rows.iterator(chunk_size=2000):
        judged_at = row.judged_at.isoformat(timespec="seconds") if row.judged_at else ""
        cells = [row.created_at.isoformat(timespec="milliseconds"), row.step.position, numbers.get(row.guest_id, ""),
                 archive.plain_cell(row.text), archive.state_of(row), row.sentiment, row.judged_by or "",
                 judged_at]  # fmt: skip
        yield writer.writerow(cells)


def _done(verdict: str, number: int) -> str:
    texts = {
        "approve": ngettext("%(n)s comment approved.", "%(n)s comments approved.", number),
        "hold": ngettext("%(n)s comment set aside.", "%(n)s comments set aside.", number),
        "hide": ngettext("%(n)s comment hidden.", "%(n)s comments hidden.", number),
        "restore": ngettext("%(n)s comment restored.", "%(n)s comments restored.", number),
        "ban": ngettext("%(n)s guest banned.", "%(n)s guests banned.", number),
        "unban": ngettext("%(n)s guest let in again.", "%(n)s guests let in again.", number),
    }
    return texts[verdict] % {"n": number}


def _query(request: HttpRequest, *, default: str = "all") -> Query:
    state = request.GET.get("state", "")
    return Query(
        state=state if state in TABS else default,
        text=request.GET.get("text", "").replace("\x00", "").strip()[:100],
        guest=_number(request.GET.get("guest", "")),
        before=_number(request.GET.get("before", "")),
    )


def _back(request: HttpRequest, code: str) -> HttpResponseRedirect:
    """To the page that the form was on, on this site only."""
    back = request.POST.get("back", "")
    if not url_has_allowed_host_and_scheme(back, allowed_hosts=None):
        back = reverse("comments", args=[code])
    return HttpResponseRedirect(back)


def _find(request: HttpRequest, code: str) -> Performance:
    return find_performance(request, code, PERMISSION)


def _number(text: Any) -> int:
    return int(text) if str(text).isdecimal() and len(str(text)) < 19 else 0
