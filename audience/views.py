"""The audience's pages: find the performance, join it, take part; and the big screen of the venue."""

from typing import Any

import segno
from django.conf import settings
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.safestring import mark_safe
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from audience import asyncapi, guests, live, tickets
from audience.forms import CodeForm, JoinForm
from audience.tickets import Ticket
from storyengine.errors import Refused
from storyengine.plot.models import Performance


@require_http_methods(["GET", "HEAD", "POST"])
def landing(request: HttpRequest) -> HttpResponse:
    """Ask for the code that the theatre shows, and go to that performance."""
    form = CodeForm(request.POST if request.method == "POST" else None)
    if form.is_valid():
        try:
            return redirect("join", code=guests.find_performance(form.cleaned_data["code"]).code)
        except Refused as refused:
            form.add_error("code", str(refused))
    return render(request, "audience/landing.html", {"form": form}, status=422 if form.errors else 200)


@require_http_methods(["GET", "HEAD", "POST"])
def join(request: HttpRequest, code: str) -> HttpResponse:
    """One tap makes a guest; the token goes into a cookie that only this server reads."""
    performance = guests.find_performance(code)
    if performance.code != code:
        return redirect("join", code=performance.code)
    form = JoinForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        _, token = guests.join(performance, nickname=form.cleaned_data["nickname"])
        response = redirect("show", code=performance.code)
        response.set_cookie(
            _cookie(performance), token, max_age=settings.GUEST_TOKEN_AGE_S, httponly=True, samesite="Lax",
            secure=settings.SECURE, path="/",
        )  # fmt: skip
        return response
    status = 422 if form.errors else 200
    return render(request, "audience/join.html", {"performance": performance, "form": form}, status=status)


@never_cache
@require_safe
def show(request: HttpRequest, code: str) -> HttpResponse:
    """The guest's page; without a valid ticket it leads to the door."""
    performance = guests.find_performance(code)
    token = request.COOKIES.get(_cookie(performance), "")
    try:
        ticket = tickets.read(token, code=performance.code)
    except Refused:
        return redirect("join", code=performance.code)
    context = {"performance": performance, "boot": _boot(performance, ticket, token)}
    return render(request, "audience/show.html", context)


@never_cache
@require_safe
def screen(request: HttpRequest, code: str) -> HttpResponse:
    """The venue's big screen: it may look and not vote, and shows how to join."""
    performance = guests.find_performance(code)
    ticket = Ticket(performance.pk, performance.code)
    token = tickets.issue(ticket)
    context = {
        "performance": performance,
        "boot": _boot(performance, ticket, token),
        "join_url": join_url(performance),
        "qr_svg": qr_svg(join_url(performance)),
    }
    return render(request, "audience/screen.html", context)


@require_safe
def wire_document(request: HttpRequest) -> JsonResponse:
    """The socket's commands and events as AsyncAPI; any site's tools may read it."""
    return JsonResponse(asyncapi.document(), headers={"Access-Control-Allow-Origin": "*"})


@require_safe
def wire(request: HttpRequest) -> HttpResponse:
    """The same document for people."""
    return render(request, "audience/wire.html", {"document": asyncapi.document(), "groups": asyncapi.reading()})


def join_url(performance: Performance) -> str:
    return settings.PUBLIC_URL + reverse("join", args=[performance.code])


def qr_svg(text: str) -> str:
    """A QR code as an inline SVG without styles or scripts, so that it passes the Content-Security-Policy."""
    svg = segno.make(text, error="m").svg_inline(omitsize=True, border=2, lineclass=None, svgclass="qr")
    return mark_safe(svg)  # noqa: S308 - segno's own output over our own address


def _cookie(performance: Performance) -> str:
    return f"guest_{performance.code}"


def _boot(performance: Performance, ticket: Ticket, token: str) -> dict[str, Any]:
    """What the page's script starts from."""
    snapshot = live.snapshot_now(performance, guest=ticket.guest)
    return {
        "code": performance.code,
        "role": ticket.role,
        "token": token,
        "socket": f"/live/{performance.code}/",
        "api": f"/api/performances/{performance.code}",
        "server_time": snapshot["server_time"],
        "snapshot": snapshot,
    }
