"""Who may open the desk's pages at all, and which row an address means to whom."""

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404

from storyengine.edge import signed_in
from storyengine.editorial.models import Revision
from storyengine.editorial.rules import EDIT, may

View = Callable[..., HttpResponseBase]


def opens_with(permission: str) -> Callable[[View], View]:
    """For the signed in who hold the permission on some story; the verbs ask again for the story at hand."""

    def decorate(view: View) -> View:
        @login_required
        @wraps(view)
        def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
            if not may(signed_in(request), permission):
                raise PermissionDenied
            return view(request, *args, **kwargs)

        return guarded

    return decorate


editor_only = opens_with(EDIT)


def find_revision(request: HttpRequest, pk: int) -> Revision:
    """The revision, if it belongs to a story on which this person may edit; else 404."""
    seen = Revision.objects.visible_to(signed_in(request)).select_related(
        "performance__story", "choice", "step__scene", "step__poll__tally", "draft__brief", "saved_by", "claimed_by",
        "corrects",
    )  # fmt: skip
    return get_object_or_404(seen, pk=pk)
