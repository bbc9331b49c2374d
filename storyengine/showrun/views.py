"""The showrunner's console: make a performance, run it, watch it, take the script home."""

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any

from django.db.models import Count, QuerySet
from django.db.models.functions import Coalesce
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_POST, require_safe

from audience import panel
from audience.models import Comment, Guest, Poll, Tally
from audience.polls import count_poll
from audience.views import join_url, qr_svg
from storyengine.edge import signed_in
from storyengine.editorial.models import Revision
from storyengine.editorial.rules import RUN_SHOW, require, rules_of, stories_of
from storyengine.errors import Refused
from storyengine.generation.brief import wishes_of
from storyengine.generation.draft import retry_draft
from storyengine.generation.models import Draft, WriterStatus
from storyengine.generation.pulse import limit_s
from storyengine.plot.check import check
from storyengine.plot.exchange import written_formats
from storyengine.plot.graph import read_graph
from storyengine.plot.models import PathStep, Performance, Story
from storyengine.plot.offers import offer
from storyengine.plot.path import current_step
from storyengine.showrun import cycle, deadline, decisions, direction, exports, shelf
from storyengine.showrun.doors import find_performance, showrunner_only
from storyengine.showrun.forms import PerformanceForm
from storyengine.showrun.shelf import with_empty
from storyengine.showrun.standstill import offer_all
from storyengine.showrun.told import history_of
from storyengine.showrun.twin import TWIN
from storyengine.showrun.why import explain_path

STALE = timedelta(seconds=15)  # a writer that has been silent for this long is shown as away
IDLE = timedelta(seconds=20)  # and one that lives, but has neither worked nor answered a canary, as hanging
MOST_TROUBLES = 6
EXTENSION_S = 30


@showrunner_only
def console(request: HttpRequest) -> HttpResponse:
    """All performances, and the form that makes a new one."""
    form = PerformanceForm(request.POST or None)
    stories = _stories(request)
    if request.method == "POST" and form.is_valid():
        require(signed_in(request), RUN_SHOW, form.cleaned_data["story"])
        return redirect("performance", code=form.save().code)
    performances = (
        with_empty(Performance.objects.filter(story__in=stories))
        .select_related("story", "shelved")
        .annotate(scenes=Count("steps", distinct=True), guests_number=Count("guests", distinct=True))
        .annotate(on=Coalesce("started_at", "created_at"))
        .order_by("-on", "-id")
    )
    stories = stories.exclude(slug__contains=TWIN)
    context = {"lists": _lists(performances), "form": form, "stories": stories, "writers": _writers()}
    context["written"] = written_formats()
    return render(request, "showrun/console.html", context, status=422 if form.errors else 200)


@require_POST
@showrunner_only
def put_rehearsals_away(request: HttpRequest) -> HttpResponse:
    """Every rehearsal of this person's stories that does not run."""
    rehearsals = Performance.objects.filter(story__in=_stories(request).filter(slug__contains=TWIN), shelved=None)
    shelf.put_rehearsals_away(rehearsals, by=signed_in(request))
    return redirect("console")


def _stories(request: HttpRequest) -> QuerySet[Story]:
    """Those that this person may run."""
    allowed = stories_of(signed_in(request), RUN_SHOW)
    return Story.objects.all() if allowed is None else Story.objects.filter(allowed)


def _lists(performances: Iterable[Performance]) -> dict[str, list[Performance]]:
    """Shows, rehearsals, and what was put away of either."""
    found: dict[str, list[Performance]] = {"shows": [], "rehearsals": [], "away": []}
    for one in performances:
        kind = "away" if hasattr(one, "shelved") else "rehearsals" if TWIN in one.story.slug else "shows"
        found[kind].append(one)
    return found


