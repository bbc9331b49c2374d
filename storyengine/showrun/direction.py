"""The showrunner's word to the writer: a directive, the length of a scene, that the next one ends the story; and
which choice to fall back on. Each holds for every brief from then on, until it is taken back."""

from django.contrib.auth.models import User
from django.db import transaction

from audience.models import Poll, PollChoice
from storyengine.editorial.release import withdraw_written
from storyengine.errors import Refused
from storyengine.generation.brief import CHOICES, choices_wanted
from storyengine.generation.models import Brief
from storyengine.plot.lengths import FEWEST_WORDS, MOST_WORDS
from storyengine.plot.models import PathStep, Performance
from storyengine.plot.path import current_step
from storyengine.sentences import say, stored
from storyengine.showrun import cycle
from storyengine.showrun.log import log
from storyengine.showrun.models import Fallback
from storyengine.showrun.writing import have_written, may_come, take_back


def direct(performance_id: int, *, directive: str, ends: bool, words: tuple[int, int] | None = None, by: User) -> None:
    """Tell the writer what holds from now on; an empty directive takes the last one back, no `words` leave them.

    Where `ends` changes, what was written for the scene that comes next is put aside, approved or not, and written
    again with or without an ending; a text that an editor began by hand stays. Raises Refused("request.invalid")
    for a length out of bounds.
    """
    if words and not FEWEST_WORDS <= words[0] <= words[1] <= MOST_WORDS:
        raise Refused("request.invalid", reason=f"{FEWEST_WORDS}–{MOST_WORDS}")
    with transaction.atomic():
        performance = cycle.claim_for(performance_id, by)
        turned = performance.ends_next != ends
        performance.directive = " ".join(directive.replace("\x00", "").split())[:300]
        performance.ends_next = ends
        performance.words_min, performance.words_max = words or (performance.words_min, performance.words_max)
        performance.save(update_fields=["directive", "ends_next", "words_min", "words_max"])
        length = [performance.words_min, performance.words_max]
        log(performance, "directive.set", by, directive=performance.directive, ends=ends, words=length)
        step = current_step(performance)
        if turned and step and performance.state == Performance.State.LIVE:
            _write_anew(performance, step)
    if turned:
        cycle.advance(performance_id)


def _write_anew(performance: Performance, step: PathStep) -> None:
    """What leads on where an ending is wanted goes, and the other way round; after a vote the cycle asks again."""
    unwanted = 0 if choices_wanted(performance) else CHOICES
    withdraw_written(step, choices=unwanted, why=stored(say("audit.directed")))
    take_back(step, choices=unwanted)
    poll = Poll.objects.open().filter(step=step).first()
    if poll is None or not performance.write_ahead:
        return
    for choice in step.scene.choices.open().filter(offers__poll=poll):
        if not may_come(step, choice):
            have_written(step, choice, Brief.Reason.AHEAD)


def name_fallback(performance_id: int, choice_id: int | None, *, by: User) -> None:
    """Say what to take first should the winner's branch be late, while the poll is open or the audience waits.

    None takes it back. Raises Refused: choice.unknown where the poll has no such choice, poll.unknown without one.
    """
    with transaction.atomic():
        performance = cycle.claim_for(performance_id, by)
        poll = Poll.objects.filter(step=current_step(performance)).first()
        if poll is None:
            raise Refused("poll.unknown")
        offer = None if choice_id is None else PollChoice.objects.filter(poll=poll, choice_id=choice_id).first()
        if choice_id is not None and offer is None:
            raise Refused("choice.unknown")
        Fallback.objects.filter(poll=poll).delete()
        if offer:
            Fallback.objects.create(poll=poll, offer=offer, by=by)
        log(performance, "fallback.named", by, choice=offer.label if offer else None)
    cycle.advance(performance_id)
