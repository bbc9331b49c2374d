"""Verdicts from the queue, and the verbs around them: overrule, recall, correct, adopt, write by hand."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.views.decorators.http import require_POST

from storyengine.edge import signed_in
from storyengine.editorial import findings, release, review
from storyengine.editorial.forms import NoteForm, VersionForm
from storyengine.editorial.models import Review
from storyengine.editorial.rules import EDIT, require
from storyengine.editorial.views.doors import editor_only, find_revision
from storyengine.editorial.views.outcome import tell
from storyengine.errors import Refused
from storyengine.generation.models import Draft
from storyengine.plot.models import Choice, PathStep


@require_POST
@editor_only
def judge(request: HttpRequest, pk: int, verdict: str) -> HttpResponse:
    """Approve, ask for changes, or reject the text of the version that the editor saw."""
    form, by = NoteForm(request.POST), signed_in(request)
    if not form.is_valid():
        raise Refused("request.invalid")
    version, reasons = form.cleaned_data["version"], form.cleaned_data["reasons"]
    if verdict == Review.Verdict.APPROVED:
        review.approve(pk, version=version, by=by)
    elif verdict == Review.Verdict.CHANGES:
        review.request_changes(
            pk, version=version, by=by, note=form.full_note(), reasons=reasons, selection=form.selection()
        )
    elif verdict == Review.Verdict.REJECTED:
        review.reject(pk, version=version, by=by, note=form.full_note(), reasons=reasons)
    else:
        raise Refused("request.not_found")
    tell(request, pk)
    return redirect("desk")


@require_POST
@editor_only
def recall(request: HttpRequest, pk: int) -> HttpResponse:
    """Take an approval back."""
    form = VersionForm(request.POST)
    if not form.is_valid():
        raise Refused("request.invalid", reason="version")
    review.recall(pk, version=form.cleaned_data["version"], by=signed_in(request))
    return redirect("revision", pk=pk)


@require_POST
@editor_only
def overrule(request: HttpRequest, pk: int) -> HttpResponse:
    """Let a blocking finding pass, with the reason that was written."""
    finding, reason = request.POST.get("finding", ""), request.POST.get("reason", "")
    findings.overrule(pk, finding=finding, reason=reason, by=signed_in(request))
    return redirect("revision", pk=pk)


@require_POST
@editor_only
def correct(request: HttpRequest, pk: int) -> HttpResponse:
    """Put released text on the desk again, to be corrected."""
    made = release.begin_correction(pk, why=request.POST.get("why", ""), by=signed_in(request))
    return redirect("revision", pk=made.pk)


@require_POST
@editor_only
def adopt(request: HttpRequest, draft: int) -> HttpResponse:
    """Put a written draft on the desk that nobody had put there: another candidate."""
    waiting = Draft.objects.filter(state=Draft.State.WRITTEN).select_related("brief__performance", "brief__choice")
    found = get_object_or_404(waiting, pk=draft)
    require(signed_in(request), EDIT, found.brief.performance.story_id)
    if found.brief.choice.to_scene_id is not None:
        raise Refused("choice.taken")
    return redirect("revision", pk=review.open_review(found).pk)


@require_POST
@editor_only
def write(request: HttpRequest, step: int, choice: int) -> HttpResponse:
    """Write it myself: an empty revision for a choice that is still open."""
    made = review.write_by_hand(
        get_object_or_404(PathStep.objects.select_related("scene", "performance"), pk=step),
        get_object_or_404(Choice, pk=choice),
        by=signed_in(request),
    )
    return redirect("revision", pk=made.pk)


@require_POST
@editor_only
def rewrite(request: HttpRequest, pk: int) -> HttpResponse:
    """Write it myself, from the page of a text that will not do."""
    found = find_revision(request, pk)
    return redirect("revision", pk=review.write_by_hand(found.step, found.choice, by=signed_in(request)).pk)