@require_safe
@showrunner_only
def performance(request: HttpRequest, code: str) -> HttpResponse:
    """One performance; its live part alone where htmx asks for it."""
    found = find_performance(request, code)
    if found.record is not None:
        return render(request, "showrun/performance.html", _elsewhere(found))
    has_ended = found.state == Performance.State.ENDED
    if request.htmx and has_ended:  # type: ignore[attr-defined]
        return HttpResponse(headers={"HX-Refresh": "true"})  # a page of a show that ran: another one is useful now
    context = _status(found) | {"has_ended": has_ended, "is_rehearsal": TWIN in found.story.slug}
    if request.htmx:  # type: ignore[attr-defined]
        return render(request, "showrun/_status.html", context)
    url = join_url(found)
    context |= {"join_url": url, "qr_svg": qr_svg(url)} | exports.panel(found)
    if found.state == Performance.State.DRAFT:
        context["findings"] = check(read_graph(found.story))
    return render(request, "showrun/performance.html", context)


@require_POST
@showrunner_only
def command(request: HttpRequest, code: str, verb: str) -> HttpResponse:
    """One button of the console."""
    found = find_performance(request, code)
    match verb:
        case "start":
            cycle.start(found.pk, by=signed_in(request))
        case "close":
            cycle.close_now(found.pk, by=signed_in(request))
        case "extend":
            cycle.extend(found.pk, seconds=EXTENSION_S, by=signed_in(request))
        case "end":
            cycle.end(found.pk, by=signed_in(request))
        case "fallback":
            cycle.take_fallback(found.pk, _number(request, "choice"), by=signed_in(request))
        case "decide":
            decisions.decide_tie(found.pk, _number(request, "choice"), by=signed_in(request))
        case "reveal":
            decisions.reveal(found.pk, _number(request, "poll"), by=signed_in(request))
        case "retry":
            retry_draft(get_object_or_404(Draft, pk=_number(request, "draft"), brief__performance=found).pk)
        case "offer_all":
            offer_all(found.pk, by=signed_in(request))
        case "direct":
            ends, directive = "ends" in request.POST, request.POST.get("directive", "")
            words = _numbers(request, "words_min", "words_max")
            direction.direct(found.pk, directive=directive, ends=ends, words=words, by=signed_in(request))
        case "name_fallback":
            choice = _number(request, "choice") if request.POST.get("choice") else None
            direction.name_fallback(found.pk, choice, by=signed_in(request))
        case "desk":
            four_eyes, unread = "four_eyes" in request.POST, "unread" in request.POST
            deadline.set_desk_rules(found.pk, four_eyes=four_eyes, unread=unread, by=signed_in(request))
        case "again":
            return redirect("performance", code=shelf.play_again(found.pk, by=signed_in(request)).code)
        case "put_away" | "bring_back" | "remove":
            getattr(shelf, verb)(found.pk, by=signed_in(request))
            return redirect("console")
        case _:
            raise Refused("request.not_found")
    return redirect("performance", code=found.code)


def _number(request: HttpRequest, name: str) -> int:
    value = request.POST.get(name, "")
    if not value.isdecimal() or len(value) > 18:
        raise Refused("request.invalid", reason=name)
    return int(value)


def _numbers(request: HttpRequest, first: str, second: str) -> tuple[int, int] | None:
    """Two numbers that go together; None where the form has neither."""
    if first not in request.POST and second not in request.POST:
        return None
    return _number(request, first), _number(request, second)


def _elsewhere(found: Performance) -> dict[str, Any]:
    """A performance that came in with a story file: nothing moves in it, and nobody can join."""
    return {"performance": found, "told": history_of(found)} | exports.panel(found)


def _status(found: Performance) -> dict[str, Any]:
    """Everything that moves while the show runs."""
    step = current_step(found)
    poll = Poll.objects.filter(step=step).select_related("performance", "step", "tally").first() if step else None
    offers = _offers(found, poll) if poll else []
    return {
        "performance": found,
        "desk_rules": rules_of(found),
        "step": step,
        "poll": poll,
        "offers": offers,
        "falls_back": poll is not None and found.late_rule == Performance.LateRule.FALLBACK,
        "fallback": deadline.named_fallback(poll) if poll else None,
        "is_any_ready": any(offer["ready"] for offer in offers),
        "rounds": _rounds(poll) if poll else None,
        "waiting": poll is not None and poll.state == Poll.State.CLOSED and found.state == Performance.State.LIVE,
        "tie": _waiting_tie(found, poll),
        "hidden_polls": Poll.objects.filter(performance=found, results="by_hand", revealed_at=None).order_by("-id"),
        "withheld": offer(step).withheld if step and poll is None else (),
        "wishes": wishes_of(step) if step and found.state == Performance.State.LIVE else [],
        "themes": panel.themes_heard(step),
        "reactions": panel.reactions_heard(step),
        "guests": Guest.objects.filter(performance=found).count(),
        "comments": Comment.objects.filter(step=step).count() if step else 0,
        "writers": _writers(),
        "troubles": _troubles(step) if step else [],
        "log": found.log.select_related("by")[:12],
        "path": explain_path(found),
    }


