"""What waits for the showrunner's hand: a tie (drawn if nobody decides in time), and counts that are kept back."""

from datetime import timedelta

from django.contrib.auth.models import User
from django.db import transaction
from django.db.models import DurationField, ExpressionWrapper, F, QuerySet, Value
from django.db.models.functions import Now

from audience import live, messages, polls
from audience.models import Poll, Tally
from storyengine.errors import Refused
from storyengine.plot.models import Performance
from storyengine.plot.path import current_step
from storyengine.showrun import cycle
from storyengine.showrun.log import log


def decide_tie(performance_id: int, choice_id: int, *, by: User) -> None:
    """The showrunner's word on the tie that waits; raises Refused: tie.decided, choice.unknown."""
    with transaction.atomic():
        performance = Performance.objects.claim(performance_id)
        tally = _waiting_tie(performance)
        if tally is None:
            raise Refused("tie.decided")
        _follow(tally.poll, polls.decide_tie(tally, choice_id), by=by)
    cycle.advance(performance_id)


def draw_overdue() -> None:
    """Draw wherever a tie has waited for as long as its performance lets it: nobody waits for ever."""
    for performance_id in _overdue().values_list("poll__performance_id", flat=True):
        with transaction.atomic():
            performance = Performance.objects.claim(performance_id)
            tally = _waiting_tie(performance)
            if tally is None or not _overdue().filter(pk=tally.pk).exists():
                continue  # decided while this waited for the row
            _follow(tally.poll, polls.draw_winner(tally))
        cycle.advance(performance_id)


def reveal(performance_id: int, poll_id: int, *, by: User) -> None:
    """Show everybody the counts of a poll, open or closed; raises Refused: poll.unknown, poll.revealed."""
    with transaction.atomic():
        performance = Performance.objects.claim(performance_id)
        poll = Poll.objects.select_related("performance", "step").filter(pk=poll_id, performance=performance).first()
        if poll is None:
            raise Refused("poll.unknown")
        polls.reveal(poll)
        tally = Tally.objects.filter(poll=poll).first()
        result = polls.frozen(polls.count_poll(poll)) if tally is None else vars(tally)
        rounds = (result["rounds"] or None) if tally else None
        log(performance, "tally.revealed", by, poll=poll.pk)
        live.publish(performance, messages.tally_revealed(poll.pk, result["counts"], result["voters"], rounds))


def _follow(poll: Poll, tally: Tally, *, by: User | None = None) -> None:
    live.publish(poll.performance, messages.poll_decided(tally))
    cycle.keep_to_winner(poll, tally, "tie.decided", by)


def _waiting_tie(performance: Performance) -> Tally | None:
    waiting = Tally.objects.select_related("poll__performance", "poll__step").filter(winner=None)
    if performance.state != Performance.State.LIVE:
        return None
    return waiting.filter(poll__step=current_step(performance)).first()


def _overdue() -> QuerySet[Tally]:
    patience = ExpressionWrapper(
        F("poll__performance__tie_seconds") * Value(timedelta(seconds=1)), output_field=DurationField()
    )
    waiting = Tally.objects.filter(winner=None, poll__performance__state=Performance.State.LIVE)
    return waiting.filter(frozen_at__lte=Now() - patience)
