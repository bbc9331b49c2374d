"""What is typed and not saved yet, kept beside the revision so that nothing is lost with a page."""

from typing import Any

from django.contrib.auth.models import User
from django.db import transaction
from django.utils import timezone

from storyengine.editorial.claims import hold, holder
from storyengine.editorial.models import Revision, Scratch
from storyengine.editorial.rules import EDIT, require
from storyengine.editorial.states import claim_row


def keep(revision_id: int, *, version: int, fields: dict[str, Any], by: User) -> Scratch:
    """Keep the page's fields as they stand, and hold the revision where nobody else does.

    Raises Refused: request.not_found, request.forbidden, revision.state for a text that is no longer edited.
    """
    with transaction.atomic():
        revision = claim_row(revision_id, "saved")
        require(by, EDIT, revision.performance.story_id)
        if holder(revision) in (None, by):
            hold(revision, by)
        values = {"version": version, "fields": _storable(fields), "kept_at": timezone.now()}
        kept, _made = Scratch.objects.update_or_create(revision=revision, by=by, defaults=values)
    return kept


def discard(revision_id: int, *, by: User) -> None:
    Scratch.objects.filter(revision=revision_id, by=by).delete()


def kept_by(revision: Revision, user: User) -> Scratch | None:
    """What this editor had typed, if it says anything else than the revision does."""
    kept = Scratch.objects.filter(revision=revision, by=user).first()
    return kept if kept and _said(kept.fields) != _said(revision.branch["scenes"][0]) else None


def _said(fields: dict[str, Any]) -> Any:
    beats = [
        (beat["kind"], beat.get("character") or "", beat["text"]) for beat in fields["beats"] if beat["text"].strip()
    ]
    choices = [label for label in fields["choices"] if label.strip()]
    return fields["heading"], beats, choices, fields["summary"]


def _storable(value: Any) -> Any:
    """Without NUL, which PostgreSQL has no place for."""
    if isinstance(value, dict):
        return {key: _storable(item) for key, item in value.items()}
    if isinstance(value, list):
        return [_storable(item) for item in value]
    return value.replace("\x00", "") if isinstance(value, str) else value