def _waiting_tie(found: Performance, poll: Poll | None) -> dict[str, Any] | None:
    """The tie that waits for the showrunner's word, and until when."""
    tally = Tally.objects.filter(poll=poll, winner=None).first() if poll else None
    if tally is None or found.state != Performance.State.LIVE:
        return None
    return {"leaders": tally.leaders, "until": tally.frozen_at + timedelta(seconds=found.tie_seconds)}


def _rounds(poll: Poll) -> dict[str, Any] | None:
    """The run-off of a closed ranked poll as a table: a row each choice, a column each round."""
    tally = Tally.objects.filter(poll=poll).first()
    if tally is None or not tally.rounds:
        return None
    counts = [one["counts"] for one in tally.rounds]
    rows = [
        {"label": offer.label, "numbers": [number.get(str(offer.choice_id)) for number in counts]}
        for offer in poll.offers.all()
    ]
    exhausted = [one["exhausted"] for one in tally.rounds]
    return {"heads": range(1, len(counts) + 1), "rows": rows, "exhausted": exhausted if any(exhausted) else None}


def _offers(found: Performance, poll: Poll) -> list[dict[str, Any]]:
    """The poll's choices with their votes and how far each one's branch has come."""
    result, tally = count_poll(poll), getattr(poll, "tally", None)
    drafts = {d.brief.choice_id: d for d in Draft.objects.filter(brief__step=poll.step).select_related("brief")}
    revisions = {
        revision.choice_id: revision
        for revision in Revision.objects.filter(step=poll.step).order_by("id")
        if revision.state != Revision.State.WITHDRAWN or not _is_written_anew(revision, drafts.get(revision.choice_id))
    }
    return [
        {
            "choice": offer.choice,
            "label": offer.label,
            "votes": result.counts[offer.choice_id],
            "of": max(1, result.voters),
            "lost": tally is not None and tally.winner_id not in (None, offer.choice_id),
            "revision": revisions.get(offer.choice_id),
            "draft": drafts.get(offer.choice_id),
            "ready": offer.choice.to_scene_id is not None
            or (revisions.get(offer.choice_id) is not None and revisions[offer.choice_id].state == "approved"),
        }
        for offer in poll.offers.select_related("choice")
    ]


def _is_written_anew(revision: Revision, last: Draft | None) -> bool:
    """Whether another draft has taken the place of this text's."""
    return last is not None and revision.draft_id is not None and last.pk > revision.draft_id


def _writers() -> list[dict[str, Any]]:
    return [_writer(status, timezone.now()) for status in WriterStatus.objects.all()]


def _writer(status: WriterStatus, now: datetime) -> dict[str, Any]:
    away = now - status.seen_at > STALE
    # What it is busy with may be silent longer than one that waits for work, whom a canary asks.
    patience = timedelta(seconds=limit_s(status.busy_with)) if status.busy_with else IDLE
    hangs = not away and status.state == WriterStatus.State.READY and now - status.worked_at > patience
    return {"status": status, "away": away, "hangs": hangs}


def _troubles(step: PathStep) -> list[Draft]:
    """What went wrong with this scene's drafts, newest first: given up, tried again, or not quite as asked."""
    drafts = Draft.objects.filter(brief__step=step).exclude(error_code="", remark="")
    return list(drafts.select_related("brief__choice").order_by("-id")[:MOST_TROUBLES])
