"""The life of a revision, in one table: which verb leads from where to where."""

from storyengine.editorial.models import Revision
from storyengine.errors import Refused

S = Revision.State
# verb -> the states that it starts from
FROM: dict[str, frozenset[str]] = {
    "saved": frozenset({S.DRAFTED, S.IN_REVIEW, S.APPROVED}),
    "approved": frozenset({S.IN_REVIEW}),
    "changes": frozenset({S.IN_REVIEW}),
    "rejected": frozenset({S.DRAFTED, S.IN_REVIEW}),
    "recalled": frozenset({S.APPROVED}),
    "overruled": frozenset({S.IN_REVIEW, S.APPROVED}),
    "claimed": frozenset({S.DRAFTED, S.IN_REVIEW, S.APPROVED}),
    "released": frozenset({S.APPROVED}),
    "withdrawn": frozenset(Revision.UNFINISHED),
}
EDITABLE = FROM["saved"]


def claim_row(revision_id: int, verb: str, *, version: int | None = None) -> Revision:
    """The revision, locked until the transaction ends, in a state that the verb starts from.

    Raises Refused: request.not_found, revision.state, and revision.stale where somebody saved since `version`.
    """
    try:
        revision = Revision.objects.claim(revision_id)
    except Revision.DoesNotExist as error:
        raise Refused("request.not_found") from error
    if revision.state not in FROM[verb]:
        raise Refused("revision.state", reason=revision.get_state_display())
    if version is not None and revision.version != version:
        raise Refused("revision.stale")
    return revision
