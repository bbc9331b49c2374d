"""The brief's page: what the writer was told, and why; an editor may keep a fact here that a merge dropped."""

from django.contrib.auth.decorators import login_required, permission_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_POST, require_safe

from storyengine.editorial.review import PERMISSION
from storyengine.editorial.why import FORMULA, explain
from storyengine.generation.memory import keep_fact
from storyengine.generation.models import Brief

editor_only = permission_required(PERMISSION, raise_exception=True)


@require_safe
@login_required
@editor_only
def brief(request: HttpRequest, pk: int) -> HttpResponse:
    """Why the story went this way."""
    found = _find(pk)
    return render(request, "editorial/brief.html", {"why": explain(found), "formula": FORMULA})


@require_POST
@login_required
@editor_only
def keep(request: HttpRequest, pk: int) -> HttpResponse:
    """A fact of one way holds on every way to the scene; `keep` empty takes that back."""
    post = request.POST
    scene = _find(pk).step.scene
    keep_fact(scene, post.get("who", ""), post.get("what", ""), keep=bool(post.get("keep")))
    return redirect("brief", pk=pk)


def _find(pk: int) -> Brief:
    return get_object_or_404(
        Brief.objects.select_related("choice", "step__scene__story", "step__performance__story", "performance"), pk=pk
    )
