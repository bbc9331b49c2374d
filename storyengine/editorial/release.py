"""The moment an approved revision joins the plot. Before it no word is in reach of the audience."""

from django.db import transaction

from storyengine.editorial.models import Release, Review, Revision
from storyengine.errors import Refused
from storyengine.plot.branch import branch_from_json
from storyengine.plot.graft import graft
from storyengine.plot.models import PathStep


@transaction.atomic
def release(revision_id: int) -> Release:
    """Graft the approved text and record who answered for it: all of it or nothing.

    Raises Refused("revision.state") if it is not approved, Refused("choice.taken") if a branch follows the
    choice already.
    """
    revision = Revision.objects.claim(revision_id)
    if revision.state != Revision.State.APPROVED:
        raise Refused("revision.state", reason=revision.get_state_display())
    verdict = revision.reviews.filter(verdict=Review.Verdict.APPROVED, version=revision.version).latest("id")
    scene = graft(branch_from_json(revision.branch), revision.choice)
    revision.state = Revision.State.RELEASED
    revision.save(update_fields=["state"])
    return Release.objects.create(revision=revision, choice=revision.choice, scene=scene, approved_by_id=verdict.by_id)


def withdraw_unreleased(step: PathStep, *, choice_id: int | None = None) -> int:
    """Clear the desk of what the story no longer needs: a step's revisions, or those of one choice."""
    left = Revision.objects.filter(
        step=step,
        state__in=[Revision.State.IN_REVIEW, Revision.State.CHANGES_REQUESTED, Revision.State.APPROVED],
    )
    if choice_id is not None:
        left = left.filter(choice_id=choice_id)
    return left.update(state=Revision.State.WITHDRAWN)
