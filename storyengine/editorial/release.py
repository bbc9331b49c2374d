"""The moment an approved revision joins the plot, and what becomes of the rest. Before it no word is in reach of the
audience; after it no word of the revision changes: a correction is another release, which says so."""

from django.contrib.auth.models import User
from django.db import transaction

from storyengine.editorial.models import Release, Review, Revision
from storyengine.editorial.review import note
from storyengine.editorial.rules import CORRECT, require
from storyengine.editorial.states import claim_row
from storyengine.errors import Refused
from storyengine.plot.branch import Branch, branch_from_json, branch_to_json, one_line
from storyengine.plot.graft import graft, replace_text
from storyengine.plot.models import PathStep
from storyengine.plot.path import freeze
from storyengine.sentences import say, stored

MAX_CORRECTION = 300
WENT_ON = stored(say("audit.went_on"))


@transaction.atomic
def release(revision_id: int) -> Release:
    """Graft the approved text and record who answered for it: all of it or nothing.

    Raises Refused("revision.state") if it is not approved, Refused("choice.taken") if a branch follows the
    choice already.
    """
    revision = claim_row(revision_id, "released")
    scene = graft(branch_from_json(revision.branch), revision.choice)
    made = Release.objects.create(
        revision=revision, choice=revision.choice, scene=scene, approved_by_id=_answers(revision).by_id
    )
    _close(revision, why="")
    return made


@transaction.atomic
def begin_correction(release_id: int, *, why: str, by: User) -> Revision:
    """Put released text on the desk again; its approval will be a release that supersedes this one.

    Raises Refused: request.forbidden, review.note_missing without a reason, release.superseded for text that
    is no longer what the audience reads.
    """
    earlier = Release.objects.select_for_update(of=("self",)).filter(pk=release_id).first()
    if earlier is None:
        raise Refused("request.not_found")
    require(by, CORRECT, earlier.revision.performance.story_id)
    words = one_line(why)[:MAX_CORRECTION]
    if not words:
        raise Refused("review.note_missing")
    if hasattr(earlier, "superseded_by"):
        raise Refused("release.superseded")
    before = earlier.revision
    revision = Revision.objects.create(
        performance=before.performance,
        step=before.step,
        choice=before.choice,
        branch=branch_to_json(Branch((freeze(earlier.scene),))),
        corrects=earlier,
        correction=words,
        saved_by=by,
    )
    note(revision, "correction_begun", by, why=words, text=revision.branch)
    return revision


@transaction.atomic
def release_correction(revision_id: int) -> Release:
    """Give the scene the corrected words. The choices stay: people have voted on them.

    Raises Refused: revision.state if it is not approved, release.superseded if another correction was first.
    """
    revision = claim_row(revision_id, "released")
    assert revision.corrects_id is not None, "a correction names what it corrects"
    earlier = Release.objects.select_for_update(of=("self",)).get(pk=revision.corrects_id)
    if hasattr(earlier, "superseded_by"):
        raise Refused("release.superseded")
    replace_text(earlier.scene, branch_from_json(revision.branch).scenes[0], note=revision.correction)
    made = Release.objects.create(
        revision=revision,
        choice=revision.choice,
        scene=earlier.scene,
        approved_by_id=_answers(revision).by_id,
        supersedes=earlier,
        note=revision.correction,
    )
    _close(revision, why=revision.correction)
    return made


def withdraw(revisions: "list[Revision]", *, why: str) -> int:
    """Take revisions off the desk because the story went elsewhere."""
    for revision in revisions:
        before, revision.state = revision.state, Revision.State.WITHDRAWN
        revision.claimed_by = revision.claimed_until = None
        revision.save(update_fields=["state", "claimed_by", "claimed_until"])
        note(revision, "withdrawn", None, before=before, why=why, text=revision.branch)
    return len(revisions)


@transaction.atomic
def withdraw_unreleased(step: PathStep, *, choice_id: int | None = None, why: str = WENT_ON) -> int:
    """Clear the desk of what the story no longer needs: a step's revisions, or those of one choice."""
    left = Revision.objects.unfinished().filter(step=step, corrects=None)
    if choice_id is not None:
        left = left.filter(choice_id=choice_id)
    return withdraw(list(left.select_for_update(of=("self",)).select_related("performance", "choice")), why=why)


@transaction.atomic
def withdraw_written(step: PathStep, *, choices: int, why: str) -> int:
    """Clear a step's desk of drafted texts that were to lead on to this many choices; what a hand began stays."""
    left = Revision.objects.unfinished().filter(step=step, corrects=None, draft__brief__context__choices=choices)
    return withdraw(list(left.select_for_update(of=("self",)).select_related("performance", "choice")), why=why)


@transaction.atomic
def withdraw_losers(step: PathStep, *, standing: list[int]) -> int:
    """Clear the desk of unread branches of choices that lost; what is approved stays, should the winner fail."""
    waiting = Revision.objects.filter(step=step, corrects=None).exclude(choice__in=standing)
    waiting = waiting.filter(state__in=[Revision.State.DRAFTED, Revision.State.IN_REVIEW])
    locked = waiting.select_for_update(of=("self",)).select_related("performance", "choice")
    return withdraw(list(locked), why=stored(say("audit.elsewhere")))


def _answers(revision: Revision) -> Review:
    return revision.reviews.filter(verdict=Review.Verdict.APPROVED, version=revision.version).latest("id")


def _close(revision: Revision, *, why: str) -> None:
    before, revision.state = revision.state, Revision.State.RELEASED
    revision.save(update_fields=["state"])
    note(revision, "released", None, before=before, why=why, text=revision.branch)
