"""The brief's page: what the writer was told, and why; an editor may keep a fact here that a merge dropped."""

from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_POST, require_safe

from storyengine.edge import signed_in
from storyengine.editorial.behind import all_behind, page_of
from storyengine.editorial.record import record
from storyengine.editorial.rules import EDIT, require
from storyengine.editorial.views.doors import editor_only
from storyengine.editorial.why import FORMULA, explain
from storyengine.errors import Refused
from storyengine.generation.brief import context_of
from storyengine.generation.memory import keep_fact
from storyengine.generation.models import Brief


@require_safe
@editor_only
def brief(request: HttpRequest, pk: int) -> HttpResponse:
    """Why the story went this way."""
    return render(request, "editorial/brief.html", {"why": explain(_find(request, pk)), "formula": FORMULA})


@require_safe
@editor_only
def behind(request: HttpRequest, pk: int, kind: str, number: int) -> HttpResponse:
    """All the comments behind one wish, or for or against one character, in pages."""
    found = _find(request, pk)
    one = next((one for one in all_behind(found) if (one.kind, one.number) == (kind, number)), None)
    if one is None:
        raise Refused("request.not_found")
    page, quoted = page_of(one, request.GET.get("page"))
    shown = {"brief": found, "behind": one, "page": page, "quoted": quoted, "formula": FORMULA}
    return render(request, "editorial/behind.html", shown | {"language": context_of(found).language})


@require_POST
@editor_only
def keep(request: HttpRequest, pk: int) -> HttpResponse:
    """A fact of one way holds on every way to the scene; `keep` empty takes that back."""
    found, post = _find(request, pk), request.POST
    who, what, kept = post.get("who", "")[:200], post.get("what", "")[:300], bool(post.get("keep"))
    told = {"who": who, "what": what, "keep": kept}
    with transaction.atomic():
        keep_fact(found.step.scene, who, what, keep=kept)
        record("fact_kept", by=signed_in(request), story=found.performance.story_id, detail=told)
    return redirect("brief", pk=pk)


def _find(request: HttpRequest, pk: int) -> Brief:
    """The brief; raises Refused("request.forbidden") where its story is not this editor's."""
    found: Brief = get_object_or_404(
        Brief.objects.select_related("choice", "step__scene__story", "step__performance__story", "performance"), pk=pk
    )
    require(signed_in(request), EDIT, found.performance.story_id)
    return found
