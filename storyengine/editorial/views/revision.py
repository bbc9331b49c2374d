"""The page of one revision: read it, edit it, judge it; nothing that is typed there is ever lost."""

import json
from typing import Any

from django.contrib.auth.models import User
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from storyengine.edge import signed_in
from storyengine.editorial import review, scratch
from storyengine.editorial.checks.ground import Ground
from storyengine.editorial.checks.ratings import rate
from storyengine.editorial.difference import Merged, difference, merge
from storyengine.editorial.findings import ground_of, look
from storyengine.editorial.forms import PRESETS, RULE_NAMES, NoteForm, VersionForm, branch_from_post, fields_of
from storyengine.editorial.models import AuditEntry, Release, Revision
from storyengine.editorial.queue import row_of
from storyengine.editorial.ranking import ranked
from storyengine.editorial.reasons import REASONS
from storyengine.editorial.rules import CORRECT, OVERRULE, may, profile_of, rules_of
from storyengine.editorial.sheet import candidates, drawer, last_version, origin, spoken_time
from storyengine.editorial.states import EDITABLE
from storyengine.editorial.views.doors import editor_only, find_revision
from storyengine.editorial.views.outcome import tell
from storyengine.editorial.views.queue import hold_context
from storyengine.errors import Refused
from storyengine.plot.branch import BEAT_KINDS, Branch, branch_from_json, branch_to_json


@editor_only
def revision(request: HttpRequest, pk: int) -> HttpResponse:
    """One revision: read it, edit it; saving is refused if somebody else saved first, and loses nothing."""
    found = find_revision(request, pk)
    if request.method != "POST":
        return _page(request, found)
    try:
        return _save_and_judge(request, pk)
    except Refused as refused:
        found = find_revision(request, pk)
        return _page(request, found, refused=refused, merged=_merged(request, found, refused))


def _save_and_judge(request: HttpRequest, pk: int) -> HttpResponse:
    """What the page's buttons do: keep the text, then give the verdict that was pressed, if one was."""
    by, form = signed_in(request), NoteForm(request.POST)
    if not form.is_valid():
        raise Refused("request.invalid", reason=", ".join(form.errors))
    if "rejected" in request.POST:
        version = form.cleaned_data["version"]
        review.reject(pk, version=version, by=by, note=form.full_note(), reasons=form.cleaned_data["reasons"])
        scratch.discard(pk, by=by)
        tell(request, pk)
        return redirect("desk")
    saved = review.save_revision(pk, branch_from_post(request.POST), version=form.cleaned_data["version"], by=by)
    if "changes" in request.POST:
        review.request_changes(
            pk, version=saved.version, by=by, note=form.full_note(), reasons=form.cleaned_data["reasons"],
            selection=form.selection(),
        )  # fmt: skip
    elif "approve" in request.POST and saved.state != Revision.State.APPROVED:
        review.approve(pk, version=saved.version, by=by)
    elif "approve" not in request.POST:
        return redirect("revision", pk=pk)
    tell(request, pk)
    return redirect("desk")


@require_POST
@editor_only
def keep(request: HttpRequest, pk: int) -> HttpResponse:
    """Keep what is typed, and answer with what the checks say of it: every second or so while somebody writes."""
    found, form = find_revision(request, pk), VersionForm(request.POST)
    if not form.is_valid():
        raise Refused("request.invalid", reason="version")
    kept = scratch.keep(pk, version=form.cleaned_data["version"], fields=fields_of(request.POST), by=signed_in(request))
    found.refresh_from_db(fields=["version", "claimed_by", "claimed_until"])
    context = {"kept": kept, "stale": found.version != kept.version} | _checks(
        found, signed_in(request), _typed_branch(request)
    )
    return render(request, "editorial/_checks.html", context | hold_context(found, signed_in(request)))


@require_POST
@editor_only
def discard(request: HttpRequest, pk: int) -> HttpResponse:
    """Throw away what was typed and not saved."""
    scratch.discard(find_revision(request, pk).pk, by=signed_in(request))
    return redirect("revision", pk=pk)


