"""The pages' edge: a refusal becomes a page (or an htmx fragment) that says what is wrong, never a trace."""

from collections.abc import Callable

from django.contrib.auth.models import User
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render

from storyengine.errors import Refused


def signed_in(request: HttpRequest) -> User:
    """The person who asks; raises Refused("request.forbidden") for nobody."""
    if not isinstance(request.user, User):
        raise Refused("request.forbidden")
    return request.user


def _coded(response: HttpResponse) -> HttpResponse:
    """The API's own shape for what no operation answers: an unknown address, a method that is not taken."""
    code = {403: "request.forbidden", 404: "request.not_found", 405: "request.method"}.get(response.status_code)
    if code is None:
        return response
    allowed = {"Allow": response["Allow"]} if "Allow" in response else {}
    return JsonResponse(Refused(code).as_message(), status=response.status_code, headers=allowed)


class RefusalMiddleware:
    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        kind = response.headers.get("Content-Type", "")
        if request.path.startswith("/api/") and not kind.startswith("application/json"):
            return _coded(response)
        return response

    def process_exception(self, request: HttpRequest, error: Exception) -> HttpResponse | None:
        """Map a Refused that a view let through; everything else is Django's to log and hide."""
        if not isinstance(error, Refused):
            return None
        return render(request, "refused.html", {"refused": error}, status=error.status)
