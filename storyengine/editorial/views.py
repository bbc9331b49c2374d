"""The editors' desk: what waits, and the page of one revision."""

import json
from collections.abc import Sequence
from typing import Any

from django.contrib.auth.decorators import login_required, permission_required
from django.db.models import Count, F, Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from audience.models import Ballot, Poll
from storyengine.edge import signed_in
from storyengine.editorial import review
from storyengine.editorial.forms import REASONS, NoteForm, VersionForm, branch_from_post
from storyengine.editorial.models import Review, Revision
from storyengine.errors import Refused
from storyengine.generation.brief import context_of
from storyengine.generation.models import Draft
from storyengine.plot.branch import BEAT_KINDS, SPOKEN, BranchBeat, branch_from_json
from storyengine.plot.models import Choice, PathStep
from storyengine.plot.path import freeze

# A ballot counts for what it names, a ranking for what leads it.
RANKED = Q(step__poll__kind="ranked")
VOTED_FOR = (RANKED & Q(step__poll__ballots__choices__0=F("choice"))) | (
    ~RANKED & Q(step__poll__ballots__choices__contains=[F("choice")])
)

editor_only = permission_required(review.PERMISSION, raise_exception=True)


@require_safe
@login_required
@editor_only
def queue(request: HttpRequest) -> HttpResponse:
    """What waits for an editor, the most urgent first; the list alone where htmx asks for it."""
    waiting = (
        Revision.objects.filter(state__in=[Revision.State.IN_REVIEW, Revision.State.APPROVED])
        .filter(performance__state="live")
        .select_related("performance__story", "choice", "step__poll", "draft", "saved_by")
        .annotate(
            votes=Count("step__poll__ballots", filter=VOTED_FOR),
            closes_at=F("step__poll__closes_at"),
        )
        .order_by("-state", F("closes_at").asc(nulls_last=True), "-votes", "id")
    )
    writing = (
        Draft.objects.unfinished()
        .select_related("brief__choice", "brief__performance__story")
        .filter(brief__performance__state="live")
    )
    context = {"revisions": waiting, "writing": writing}
    return render(request, "editorial/_queue.html" if request.htmx else "editorial/queue.html", context)  # type: ignore[attr-defined]


@login_required
@editor_only
def revision(request: HttpRequest, pk: int) -> HttpResponse:
    """One revision: read it, edit it; saving is refused if somebody else saved first, and loses nothing."""
    found = get_object_or_404(
        Revision.objects.select_related(
            "performance__story", "choice", "step__scene", "step__poll", "draft__brief", "saved_by"
        ),
        pk=pk,
    )
    if request.method != "POST":
        return _page(request, found)
    form = VersionForm(request.POST)
    try:
        if not form.is_valid():
            raise Refused("request.invalid")
        saved = review.save_revision(
            pk, branch_from_post(request.POST), version=form.cleaned_data["version"], by=signed_in(request)
        )
    except Refused as refused:
        return _page(request, found, refused=refused, typed=_typed(request))
    if "approve" in request.POST and saved.state != Revision.State.APPROVED:
        review.approve(pk, version=saved.version, by=signed_in(request))
        return redirect("desk")
    return redirect("revision", pk=pk)


@require_POST
@login_required
@editor_only
def judge(request: HttpRequest, pk: int, verdict: str) -> HttpResponse:
    """Approve, ask for changes, or reject the text of the version that the editor saw."""
    form = NoteForm(request.POST)
    if not form.is_valid():
        raise Refused("request.invalid")
    version = form.cleaned_data["version"]
    if verdict == Review.Verdict.APPROVED:
        review.approve(pk, version=version, by=signed_in(request))
    elif verdict == Review.Verdict.CHANGES:
        review.request_changes(pk, version=version, by=signed_in(request), note=form.full_note())
    elif verdict == Review.Verdict.REJECTED:
        review.reject(pk, version=version, by=signed_in(request), note=form.full_note())
    else:
        raise Refused("request.not_found")
    return redirect("desk")


@require_POST
@login_required
@editor_only
def write(request: HttpRequest, step: int, choice: int) -> HttpResponse:
    """Write it myself: an empty revision for a choice that is still open."""
    made = review.write_by_hand(
        get_object_or_404(PathStep.objects.select_related("scene", "performance"), pk=step),
        get_object_or_404(Choice, pk=choice),
        by=signed_in(request),
    )
    return redirect("revision", pk=made.pk)


def _page(
    request: HttpRequest, found: Revision, *, refused: Refused | None = None, typed: dict[str, Any] | None = None
) -> HttpResponse:
    branch = branch_from_json(found.branch)
    previous = freeze(found.step.scene)
    context = {
        "revision": found,
        "scene": typed or found.branch["scenes"][0],
        "rest": json.dumps(found.branch["scenes"][1:]),
        "words": branch.words,
        "previous": previous,
        "previous_beats": list(zip(previous.beats, _cued(previous.beats), strict=True)),
        "brief": context_of(found.draft.brief) if found.draft else None,
        "poll": Poll.objects.filter(step=found.step).first(),
        "votes": Ballot.objects.filter(poll__step=found.step).for_choice(found.choice_id).count(),
        "kinds": [(kind, _(kind)) for kind in BEAT_KINDS],
        "reasons": REASONS,
        "reviews": found.reviews.select_related("by"),
        "refused": refused,
        "editable": found.state in review.EDITABLE,
    }
    status = refused.status if refused else 200
    return render(request, "editorial/revision.html", context, status=status)


def _cued(beats: Sequence[BranchBeat]) -> list[bool]:
    """Whether each beat prints its character's name: speech does, but not after its own parenthetical."""
    before = [None, *beats[:-1]]
    return [
        beat.kind in SPOKEN and not (last and last.kind == "parenthetical" and last.character == beat.character)
        for last, beat in zip(before, beats, strict=True)
    ]


def _typed(request: HttpRequest) -> dict[str, Any]:
    """What the editor had on the page when saving was refused, to be shown again."""
    post = request.POST
    rows = zip(post.getlist("kind"), post.getlist("character"), post.getlist("text"), strict=False)
    return {
        "heading": post.get("heading", ""),
        "beats": [{"kind": kind, "character": character, "text": text} for kind, character, text in rows],
        "choices": post.getlist("choice"),
        "summary": post.get("summary", ""),
    }
