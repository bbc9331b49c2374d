"""What an editor does with a revision. Each verb claims the row, checks who and what, writes, records, tells."""

from typing import Any

from django.contrib.auth.models import User
from django.db import transaction
from django.db.models.functions import Now
from django.dispatch import Signal

from storyengine.editorial import signals
from storyengine.editorial.claims import hold
from storyengine.editorial.findings import blocking, passes
from storyengine.editorial.models import Review, Revision, Scratch
from storyengine.editorial.reasons import clean_reasons
from storyengine.editorial.record import record
from storyengine.editorial.rules import EDIT, DeskRules, require, rules_of
from storyengine.editorial.splice import splice
from storyengine.editorial.states import EDITABLE as EDITABLE
from storyengine.editorial.states import claim_row
from storyengine.errors import Refused
from storyengine.generation.draft import branch_of, branch_of_candidate
from storyengine.generation.models import Candidate, Draft
from storyengine.plot.branch import Branch, BranchBeat, BranchScene, branch_from_json, branch_to_json, one_line
from storyengine.plot.models import Choice, PathStep, Performance
from storyengine.plot.path import current_step

PERMISSION = EDIT
MAX_NOTE = 500
State = Revision.State


def open_review(draft: Draft) -> Revision:
    """Put a written draft on the desk; the same draft again is the same revision.

    Where an editor had asked for another version of some beats, the draft's words take the place of exactly
    those, and every other word stays as that editor left it.
    """
    brief = draft.brief
    with transaction.atomic():
        revision, made = Revision.objects.get_or_create(
            draft=draft,
            defaults={
                "performance_id": brief.performance_id,
                "step_id": brief.step_id,
                "choice_id": brief.choice_id,
                "branch": branch_to_json(_with_kept_text(draft)),
            },
        )
        if made:
            note(revision, "opened", None, text=revision.branch)
            _tell(signals.revision_opened, revision)
    return revision


def asked_in(draft: Draft) -> Review | None:
    """The verdict that asked for this draft, if one did."""
    source = draft.brief.source
    if not source.startswith("review-"):
        return None
    return Review.objects.filter(pk=int(source.removeprefix("review-"))).first()


def write_by_hand(step: PathStep, choice: Choice, *, by: User) -> Revision:
    """A page without a draft, with a heading to start from; it is in review once it is saved."""
    require(by, EDIT, step.performance.story_id)
    if choice.scene_id != step.scene_id:
        raise Refused("choice.unknown")
    if step.performance.state != Performance.State.LIVE or current_step(step.performance) != step:
        raise Refused("revision.state", reason=str(step))
    if choice.to_scene_id is not None:
        raise Refused("choice.taken")
    scene = BranchScene(step.scene.heading, (BranchBeat("action", "…"),), (), "")
    with transaction.atomic():
        revision = Revision.objects.create(
            performance=step.performance,
            step=step,
            choice=choice,
            state=State.DRAFTED,
            branch=branch_to_json(Branch((scene,))),
            saved_by=by,
        )
        hold(revision, by)
        note(revision, "begun", by, text=revision.branch)
    return revision


def save_revision(revision_id: int, branch: Branch, *, version: int, by: User) -> Revision:
    """Store the edited text.

    `version` is the one that the editor began from: if somebody saved since, raises
    Refused("revision.stale") and writes nothing. Saving an approved text puts it back into review.
    """
    with transaction.atomic():
        revision = _take(revision_id, "saved", version, by)
        text = branch_to_json(branch_from_json(branch_to_json(branch)))
        if text != revision.branch:
            before = revision.state
            revision.branch = text
            revision.version += 1
            revision.state = State.IN_REVIEW
            revision.saved_by, revision.saved_at = by, Now()
            revision.save()
            hold(revision, by)
            note(revision, "saved", by, before=before, text=text)
            _tell(signals.revision_opened, revision)
            revision.refresh_from_db()
        Scratch.objects.filter(revision=revision, by=by).delete()
    return revision


def take_candidate(revision_id: int, candidate_id: int, *, version: int, by: User) -> Revision:
    """Put another candidate of the revision's draft in the place of its text: a save like any other.

    Raises Refused("request.not_found") for a candidate of another draft, Refused("writer.answer_invalid") for
    one that cannot be read.
    """
    candidate = (
        Candidate.objects.select_related("draft__brief").filter(pk=candidate_id, draft__revision=revision_id).first()
    )
    if candidate is None:
        raise Refused("request.not_found")
    return save_revision(revision_id, branch_of_candidate(candidate), version=version, by=by)


def approve(revision_id: int, *, version: int, by: User) -> Revision:
    """Clear exactly the text of this version for release.

    Where the performance asks for four eyes the first approval is kept and the text stays in review until
    another person approves the same version. Raises Refused: check.blocks while a blocking finding is not
    overruled, review.second_person for a second approval by the first one.
    """
    with transaction.atomic():
        revision = _take(revision_id, "approved", version, by)
        found = blocking(revision)
        if found:
            raise Refused("check.blocks", reason=f"{found[0].rule}: {found[0].quote}"[:160])
        first = approvals(revision)
        second_needed = rules_of(revision.performance_id).four_eyes and not first
        if by.pk in {verdict.by_id for verdict in first}:
            raise Refused("review.second_person")
        state = State.IN_REVIEW if second_needed else State.APPROVED
        _judge(revision, Review.Verdict.APPROVED, state, by)
        if state == State.APPROVED:
            _tell(signals.revision_approved, revision)
    return revision


