"""The arm without comments: what the writer makes of the same briefs where nobody has said anything.

Each branch that was written and played is drafted once more by the same writer, with nothing of what people said: no
wishes, nothing unwanted, nobody loved or hated, no lore that they alone spoke of. How much more often the wish is taken
up with them is their doing. The scenes before are those that were played, with all that comments brought into them,
so the difference comes out too small rather than too large.
"""

import time
from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any

from storyengine.celery import ring
from storyengine.editorial.why import words_of
from storyengine.errors import Refused
from storyengine.generation.brief import context_of, evidence_of
from storyengine.generation.draft import branch_of, cancel_drafts
from storyengine.generation.evidence import evidence_to_json
from storyengine.generation.lore import retrieve
from storyengine.generation.models import Brief, Draft
from storyengine.generation.prompt import Context, context_to_json, scene_text
from storyengine.generation.tasks import write_draft
from storyengine.generation.words import takes_up, terms
from storyengine.plot.models import Performance
from storyengine.showrun.why import explain_path

LOOK_EVERY_S = 0.5
BAR = 20  # signs


def compare(performance: Performance, wish: str, *, patience_s: float, say: Callable[[str], None]) -> dict[str, Any]:
    """Draft every played branch without the comments, and count; `patience_s` is how long each may take.

    The performance must be over: what comes of this is on nobody's desk. The keys are `branches`, `written` of them,
    `taken_up` of those, `uptake` (their share, None where nothing was written), and `texts`.
    """
    briefs = [one.brief for one in explain_path(performance) if one.brief and one.release and one.step.choice]
    drafts = [_draft_without(brief) for brief in briefs]
    say(f"writing {len(drafts)} branches again, without the comments")
    for draft in drafts:
        ring(write_draft, draft.pk)
    _wait(drafts, patience_s * len(drafts))
    texts = [found for draft in drafts if (found := _text(draft.pk, wish))]
    taken = sum(one["taken_up"] for one in texts)
    share = round(taken / len(texts), 3) if texts else None
    return {"branches": len(drafts), "written": len(texts), "taken_up": taken, "uptake": share, "texts": texts}


def without_comments(context: Context) -> Context:
    """The same to tell, but for all that came from what people said; the votes stay."""
    spoken = [(text, 1.0) for text in (context.choice, context.directive, context.last_scene)]
    return replace(context, wishes=(), unwanted=(), loved=(), hated=(), lore=retrieve(context.lore, spoken))


def picture(report: dict[str, Any]) -> list[str]:
    """Both arms as bars, and what lies between them."""
    arms = [
        ("with the comments", report["taken_up"], len(report["explained"])),
        ("without them", report["without"]["taken_up"], report["without"]["written"]),
    ]
    lines = [f"{name:<18}{_bar(taken / of if of else 0)} {taken} of {of}" for name, taken, of in arms]
    if report["difference"] is None:
        return [*lines, "nothing to compare: one of the two has no branch"]
    return [*lines, f"{'the difference':<18}{round(100 * report['difference']):+d} of 100 branches"]


def _bar(share: float) -> str:
    return ("█" * round(BAR * share)).ljust(BAR, "░")


def _draft_without(brief: Brief) -> Draft:
    evidence = evidence_of(brief)
    kept = replace(evidence, voices=(), unwanted=(), loved=(), hated=()) if evidence else None
    twin, _ = Brief.objects.get_or_create(
        step=brief.step,
        choice=brief.choice,
        reason=Brief.Reason.WITHOUT,
        source="",
        defaults={
            "performance": brief.performance,
            "context": context_to_json(without_comments(context_of(brief))),
            "evidence": evidence_to_json(kept) if kept else {},
        },
    )
    draft, _ = Draft.objects.get_or_create(brief=twin)
    return draft


def _wait(drafts: Sequence[Draft], patience_s: float) -> None:
    """Until none is being written any more; what takes too long is taken back."""
    pending = [draft.pk for draft in drafts]
    until = time.monotonic() + patience_s
    while Draft.objects.unfinished().filter(pk__in=pending).exists():
        if time.monotonic() > until:
            cancel_drafts(pending)
            return
        time.sleep(LOOK_EVERY_S)


def _text(draft: int, wish: str) -> dict[str, Any] | None:
    """What was written, also where the cycle has taken it back since, as it does with all that a show needs no more."""
    found = Draft.objects.select_related("brief__choice").exclude(text="").filter(pk=draft).first()
    try:
        branch = branch_of(found) if found else None
    except Refused:
        return None
    if found is None or branch is None:
        return None
    return {
        "choice": found.brief.choice.label,
        "taken_up": takes_up(words_of(branch), " ".join(terms(wish))),
        "text": "\n\n".join(scene_text(scene) for scene in branch.scenes),
    }
