"""Strikes on the console: choose a cohort, look at the effect, strike it out, undo it."""

from dataclasses import asdict
from typing import Any

from django.db.models import Count, Prefetch
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_POST

from audience import cohort
from audience.cohort import Cohort, cohort_from
from audience.models import Admission, Poll, Recount, Strike
from storyengine.edge import signed_in
from storyengine.errors import Refused
from storyengine.plot.models import Performance
from storyengine.showrun.log import log
from storyengine.showrun.views import find, showrunner_only


@showrunner_only
def strikes(request: HttpRequest, code: str) -> HttpResponse:
    """The selection with its preview, and the strikes so far. A preview changes nothing, so it is a GET."""
    performance = find(request, code)
    chosen, refused = Cohort(), None
    try:
        chosen = cohort_from(request.GET)
        number, effects = cohort.preview(performance, chosen) if not chosen.is_empty else (0, [])
    except Refused as error:
        refused, number, effects = error, 0, []
    context = _context(performance) | {
        "cohort": chosen, "picked": " ".join(map(str, chosen.guests)), "number": number, "effects": effects,
        "refused": refused, "fields": {name: value for name, value in asdict(chosen).items() if name != "guests"},
    }  # fmt: skip
    return render(request, "showrun/strikes.html", context, status=refused.status if refused else 200)


def _context(performance: Performance) -> dict[str, Any]:
    recounts = Recount.objects.select_related("poll", "poll__tally", "winner").prefetch_related("poll__offers")
    done = performance.strikes.select_related("by", "undone_by").prefetch_related(Prefetch("recounts", recounts))
    return {
        "performance": performance,
        "clumps": cohort.clumps(performance),
        "strikes": done,
        "polls": Poll.objects.filter(performance=performance).order_by("pk"),
        "sheets": Admission.objects.filter(performance=performance, guest__isnull=False).values("batch")
        .annotate(used=Count("pk")).order_by("batch"),
    }  # fmt: skip


@require_POST
@showrunner_only
def strike(request: HttpRequest, code: str) -> HttpResponse:
    """Strike out the cohort that was previewed."""
    performance = find(request, code)
    made = cohort.strike_out(
        performance, cohort_from(request.POST), by=signed_in(request),
        reason=request.POST.get("reason", "").replace("\x00", ""),
    )  # fmt: skip
    log(performance, "cohort.struck", signed_in(request), strike=made.pk, guests=made.guests, recounts=_said(made))
    return redirect("strikes", code=performance.code)


@require_POST
@showrunner_only
def undo(request: HttpRequest, code: str, pk: int) -> HttpResponse:
    performance = find(request, code)
    found = get_object_or_404(Strike.objects.select_related("performance"), pk=pk, performance=performance)
    back = cohort.undo_strike(found, by=signed_in(request))
    log(performance, "strike.undone", signed_in(request), strike=found.pk, guests=len(back), recounts=_said(found))
    return redirect("strikes", code=performance.code)


def _said(made: Strike) -> list[dict[str, Any]]:
    """The strike's last recount of each poll, for the log."""
    newest = {recount.poll_id: recount for recount in made.recounts.order_by("pk")}
    return [{"poll": poll, "counts": one.counts, "winner": one.winner_id} for poll, one in newest.items()]
