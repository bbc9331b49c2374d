"""The pages' edge: a refusal becomes a page (or an htmx fragment) that says what is wrong, never a trace."""

from collections.abc import Callable
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.contrib.auth.models import User
from django.contrib.auth.views import redirect_to_login
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render, resolve_url

from storyengine.errors import Refused


def signed_in(request: HttpRequest) -> User:
    """The person who asks; raises Refused("request.forbidden") for nobody."""
    if not isinstance(request.user, User):
        raise Refused("request.forbidden")
    return request.user


def client_address(request: HttpRequest) -> str:
    """Where a request comes from. Behind our own proxy: the last address it added, for anybody can write the others."""
    forwarded = request.headers.get("X-Forwarded-For", "") if settings.BEHIND_PROXY else ""
    return forwarded.rpartition(",")[2].strip() or request.META.get("REMOTE_ADDR", "")


def locked_out(request: HttpRequest, *_: Any, **__: Any) -> HttpResponse:
    """The page for whoever guessed too often."""
    refused = Refused("door.too_many", minutes=round(settings.AXES_COOLOFF_TIME.total_seconds() / 60))
    return render(request, "refused.html", {"refused": refused}, status=refused.status)


OF_A_BODY = {"content-type", "content-length", "content-language", "content-encoding"}
CODES = {
    400: "request.malformed",
    403: "request.forbidden",
    404: "request.not_found",
    405: "request.method",
    500: "server.failed",
}


def _coded(response: HttpResponse) -> HttpResponse:
    """The API's own shape for what no operation answers: an unknown address or host, a method that is not taken."""
    code = CODES.get(response.status_code)
    if code is None:
        return response
    kept = {name: value for name, value in response.items() if name.lower() not in OF_A_BODY}
    return JsonResponse(Refused(code).as_message(), status=response.status_code, headers=kept)


def _signed_out(request: HttpRequest, response: HttpResponse) -> HttpResponse:
    """What a script gets in place of the way to the sign-in, which it would follow and take for its answer.

    htmx takes the whole page there, and back to where it is now; a script of ours reads the code or the status.
    """
    if not response.headers.get("Location", "").startswith(f"{resolve_url(settings.LOGIN_URL)}?"):
        return response
    sent_from = urlsplit(request.headers.get("Referer", ""))
    if request.method == "POST" and sent_from.netloc == request.get_host():  # its own address may take no visit
        response.headers["Location"] = redirect_to_login(sent_from._replace(scheme="", netloc="").geturl()).url
    refused = Refused("door.signed_out")
    if request.htmx:  # type: ignore[attr-defined]
        here = request.htmx.current_url_abs_path or resolve_url("home")  # type: ignore[attr-defined]
        return HttpResponse(status=refused.status, headers={"HX-Redirect": redirect_to_login(here).url})
    if "application/json" in request.headers.get("Accept", ""):
        return JsonResponse(refused.as_message(), status=refused.status)
    return response


class RefusalMiddleware:
    """The outermost, so that it sees what the other layers refuse."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        kind = response.headers.get("Content-Type", "")
        if request.path.startswith("/api/") and not kind.startswith("application/json"):
            return _coded(response)
        return _signed_out(request, response)

    def process_exception(self, request: HttpRequest, error: Exception) -> HttpResponse | None:
        """Map a Refused that a view let through; everything else is Django's to log and hide."""
        if not isinstance(error, Refused):
            return None
        return render(request, "refused.html", {"refused": error}, status=error.status)
