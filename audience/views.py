"""The audience's pages: find the performance, join it, take part; and the big screen of the venue."""

from typing import Any

import segno
from csp.decorators import csp_replace
from django.conf import settings
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.safestring import mark_safe
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods, require_safe

from audience import asyncapi, door, guests, live, tickets
from audience.forms import CodeForm, JoinForm
from audience.rules import rules_of
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
def join(request: HttpRequest, code: str, admission: str = "") -> HttpResponse:
    """One tap makes a guest; the token goes into a cookie that only this server reads.

    A phone that is in already goes to its seat: it stays the guest that it was, and uses up no admission.
    """
    performance = guests.find_performance(code)
    if performance.code != code:
        return redirect("join", code=performance.code)
    if guests.seated(performance, request.COOKIES.get(_cookie(performance), "")):
        return redirect("show", code=performance.code)
    if performance.state == Performance.State.ENDED:
        raise Refused("performance.ended")
    rules = rules_of(performance)
    form = JoinForm(request.POST if request.method == "POST" else None, initial={"admission": admission})
    context = {"performance": performance, "form": form, "rules": rules, "scanned": bool(admission)}
    if request.method == "POST" and form.is_valid():
        try:
            door.knock(performance, door.address_of(request))
            _, token = guests.join(performance, **form.cleaned_data)
        except Refused as refused:
            return _not_yet(request, form, context, refused)
        return _seat(performance, token)
    return render(request, "audience/join.html", context, status=422 if form.errors else 200)


def _seat(performance: Performance, token: str) -> HttpResponse:
    response = redirect("show", code=performance.code)
    response.set_cookie(
        _cookie(performance), token, max_age=settings.GUEST_TOKEN_AGE_S, httponly=True, samesite="Lax",
        secure=settings.SECURE, path="/",
    )  # fmt: skip
    return response


def _not_yet(request: HttpRequest, form: JoinForm, context: dict[str, Any], refused: Refused) -> HttpResponse:
    """The door again, with what is wrong; where only waiting helps, the page waits and knocks by itself."""
    if not refused.code.startswith(("admission.", "join.")):
        raise refused
    wait = refused.detail.get("retry_after")
    if not wait:
        form.add_error("admission", str(refused))
    response = render(
        request, "audience/join.html", context | {"wait": wait, "refused": refused}, status=refused.status
    )
    if wait:
        response["Retry-After"] = str(wait)
    return response


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
    context = {
        "performance": performance,
        "boot": _onlooker(performance),
        "join_url": join_url(performance),
        "qr_svg": qr_svg(join_url(performance)),
    }
    return render(request, "audience/screen.html", context)


CORNERS = ("bottom-left", "bottom-right", "top-left", "top-right")
THEMES = ("dark", "light", "plain")
PARTS = ("join", "poll", "comments", "reactions")


@never_cache
@require_safe
def overlay(request: HttpRequest, code: str) -> HttpResponse:
    """For OBS and the like: the vote over a picture, on a transparent ground.

    `?corner=bottom-left&theme=dark&show=poll,comments`; a word that it does not know is passed over, since a
    stream's picture is no place for an error.
    """
    performance = guests.find_performance(code)
    shown = [part for part in request.GET.get("show", "").split(",") if part in PARTS] or list(PARTS)
    context = {
        "performance": performance,
        "boot": _onlooker(performance),
        "join_url": join_url(performance),
        "qr_svg": qr_svg(join_url(performance)),
        "corner": _one_of(CORNERS, request.GET.get("corner", "")),
        "theme": _one_of(THEMES, request.GET.get("theme", "")),
        "shown": shown,
    }
    return render(request, "audience/overlay.html", context)


@never_cache
@require_safe
def embed(request: HttpRequest, code: str) -> HttpResponse:
    """A widget for other sites' pages, as far as STORYENGINE_EMBED_ORIGINS lets them frame it: look, join, vote."""
    # Its types know views of a request alone.
    framed_by: Any = csp_replace({"frame-ancestors": settings.EMBED_ORIGINS or ["'none'"]})
    response: HttpResponse = framed_by(_widget)(request, code)
    response.xframe_options_exempt = bool(settings.EMBED_ORIGINS)
    return response


def _widget(request: HttpRequest, code: str) -> HttpResponse:
    performance = guests.find_performance(code)
    context = {
        "performance": performance,
        "boot": _onlooker(performance),
        "join_url": join_url(performance),
        "theme": _one_of(("", "dark", "light"), request.GET.get("theme", "")),
        "rules": rules_of(performance),
    }
    return render(request, "audience/embed.html", context)


def _one_of(known: tuple[str, ...], word: str) -> str:
    return word if word in known else known[0]


def admission_url(performance: Performance, admission: str) -> str:
    return settings.PUBLIC_URL + reverse("admit", args=[performance.code, admission])


@csrf_exempt  # so that the wrong method is refused as such
@require_safe
def wire_document(request: HttpRequest) -> JsonResponse:
    """The socket's commands and events as AsyncAPI; any site's tools may read it."""
    return JsonResponse(asyncapi.document(), headers={"Access-Control-Allow-Origin": "*"})


@csrf_exempt
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


def _onlooker(performance: Performance) -> dict[str, Any]:
    """What a page starts from that may look and not vote."""
    ticket = Ticket(performance.pk, performance.code)
    return _boot(performance, ticket, tickets.issue(ticket))


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