@require_POST
@editor_only
def differences(request: HttpRequest, pk: int, against: str) -> HttpResponse:
    """The text on the page against the draft, or against the version before."""
    found = find_revision(request, pk)
    old = {"draft": origin, "last": last_version}.get(against, lambda _revision: None)(found)
    new = _typed_branch(request) or branch_from_json(found.branch)
    lines = difference(old, new) if old else None
    return render(request, "editorial/_difference.html", {"lines": lines, "revision": found, "against": against})


def _page(
    request: HttpRequest, found: Revision, *, refused: Refused | None = None, merged: Merged | None = None
) -> HttpResponse:
    user, branch = signed_in(request), branch_from_json(found.branch)
    editable = found.state in EDITABLE
    kept = scratch.kept_by(found, user) if editable and request.method != "POST" else None
    typed = fields_of(request.POST) if refused and "heading" in request.POST else None
    scene = (
        branch_to_json(merged.branch)["scenes"][0]
        if merged
        else _without_gaps(typed or (kept.fields if kept else None))
    )
    ground = ground_of(found)
    context = {
        "revision": found,
        "scene": scene or found.branch["scenes"][0],
        "rest": json.dumps(found.branch["scenes"][1:]),
        "kept": kept,
        "merged": merged,
        "theirs": difference(branch, merged.branch) if merged else None,
        "poll": getattr(found.step, "poll", None),
        "row": row_of(found),
        "kinds": [(kind, _(kind)) for kind in BEAT_KINDS],
        "characters": ground.characters,
        "presets": PRESETS,
        "reasons": REASONS,
        "refused": refused,
        "editable": editable,
        "approvals": review.approvals(found),
        "rules": rules_of(found.performance_id),
        "candidates": candidates(found),
        "ranked": ranked(found),
        "release": _correctable(found, user),
    }
    context |= _checks(found, user, branch, ground) | hold_context(found, user) | drawer(found, ground)
    return render(request, "editorial/revision.html", context, status=refused.status if refused else 200)


def _checks(found: Revision, user: User, branch: Branch | None, ground: Ground | None = None) -> dict[str, Any]:
    """What the checks say, with the rating in each territory where the production is shown."""
    looked = look(found, branch, ground or ground_of(found))
    profile = profile_of(found.performance.story_id)
    text = branch or branch_from_json(found.branch)
    return {
        "revision": found,
        "looked": looked,
        "blocks": any(one.blocks for one in looked),
        "may_overrule": may(user, OVERRULE, found.performance.story_id),
        "ratings": rate([one.finding for one in looked], profile.territories or ["bbfc"]),
        "unjudged": [
            (RULE_NAMES[row.check_name], *row.error.partition(" ")[::2])
            for row in found.judgements.filter(version=found.version).exclude(error="")
        ],
        "words": text.words,
        "seconds": spoken_time(text),
    }


def _correctable(found: Revision, user: User) -> Release | None:
    """The release that this text is, where this person may correct it and nobody has."""
    may_correct = may(user, CORRECT, found.performance.story_id)
    return Release.objects.filter(revision=found, superseded_by=None).first() if may_correct else None


def _without_gaps(fields: dict[str, Any] | None) -> dict[str, Any] | None:
    """The page draws its own empty line for one more choice."""
    return fields and fields | {"choices": [label for label in fields["choices"] if label.strip()]}


def _typed_branch(request: HttpRequest) -> Branch | None:
    """What is on the page as a branch; None while it is not one."""
    try:
        return branch_from_post(request.POST)
    except Refused:
        return None


def _merged(request: HttpRequest, found: Revision, refused: Refused) -> Merged | None:
    """For the one who saved second: both texts in one where that can be done, from the version both began with."""
    mine, form = _typed_branch(request), VersionForm(request.POST)
    if refused.code != "revision.stale" or mine is None or not form.is_valid():
        return None
    base = AuditEntry.objects.text_of(found.pk, form.cleaned_data["version"])
    return merge(branch_from_json(base), branch_from_json(found.branch), mine) if base else None
