"""Why a branch went the way it did: every sentence of influence in its brief, back to the people behind it.

All but the comments' own words comes from the brief's row, as it was frozen: nothing is worked out again later.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from audience.models import Comment, Poll, Tally
from storyengine.editorial.behind import MOST_SHOWN, Behind, all_behind, quote
from storyengine.editorial.models import Revision
from storyengine.errors import Refused
from storyengine.generation.brief import context_of, evidence_of
from storyengine.generation.draft import branch_of, candidate_behind, seen_by_writer
from storyengine.generation.evidence import Count, Evidence, Remembered, count_of
from storyengine.generation.memory import recall
from storyengine.generation.models import Brief, Candidate, Draft
from storyengine.generation.plan import Plan, plan_of
from storyengine.generation.prompt import Context, Segment, Wish, segments
from storyengine.generation.wishes import HALF_LIFE_S
from storyengine.generation.words import takes_up
from storyengine.plot.branch import Branch, branch_from_json, played

FORMULA = f"Σ (1 + |sentiment|) · (1 + stance / 2) · 2^(−age / {HALF_LIFE_S:.0f} s)"


@dataclass(frozen=True, slots=True)
class Influence:
    """One wish, wanted or not, the comments that make it, and whether the text takes it up (None where nothing is
    written).
    """

    wish: Wish
    behind: Behind
    comments: Sequence[Comment]
    share: float  # of the heaviest wish's weight, 0 to 1
    taken_up: bool | None

    @property
    def more(self) -> int:
        return len(self.wish.comments) - len(self.comments)


@dataclass(frozen=True, slots=True)
class Held:
    """A fact of the path as the brief had it; `told` to the writer; `kept_now` by an editor, whatever was then."""

    fact: Remembered
    told: bool
    kept_now: bool

    @property
    def person(self) -> str:
        """In whom it is a change: the one who was given the lamp, not the giver."""
        return self.fact.state[0]


@dataclass(frozen=True, slots=True)
class Why:
    """`evidence` is None for a brief that was made before it was kept; `closed` is the tally of the poll by now."""

    brief: Brief
    context: Context
    evidence: Evidence | None
    poll_open: bool
    closed: Count | None
    influences: tuple[Influence, ...]
    unwanted: tuple[Influence, ...]
    felt: tuple[Behind, ...]  # characters whom people love or hate
    facts: tuple[Held, ...]
    segments: tuple[Segment, ...]
    draft: Draft | None
    revision: Revision | None
    candidate: Candidate | None  # the one that the text was made of; None where there is only one
    plan: Plan | None  # of that one


def explain(brief: Brief) -> Why:
    """Everything the writer was told, and where it came from; comments hidden since then are not quoted."""
    context, evidence = context_of(brief), evidence_of(brief)
    draft = Draft.objects.filter(brief=brief, state=Draft.State.WRITTEN).select_related("brief").first()
    revision = Revision.objects.filter(draft=draft).first() if draft else None
    behind, branch = all_behind(brief), _branch(draft, revision)
    candidate = candidate_behind(draft, branch) if draft else None
    return Why(
        brief,
        context,
        evidence,
        Poll.objects.open().filter(step=brief.step).exists(),
        _closed(brief),
        _influences([one for one in behind if one.kind == "wish"], branch),
        _influences([one for one in behind if one.kind == "unwanted"], branch),
        tuple(one for one in behind if one.kind in ("loved", "hated")),
        _facts(brief, context, evidence),
        segments(seen_by_writer(draft) if draft else context),
        draft,
        revision,
        candidate,
        plan_of(candidate.text if candidate else draft.text) if draft else None,
    )


def taken_up(branch: Branch, wishes: Iterable[Wish]) -> tuple[Wish, ...]:
    """The wishes that a branch takes up in what is played: no plan, no heading, no choice counts."""
    text = words_of(branch)
    return tuple(wish for wish in wishes if takes_up(text, wish.text))


def words_of(branch: Branch) -> str:
    return " ".join(beat.text for scene in branch.scenes for beat in played(scene.beats))


def _branch(draft: Draft | None, revision: Revision | None) -> Branch | None:
    """The text as it stands: an editor may have taken another candidate, or written it anew."""
    if revision is not None:
        return branch_from_json(revision.branch)
    try:
        return branch_of(draft) if draft else None
    except Refused:
        return None  # it cannot be read, and takes nothing up


def _closed(brief: Brief) -> Count | None:
    tally = Tally.objects.filter(poll__step=brief.step).select_related("poll").first()
    return count_of(tally) if tally else None


def _influences(behind: Sequence[Behind], branch: Branch | None) -> tuple[Influence, ...]:
    """All comments of all wishes in one query."""
    rows: Mapping[int, Comment] = quote(behind)
    wishes = [one.wish for one in behind if one.wish]
    heaviest = max((wish.weight for wish in wishes), default=0.0) or 1.0
    taken = taken_up(branch, wishes) if branch else ()
    return tuple(
        Influence(
            wish,
            one,
            [rows[pk] for pk in wish.comments if pk in rows][:MOST_SHOWN],
            wish.weight / heaviest,
            wish in taken if branch else None,
        )
        for one, wish in zip(behind, wishes, strict=True)
    )


def _facts(brief: Brief, context: Context, evidence: Evidence | None) -> tuple[Held, ...]:
    """What was true when the brief was made; of an older brief only what the writer was told, without its proof."""
    kept_now = {(one.fact.who, one.fact.what) for one in recall(brief.step).recalled if one.kept}
    remembered = (
        evidence.remembered if evidence
        else tuple(Remembered(*claim, "", 0, holds=True, kept=False, state=claim) for claim in context.facts)
    )  # fmt: skip
    return tuple(Held(one, one.state in context.facts, one.claim in kept_now) for one in remembered)
