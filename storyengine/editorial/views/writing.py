"""What is being written, as it is written: the stream, the button that stops it, and the candidates that came of it."""

from channels.db import database_sync_to_async
from django.contrib.auth.models import User
from django.http import HttpRequest, HttpResponse, JsonResponse, StreamingHttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect
from django.views.decorators.http import require_POST, require_safe

from storyengine.edge import signed_in
from storyengine.editorial import review, stream
from storyengine.editorial.forms import VersionForm
from storyengine.editorial.rules import EDIT, require
from storyengine.editorial.views.doors import editor_only, find_revision
from storyengine.errors import Refused
from storyengine.generation.draft import stop_draft
from storyengine.generation.models import Draft


@require_POST
@editor_only
def take(request: HttpRequest, pk: int, candidate: int) -> HttpResponse:
    """Put another candidate of the same draft in the place of the text."""
    form = VersionForm(request.POST)
    if not form.is_valid():
        raise Refused("request.invalid")
    found = find_revision(request, pk)
    review.take_candidate(found.pk, candidate, version=form.cleaned_data["version"], by=signed_in(request))
    return redirect("revision", pk=pk)


@require_POST
@editor_only
def stop(request: HttpRequest, pk: int) -> HttpResponse:
    """Stop the writer at a draft."""
    draft = get_object_or_404(Draft.objects.select_related("brief__performance"), pk=pk)
    require(signed_in(request), EDIT, draft.brief.performance.story_id)
    stop_draft(pk, by=signed_in(request).get_username())
    return redirect("desk")


@require_safe
async def writing(request: HttpRequest) -> HttpResponseBase:
    """What is being written for this editor's stories, token by token, as server-sent events."""
    user = await request.auser()
    if not isinstance(user, User) or not await database_sync_to_async(stream.is_editor, thread_sensitive=False)(
        user.pk
    ):
        refused = Refused("request.forbidden")
        return JsonResponse(refused.as_message(), status=refused.status)
    headers = {"Cache-Control": "no-store", "X-Accel-Buffering": "no"}
    return StreamingHttpResponse(stream.events(user.pk), content_type="text/event-stream", headers=headers)
