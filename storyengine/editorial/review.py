"""What an editor does with a revision. Each verb claims the row, checks its state, writes, and tells."""

from django.contrib.auth.models import User
from django.db import transaction
from django.db.models.functions import Now
from django.dispatch import Signal

from storyengine.editorial import signals
from storyengine.editorial.models import Review, Revision
from storyengine.errors import Refused
from storyengine.generation.draft import branch_of
from storyengine.generation.models import Draft
from storyengine.plot.branch import Branch, BranchBeat, BranchScene, branch_from_json, branch_to_json, one_line
from storyengine.plot.models import Choice, PathStep, Performance
from storyengine.plot.path import current_step

PERMISSION = "editorial.change_revision"
MAX_NOTE = 500
# What may still be edited or judged; an approved text that is edited needs approval again.
EDITABLE = {Revision.State.IN_REVIEW, Revision.State.APPROVED}


def open_review(draft: Draft) -> Revision:
    """Put a written draft on the desk; the same draft again is the same revision."""
    brief = draft.brief
    revision, _ = Revision.objects.get_or_create(
        draft=draft,
        defaults={
            "performance_id": brief.performance_id,
            "step_id": brief.step_id,
            "choice_id": brief.choice_id,
            "branch": branch_to_json(branch_of(draft)),
        },
    )
    return revision


def write_by_hand(step: PathStep, choice: Choice, *, by: User) -> Revision:
    """A revision without a draft: the editor's own page, with a heading to start from."""
    may_edit(by)
    if choice.scene_id != step.scene_id:
        raise Refused("choice.unknown")
    if step.performance.state != Performance.State.LIVE or current_step(step.performance) != step:
        raise Refused("revision.state", reason=str(step))
    if choice.to_scene_id is not None:
        raise Refused("choice.taken")
    scene = BranchScene(step.scene.heading, (BranchBeat("action", "…"),), (), "")
    return Revision.objects.create(
        performance=step.performance,
        step=step,
        choice=choice,
        branch=branch_to_json(Branch((scene,))),
        saved_by=by,
    )


def save_revision(revision_id: int, branch: Branch, *, version: int, by: User) -> Revision:
    """Store the edited text.

    `version` is the one that the editor began from: if somebody saved since, raises
    Refused("revision.stale") and writes nothing. Saving an approved text puts it back into review.
    """
    may_edit(by)
    with transaction.atomic():
        revision = _claim(revision_id, version, EDITABLE)
        text = branch_to_json(branch_from_json(branch_to_json(branch)))
        if text != revision.branch:
            revision.branch = text
            revision.version += 1
            revision.state = Revision.State.IN_REVIEW
            revision.saved_by, revision.saved_at = by, Now()
            revision.save()
            revision.refresh_from_db()
    return revision


def approve(revision_id: int, *, version: int, by: User) -> Revision:
    """Clear exactly the text of this version for release."""
    with transaction.atomic():
        revision = _judge(revision_id, version, Review.Verdict.APPROVED, Revision.State.APPROVED, by, "")
        _tell(signals.revision_approved, revision)
    return revision


def request_changes(revision_id: int, *, version: int, by: User, note: str) -> Revision:
    """Send the text back to the writer with a note, which leads to another draft."""
    note = one_line(note)[:MAX_NOTE]
    if not note:
        raise Refused("review.note_missing")
    with transaction.atomic():
        revision = _judge(revision_id, version, Review.Verdict.CHANGES, Revision.State.CHANGES_REQUESTED, by, note)
        _tell(signals.changes_requested, revision)
    return revision


def reject(revision_id: int, *, version: int, by: User, note: str = "") -> Revision:
    """Throw the text away; the writer starts afresh while the branch is still needed."""
    note = one_line(note)[:MAX_NOTE]
    with transaction.atomic():
        revision = _judge(revision_id, version, Review.Verdict.REJECTED, Revision.State.REJECTED, by, note)
        _tell(signals.revision_rejected, revision)
    return revision


def may_edit(user: User) -> None:
    """Raises Refused("request.forbidden") for anybody who is not an editor."""
    if not user.is_active or not user.has_perm(PERMISSION):
        raise Refused("request.forbidden")


def _judge(
    revision_id: int, version: int, verdict: Review.Verdict, state: Revision.State, by: User, note: str
) -> Revision:
    may_edit(by)
    revision = _claim(revision_id, version, {Revision.State.IN_REVIEW})
    Review.objects.create(
        revision=revision, verdict=verdict, by=by, note=note, branch=revision.branch, version=revision.version
    )
    revision.state = state
    revision.save(update_fields=["state"])
    return revision


def _claim(revision_id: int, version: int, states: set[Revision.State]) -> Revision:
    try:
        revision = Revision.objects.claim(revision_id)
    except Revision.DoesNotExist as error:
        raise Refused("request.not_found") from error
    if revision.state not in states:
        raise Refused("revision.state", reason=revision.get_state_display())
    if revision.version != version:
        raise Refused("revision.stale")
    return revision


def _tell(signal: Signal, revision: Revision) -> None:
    arguments = {"revision_id": revision.pk, "performance_id": revision.performance_id}
    transaction.on_commit(lambda: signal.send(Revision, **arguments))
