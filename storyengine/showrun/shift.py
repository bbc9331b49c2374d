"""The wishes shift: what was written ahead for the winner is put aside where the audience's mind is another by now."""

from audience.models import Poll, Tally
from storyengine.editorial.models import Revision
from storyengine.editorial.release import withdraw_unreleased
from storyengine.editorial.why import taken_up
from storyengine.generation.brief import context_of, unwanted_of, wishes_of
from storyengine.generation.draft import cancel_drafts
from storyengine.generation.models import Brief, Draft
from storyengine.generation.wishes import shifted
from storyengine.plot.branch import branch_from_json
from storyengine.plot.models import Choice
from storyengine.showrun.log import log
from storyengine.showrun.writing import have_written


def rewrite_if_shifted(poll: Poll, tally: Tally, winner: Choice) -> None:
    """If the audience asks for something else by now, or turned against what is written, have it written again."""
    ahead = Brief.objects.filter(step=poll.step, choice=winner, reason=Brief.Reason.AHEAD).last()
    if ahead and (shifted(context_of(ahead).wishes, wishes_of(poll.step, winner)) or _turned_against(ahead)):
        withdraw_unreleased(poll.step, choice_id=winner.pk)
        # Of this show alone: another show of the story may be at the same choice.
        ours = Draft.objects.filter(brief__step=poll.step, brief__choice=winner)
        cancel_drafts(ours.values_list("pk", flat=True))
        log(poll.performance, "branch.shifted", choice=winner.label)
        have_written(poll.step, winner, Brief.Reason.FINAL, tally=tally)


def _turned_against(ahead: Brief) -> bool:
    """Whether what people want least is new since the brief, and the text that waits does it.

    Where none waits yet it may come to that. A text that keeps clear of it stands: writing it again changes nothing.
    """
    unwanted = unwanted_of(ahead.step, ahead.choice)
    if not shifted(context_of(ahead).unwanted, unwanted):
        return False
    waiting = Revision.objects.unfinished().filter(step=ahead.step, choice=ahead.choice).last()
    return waiting is None or bool(taken_up(branch_from_json(waiting.branch), unwanted[:1]))
