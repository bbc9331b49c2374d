"""What the house did in each scene of a performance, gathered for the script: votes, words, and who approved."""

from collections import defaultdict
from collections.abc import Iterable

from django.utils.translation import gettext, override

from audience.models import Comment, Poll, Tally
from storyengine.editorial.models import Release
from storyengine.plot.models import PathStep, Performance
from storyengine.script.screenplay import Offer, Played

MOST_WORDS = 200  # comments of one scene in an appendix


def gather_played(performance: Performance) -> dict[int, Played]:
    """By the position of each step; five queries, however long the path is.

    A poll that is still open has no votes here: a script tells what was decided.
    """
    steps = list(performance.steps.order_by("position"))
    polls = {
        poll.step_id: poll
        for poll in Poll.objects.filter(performance=performance).select_related("tally").prefetch_related("offers")
    }
    releases = {
        release.scene_id: release
        for release in Release.objects.filter(scene__steps__performance=performance).select_related(
            "approved_by", "revision__draft"
        )
    }
    words = _words(performance)
    with override(performance.story.language):
        return {
            step.position: _played(step, polls.get(step.pk), releases.get(step.scene_id), words[step.pk])
            for step in steps
        }


def _words(performance: Performance) -> defaultdict[int, list[str]]:
    """What was said in public, oldest first: a hidden comment and a banned guest's are not repeated."""
    found: defaultdict[int, list[str]] = defaultdict(list)
    for step, text in (
        Comment.objects.counted().filter(step__performance=performance).order_by("id").values_list("step_id", "text")
    ):
        if len(found[step]) < MOST_WORDS:
            found[step].append(text)
    return found


def _played(step: PathStep, poll: Poll | None, release: Release | None, words: Iterable[str]) -> Played:
    tally = getattr(poll, "tally", None) if poll else None
    draft = release.revision.draft if release else None
    return Played(
        entered_at=step.entered_at,
        question=poll.question if poll else "",
        offers=_offers(poll, tally) if poll else (),
        decided_by=decided_in_words(tally.decided_by) if tally else "",
        approved_by=release.approved_by.get_full_name() or release.approved_by.get_username() if release else "",
        written_by=draft.model.rsplit("/", 1)[-1] if draft else "",
        words=tuple(words),
    )


def _offers(poll: Poll, tally: Tally | None) -> tuple[Offer, ...]:
    return tuple(
        Offer(
            offer.label,
            int(tally.counts.get(str(offer.choice_id), 0)) if tally else None,
            tally is not None and tally.winner_id == offer.choice_id,
        )
        for offer in poll.offers.all()
    )


def decided_in_words(decided_by: str) -> str:
    """A sentence where it was not decided by the votes alone; another house's file may name a rule of its own."""
    if decided_by == Tally.DecidedBy.ENDED:
        return gettext("The show ended before this was decided.")
    if decided_by in {"", Tally.DecidedBy.VOTES}:
        return ""
    return gettext("Decided by: %(rule)s.") % {"rule": dict(Tally.DecidedBy.choices).get(decided_by, decided_by)}
