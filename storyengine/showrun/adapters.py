"""The console's page of adapters: which there are, which the writers write with, and switching them."""

from typing import Any

from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_POST, require_safe

from storyengine.edge import signed_in
from storyengine.editorial.record import record
from storyengine.editorial.rules import RUN_SHOW, stories_of
from storyengine.errors import Refused
from storyengine.generation.adapters import Card, adapters, earlier, fits, go_back, in_use, use_adapter
from storyengine.generation.models import AdapterSwitch, WriterStatus
from storyengine.showrun.doors import showrunner_only

METHODS = {
    "sft": _("scripts and approved texts (SFT)"),
    "dpo": _("approved against rejected siblings (DPO)"),
    "kto": _("single verdicts (KTO)"),
}
MOST_SWITCHES = 8
CURVE_WIDTH, CURVE_HEIGHT = 240.0, 48.0


@require_safe
@showrunner_only
def adapter_list(request: HttpRequest) -> HttpResponse:
    """Every adapter with its card."""
    return _page(request)


@require_POST
@showrunner_only
def switch_adapter(request: HttpRequest, verb: str) -> HttpResponse:
    """Use one, use none, or go back to the one before. The writers serve every story, so it takes the right on all."""
    if not _may_switch(request):
        raise Refused("request.forbidden")
    try:
        with transaction.atomic():
            _switch(request, verb)
    except Refused as refused:
        return _page(request, refused)
    return redirect("adapters")


def _switch(request: HttpRequest, verb: str) -> None:
    person, before = signed_in(request), in_use()
    match verb:
        case "use":
            made = use_adapter(request.POST.get("adapter", ""), by=person)
        case "back":
            made = go_back(by=person)
        case _:
            raise Refused("request.not_found")
    if made:
        record("adapter_switched", by=person, detail={"adapter": made.adapter or "none", "before": before or "none"})


def _may_switch(request: HttpRequest) -> bool:
    return stories_of(signed_in(request), RUN_SHOW) is None


def _page(request: HttpRequest, refused: Refused | None = None) -> HttpResponse:
    writers = list(WriterStatus.objects.exclude(state=WriterStatus.State.STOPPED))
    used = in_use()
    found = [_row(name, card, used, writers) for name, card in adapters()]
    context = {
        "adapters": found,
        "in_use": used,
        "is_gone": bool(used) and used not in {row["name"] for row in found},
        "earlier": earlier(),
        "may_switch": _may_switch(request),
        "writers": writers,
        "switches": AdapterSwitch.objects.exclude(by=None).select_related("by").order_by("-id")[:MOST_SWITCHES],
        "refused": refused,
    }
    return render(request, "showrun/adapters.html", context, status=refused.status if refused else 200)


def _row(name: str, card: Card | Refused, used: str, writers: list[WriterStatus]) -> dict[str, Any]:
    row: dict[str, Any] = {"name": name, "is_used": name == used}
    if isinstance(card, Refused):
        return row | {"refused": card}
    return row | {
        "card": card,
        "method": METHODS.get(card.method, card.method),
        "curve": _curve(card.losses),
        "made_at": card.made_at[:16].replace("T", " "),
        "is_foreign": bool(writers) and not any(fits(card, writer) for writer in writers),
    }


def _curve(losses: tuple[tuple[int, float], ...]) -> str:
    """The losses as the points of an SVG polyline, in a box of CURVE_WIDTH by CURVE_HEIGHT; empty below two."""
    if len(losses) < 2:
        return ""
    values = [loss for _step, loss in losses]
    low, span = min(values), (max(values) - min(values)) or 1.0
    across = CURVE_WIDTH / (len(values) - 1)
    inside = CURVE_HEIGHT - 4
    points = [(number * across, 2 + inside * (1 - (loss - low) / span)) for number, loss in enumerate(values)]
    return " ".join(f"{x:.1f},{y:.1f}" for x, y in points)
