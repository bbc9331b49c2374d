"""The rules of the house on the console, and the sheets of admissions that are printed for the door."""

from typing import Any

from django.db.models import Count, Min, Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_POST, require_safe

from audience import door
from audience.models import Admission
from audience.rules import rules_of, set_rules
from audience.views import admission_url, join_url, qr_svg
from storyengine.edge import signed_in
from storyengine.errors import Refused
from storyengine.showrun.forms import HouseRulesForm, SheetForm
from storyengine.showrun.log import log
from storyengine.showrun.views import find, showrunner_only

PAPERS = ("a4", "letter")


@showrunner_only
def house(request: HttpRequest, code: str) -> HttpResponse:
    """The rules for this performance's audience; they hold from the moment they are saved."""
    performance = find(request, code)
    form = HouseRulesForm(request.POST or None, instance=rules_of(performance))
    if request.method == "POST" and form.is_valid():
        rules = form.save(commit=False)
        rules.performance = performance
        set_rules(rules)
        log(performance, "house.changed", signed_in(request), changed=sorted(form.changed_data))
        return redirect("performance", code=performance.code)
    context = {"performance": performance, "form": form}
    return render(request, "showrun/house.html", context, status=422 if form.errors else 200)


@require_safe
@showrunner_only
def admissions(request: HttpRequest, code: str) -> HttpResponse:
    """The sheets, each with how many of its codes are used; one sheet's codes where it is asked for."""
    performance = find(request, code)
    rows = Admission.objects.filter(performance=performance)
    sheets = rows.values("batch").order_by("batch").annotate(
        number=Count("pk"), used=Count("used_at"), made=Min("made_at"),
        withdrawn=Count("pk", filter=Q(void_at__isnull=False)),
    )  # fmt: skip
    batch = request.GET.get("sheet", "")
    opened = int(batch) if batch.isdecimal() and len(batch) < 9 else 0
    context = {
        "performance": performance, "sheets": sheets, "opened": opened, "form": SheetForm(),
        "codes": rows.filter(batch=opened) if opened else [], "rules": rules_of(performance),
    }  # fmt: skip
    return render(request, "showrun/admissions.html", context)


@require_POST
@showrunner_only
def print_sheet(request: HttpRequest, code: str) -> HttpResponse:
    performance, form = find(request, code), SheetForm(request.POST)
    if not form.is_valid():
        raise Refused("admission.too_many")
    made = door.print_admissions(performance, form.cleaned_data["number"])
    log(performance, "admissions.printed", signed_in(request), sheet=made[0].batch, number=len(made))
    return redirect("admissions", code=performance.code)


@require_POST
@showrunner_only
def withdraw_sheet(request: HttpRequest, code: str, batch: int) -> HttpResponse:
    performance = find(request, code)
    number = door.withdraw_admissions(performance, batch)
    log(performance, "admissions.withdrawn", signed_in(request), sheet=batch, number=number)
    return redirect("admissions", code=performance.code)


@require_safe
@showrunner_only
def sheet(request: HttpRequest, code: str, batch: int) -> HttpResponse:
    """A page to print: one slip for each unused code, with its QR code and the code in letters below."""
    performance = find(request, code)
    codes = Admission.objects.filter(performance=performance, batch=batch, used_at=None, void_at=None)
    if not codes:
        raise Refused("request.not_found")
    paper = request.GET.get("paper", "")
    context: dict[str, Any] = {
        "performance": performance,
        "batch": batch,
        "paper": paper if paper in PAPERS else PAPERS[0],
        "papers": PAPERS,
        "host": join_url(performance).split("://", 1)[1].split("/", 1)[0],
        "slips": [(one.code, qr_svg(admission_url(performance, one.code))) for one in codes],
    }
    return render(request, "showrun/sheet.html", context)
