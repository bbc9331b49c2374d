"""What waits on the desk, and the text of the one that is looked at beside it."""

import hashlib
import re
from typing import Any

from django.contrib.auth.models import User
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_POST, require_safe

from storyengine.edge import signed_in
from storyengine.editorial import claims, review
from storyengine.editorial.findings import ground_of, look
from storyengine.editorial.forms import PRESETS
from storyengine.editorial.queue import FILTERS, queue_of, stories_on_desk
from storyengine.editorial.reasons import REASONS
from storyengine.editorial.rules import TAKE_OVER, may, rules_of
from storyengine.editorial.sheet import marked_beats, spoken_time
from storyengine.editorial.views.doors import editor_only, find_revision
from storyengine.errors import Refused
from storyengine.plot.branch import branch_from_json

# What differs from one answer to the next though nothing has happened: left out of the ETag.
VOLATILE = re.compile(rb'data-now="[^"]*"|name="csrfmiddlewaretoken" value="[^"]*"')


@require_safe
@editor_only
def queue(request: HttpRequest) -> HttpResponse:
    """What waits for an editor, the most urgent first; the list alone, or 304, where htmx asks for it."""
    show = request.GET.get("show", "waiting")
    show = show if show in FILTERS else "waiting"
    story = request.GET.get("story", "")
    page = request.GET.get("page", "1")
    found = queue_of(
        signed_in(request), show=show, story=int(story) if _is_number(story) else None,
        page=int(page) if _is_number(page) else 1,
    )  # fmt: skip
    context = {"queue": found, "show": show, "filters": list(FILTERS), "story": story, "query": _query(request)}
    if request.htmx:  # type: ignore[attr-defined]
        return _unless_known(request, render(request, "editorial/_queue.html", context | {"again": True}))
    return render(request, "editorial/queue.html", context | {"stories": stories_on_desk(signed_in(request))})


@require_safe
@editor_only
def reading(request: HttpRequest, pk: int) -> HttpResponse:
    """One text as the audience would read it, with what the checks say and the buttons: the queue's other half."""
    found = find_revision(request, pk)
    branch = branch_from_json(found.branch)
    looked = look(found, branch, ground_of(found))
    context = {
        "revision": found,
        "scene": branch.scenes[0],
        "beats": marked_beats(branch.scenes[0], looked),
        "looked": looked,
        "blocks": any(one.blocks for one in looked),
        "words": branch.words,
        "seconds": spoken_time(branch),
        "rules": rules_of(found.performance_id),
        "approvals": review.approvals(found),
        "presets": [preset for preset in PRESETS if not preset.asks_who],
        "reasons": REASONS,
    } | hold_context(found, signed_in(request))
    return render(request, "editorial/_reading.html", context)


@require_POST
@editor_only
def hold(request: HttpRequest, pk: int, verb: str) -> HttpResponse:
    """Claim a revision, let it go, or hand it to a colleague."""
    found = find_revision(request, pk)
    if verb == "claim":
        claims.claim(found.pk, by=signed_in(request))
    elif verb == "let-go":
        claims.let_go(found.pk, by=signed_in(request))
    elif verb == "hand-over":
        claims.hand_over(found.pk, to=request.POST.get("to", ""), by=signed_in(request))
    else:
        raise Refused("request.not_found")
    return redirect(f"/desk/revisions/{found.pk}/reading/" if request.htmx else "desk")  # type: ignore[attr-defined]


def hold_context(found: Any, user: User) -> dict[str, Any]:
    """Who holds it, and what this person can do about that."""
    held_by = claims.holder(found)
    return {
        "held_by": held_by,
        "is_mine": held_by == user,
        "may_take": held_by is None or may(user, TAKE_OVER, found.performance.story_id),
        "colleagues": _colleagues(user) if held_by == user else [],
    }


def _colleagues(user: User) -> list[str]:
    """Everybody else who edits somewhere; whether they may here, the verb asks."""
    editors = User.objects.filter(is_active=True).exclude(pk=user.pk)
    known = editors.filter(groups__permissions__codename="change_revision") | editors.filter(
        story_roles__group__permissions__codename="change_revision"
    )
    return list(known.distinct().order_by("username").values_list("username", flat=True)[:50])


def _query(request: HttpRequest) -> str:
    """The filter as it is in the address, for the live list to ask for the same."""
    kept = request.GET.copy()
    return f"?{kept.urlencode()}" if kept else ""


def _unless_known(request: HttpRequest, answer: HttpResponse) -> HttpResponse:
    """The answer with its ETag, or 304 without a body for whoever has it already."""
    etag = '"' + hashlib.sha256(VOLATILE.sub(b"", answer.content)).hexdigest()[:32] + '"'
    if request.headers.get("If-None-Match") == etag:
        answer = HttpResponse(status=304)
    answer["ETag"], answer["Cache-Control"] = etag, "private, no-cache"
    return answer


def _is_number(text: str) -> bool:
    return text.isdecimal() and text.isascii() and len(text) < 10
