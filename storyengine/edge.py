"""The pages' edge: a refusal becomes a page (or an htmx fragment) that says what is wrong, never a trace."""

from collections.abc import Callable

from django.contrib.auth.models import User
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from storyengine.errors import Refused


def signed_in(request: HttpRequest) -> User:
    """The person who asks; raises Refused("request.forbidden") for nobody."""
    if not isinstance(request.user, User):
        raise Refused("request.forbidden")
    return request.user


class RefusalMiddleware:
    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_exception(self, request: HttpRequest, error: Exception) -> HttpResponse | None:
        """Map a Refused that a view let through; everything else is Django's to log and hide."""
        if not isinstance(error, Refused):
            return None
        return render(request, "refused.html", {"refused": error}, status=error.status)