def approve_unread(revision_id: int, *, rules: DeskRules) -> Revision | None:
    """Approve what nobody read, in the name of the showrunner who switched that on; None unless every check passes."""
    with transaction.atomic():
        revision = claim_row(revision_id, "approved")
        if rules.unread_by is None or not passes(revision):
            return None
        _judge(revision, Review.Verdict.APPROVED, State.APPROVED, rules.unread_by, unread=True)
    return revision


def approvals(revision: Revision) -> list[Review]:
    """The approvals that this very version of the text has."""
    standing = revision.reviews.filter(verdict=Review.Verdict.APPROVED, version=revision.version)
    return list(standing.select_related("by")) if revision.state == State.IN_REVIEW else []


def recall(revision_id: int, *, version: int, by: User) -> Revision:
    """Take an approval back while nothing is released: the text, as a new version, is in review again."""
    with transaction.atomic():
        revision = _take(revision_id, "recalled", version, by)
        revision.state, revision.version = State.IN_REVIEW, revision.version + 1
        revision.save(update_fields=["state", "version"])
        note(revision, "recalled", by, before=State.APPROVED, text=revision.branch)
    return revision


def request_changes(
    revision_id: int,
    *,
    version: int,
    by: User,
    note: str,
    reasons: list[str] | None = None,
    selection: tuple[int, int] | None = None,
) -> Revision:
    """Send the text back to the writer with a note, which leads to another draft.

    `selection` is (first, last + 1) of the first scene's beats: only those are written again. Raises
    Refused("review.selection") for one that the text does not have.
    """
    words = one_line(note)[:MAX_NOTE]
    if not words:
        raise Refused("review.note_missing")
    with transaction.atomic():
        revision = _take(revision_id, "changes", version, by)
        if revision.corrects_id:
            raise Refused("revision.state", reason=revision.get_state_display())
        beats = len(revision.branch["scenes"][0]["beats"])
        if selection and not 0 <= selection[0] < selection[1] <= beats:
            raise Refused("review.selection")
        _judge(
            revision, Review.Verdict.CHANGES, State.CHANGES_REQUESTED, by, words,
            reasons=clean_reasons(reasons or []), selection=list(selection) if selection else None,
        )  # fmt: skip
        _tell(signals.changes_requested, revision)
    return revision


def reject(revision_id: int, *, version: int, by: User, note: str = "", reasons: list[str] | None = None) -> Revision:
    """Throw the text away; the writer starts afresh while the branch is still needed."""
    with transaction.atomic():
        revision = _take(revision_id, "rejected", version, by)
        words, codes = one_line(note)[:MAX_NOTE], clean_reasons(reasons or [])
        _judge(revision, Review.Verdict.REJECTED, State.REJECTED, by, words, reasons=codes)
        _tell(signals.revision_rejected, revision)
    return revision


def note(
    revision: Revision, action: str, by: User | None, *, before: str = "", why: str = "", text: Any = None, **more: Any
) -> None:
    """One line of the audit log about this revision as it now stands."""
    record(
        action,
        by=by,
        story=revision.performance.story_id,
        performance=revision.performance_id,
        revision=revision.pk,
        choice=revision.choice.label,
        from_state=before,
        to_state=revision.state,
        version=revision.version,
        why=why,
        text=text,
        **more,
    )


def _take(revision_id: int, verb: str, version: int, by: User) -> Revision:
    """The row for a verb of this person's; permission first, so that a state is told to nobody else."""
    revision = Revision.objects.filter(pk=revision_id).values_list("performance__story", flat=True).first()
    require(by, EDIT, revision)
    return claim_row(revision_id, verb, version=version)


def _judge(revision: Revision, verdict: Review.Verdict, state: State, by: User, words: str = "", **more: Any) -> Review:
    review = Review.objects.create(
        revision=revision, verdict=verdict, by=by, note=words, branch=revision.branch, version=revision.version, **more
    )
    before, revision.state = revision.state, state
    revision.claimed_by = revision.claimed_until = None
    revision.save(update_fields=["state", "claimed_by", "claimed_until"])
    detail = {key: value for key, value in more.items() if key != "reasons" and value}
    note(
        revision, "approved" if verdict == Review.Verdict.APPROVED else str(verdict.value), by, before=before,
        why=words, text=revision.branch, reasons=more.get("reasons", []), detail=detail,
    )  # fmt: skip
    return review


def _with_kept_text(draft: Draft) -> Branch:
    written, request = branch_of(draft), asked_in(draft)
    if request is None or request.selection is None:
        return written
    first, last = request.selection
    return splice(branch_from_json(request.branch), (first, last), written)


def _tell(signal: Signal, revision: Revision) -> None:
    arguments = {"revision_id": revision.pk, "performance_id": revision.performance_id}
    transaction.on_commit(lambda: signal.send(Revision, **arguments))
