"""Who may open the console's pages, and which performance an address means to whom."""

from django.http import HttpRequest
from django.shortcuts import get_object_or_404

from storyengine.edge import signed_in
from storyengine.editorial.rules import RUN_SHOW, require
from storyengine.editorial.views.doors import opens_with
from storyengine.plot.models import Performance

MODERATE = "audience.change_comment"

showrunner_only = opens_with(RUN_SHOW)
moderator_only = opens_with(MODERATE)


def find_performance(request: HttpRequest, code: str, *, permission: str = RUN_SHOW) -> Performance:
    """The performance; 404 for no such code, Refused("request.forbidden") where its story is not this person's."""
    found: Performance = get_object_or_404(Performance.objects.select_related("story"), code=code)
    require(signed_in(request), permission, found.story_id)
    return found
