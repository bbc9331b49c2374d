"""Who is at which text: claimed, let go, handed over. A claim locks nothing; it runs out when its holder is silent."""

from datetime import timedelta

from django.contrib.auth.models import User
from django.db import transaction
from django.db.models.functions import Now
from django.utils import timezone

from storyengine.editorial.models import Revision
from storyengine.editorial.record import record
from storyengine.editorial.rules import EDIT, TAKE_OVER, may, require
from storyengine.editorial.states import claim_row
from storyengine.errors import Refused

HOLD = timedelta(seconds=120)


def holder(revision: Revision) -> User | None:
    """Who holds it now; nobody once the claim has run out."""
    until = revision.claimed_until
    return revision.claimed_by if until is not None and until > timezone.now() else None


def claim(revision_id: int, *, by: User) -> Revision:
    """Take it, or hold it for longer. Raises Refused("revision.held") where somebody else has it.

    A lead editor takes it from them.
    """
    with transaction.atomic():
        revision = claim_row(revision_id, "claimed")
        require(by, EDIT, revision.performance.story_id)
        other = holder(revision)
        if other and other != by and not may(by, TAKE_OVER, revision.performance.story_id):
            raise Refused("revision.held", reason=other.get_username())
        hold(revision, by)
        if other != by:
            _note(revision, "taken_over" if other else "claimed", by, other)
    return revision


def let_go(revision_id: int, *, by: User) -> Revision:
    """Give it back to the desk; nothing happens where somebody else holds it by now."""
    with transaction.atomic():
        revision = claim_row(revision_id, "claimed")
        require(by, EDIT, revision.performance.story_id)
        if holder(revision) == by:
            revision.claimed_by = revision.claimed_until = None
            revision.save(update_fields=["claimed_by", "claimed_until"])
            _note(revision, "let_go", by, None)
    return revision


def hand_over(revision_id: int, *, to: str, by: User) -> Revision:
    """Pass it to a colleague by name. Raises Refused: revision.not_held, person.unknown for no editor of the story."""
    with transaction.atomic():
        revision = claim_row(revision_id, "claimed")
        require(by, EDIT, revision.performance.story_id)
        if holder(revision) != by:
            raise Refused("revision.not_held")
        colleague = User.objects.filter(username=to).first()
        if colleague is None or not may(colleague, EDIT, revision.performance.story_id):
            raise Refused("person.unknown", reason=to[:150])
        hold(revision, colleague)
        _note(revision, "handed_over", by, colleague)
    return revision


def hold(revision: Revision, by: User) -> None:
    """Mark the row, which the caller has locked, as this person's for a while."""
    revision.claimed_by, revision.claimed_until = by, Now() + HOLD
    revision.save(update_fields=["claimed_by", "claimed_until"])
    revision.refresh_from_db(fields=["claimed_until"])


def _note(revision: Revision, action: str, by: User, other: User | None) -> None:
    record(
        action,
        by=by,
        story=revision.performance.story_id,
        performance=revision.performance_id,
        revision=revision.pk,
        choice=revision.choice.label,
        to_state=revision.state,
        version=revision.version,
        detail={"other": other.get_username()} if other else {},
    )
