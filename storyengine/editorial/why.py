"""Why a branch went the way it did: every sentence of influence in its brief, back to the people behind it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from audience.models import Comment, Tally
from storyengine.generation.brief import context_of
from storyengine.generation.draft import seen_by_writer
from storyengine.generation.memory import Recalled, recall
from storyengine.generation.models import Brief, Draft
from storyengine.generation.plan import Plan, plan_of
from storyengine.generation.prompt import Context, Segment, Wish, segments
from storyengine.generation.wishes import HALF_LIFE_S
from storyengine.generation.words import takes_up

MOST_SHOWN = 40  # comments of one wish on the page; the number of all of them stands beside

FORMULA = f"Σ (1 + |sentiment|) · (1 + stance / 2) · 2^(−age / {HALF_LIFE_S:.0f} s)"


@dataclass(frozen=True, slots=True)
class Influence:
    """One wish, wanted or not, the comments that make it, and whether the draft took it up (None where nothing is
    written).
    """

    wish: Wish
    comments: Sequence[Comment]
    share: float  # of the heaviest wish's weight, 0 to 1
    taken_up: bool | None

    @property
    def more(self) -> int:
        return len(self.wish.comments) - len(self.comments)


@dataclass(frozen=True, slots=True)
class Why:
    brief: Brief
    context: Context
    tally: tuple[tuple[str, int, float], ...]  # (label, votes, share of the voters), empty while the poll is open
    influences: tuple[Influence, ...]
    unwanted: tuple[Influence, ...]
    recalled: tuple[Recalled, ...]
    segments: tuple[Segment, ...]
    draft: Draft | None
    plan: Plan | None


def explain(brief: Brief) -> Why:
    """Everything the writer was told, and where it came from; comments hidden since then are not quoted."""
    context = context_of(brief)
    draft = Draft.objects.filter(brief=brief, state=Draft.State.WRITTEN).order_by("pk").first()
    return Why(
        brief,
        context,
        _tally(brief),
        _influences(context.wishes, draft.text if draft else None),
        _influences(context.unwanted, draft.text if draft else None),
        recall(brief.step).recalled,
        segments(seen_by_writer(draft) if draft else context),
        draft,
        plan_of(draft.text) if draft else None,
    )


def _tally(brief: Brief) -> tuple[tuple[str, int, float], ...]:
    tally = Tally.objects.filter(poll__step=brief.step).select_related("poll").first()
    if tally is None:
        return ()
    counts: Mapping[str, int] = tally.counts
    return tuple(
        (offer.label, counts[str(offer.choice_id)], counts[str(offer.choice_id)] / max(1, tally.voters))
        for offer in tally.poll.offers.all()
    )


def _influences(wishes: Sequence[Wish], text: str | None) -> tuple[Influence, ...]:
    """All comments of all wishes in one query."""
    asked = {pk for wish in wishes for pk in wish.comments}
    rows = {comment.pk: comment for comment in Comment.objects.counted().filter(pk__in=asked)}
    heaviest = max((wish.weight for wish in wishes), default=0.0) or 1.0
    return tuple(
        Influence(
            wish,
            [rows[pk] for pk in wish.comments if pk in rows][:MOST_SHOWN],
            wish.weight / heaviest,
            takes_up(text, wish.text) if text is not None else None,
        )
        for wish in wishes
    )
