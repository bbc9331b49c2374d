"""Where a show stands still because no condition holds, the showrunner's hand moves it on."""

from django.contrib.auth.models import User
from django.db import transaction

from audience.models import Poll
from storyengine.errors import Refused
from storyengine.plot.models import Performance
from storyengine.plot.path import current_step
from storyengine.showrun.cycle import write_ahead
from storyengine.showrun.log import log
from storyengine.showrun.opening import open_offered


def offer_all(performance_id: int, *, by: User) -> None:
    """Open the poll over all choices of the scene, whatever their conditions say.

    Raises Refused: performance.ended, performance.not_started, poll.open, choice.unknown where it has no choice.
    """
    with transaction.atomic():
        performance = Performance.objects.claim(performance_id)
        step = current_step(performance)
        if performance.state != Performance.State.LIVE or step is None:
            raise Refused("performance.ended" if performance.ended_at else "performance.not_started")
        if Poll.objects.filter(step=step).exists():
            raise Refused("poll.open")
        poll = open_offered(performance, step, every=True)
        if poll is None:
            raise Refused("choice.unknown")
        log(performance, "conditions.set_aside", by, poll=poll.pk)
        write_ahead(performance, step, poll)
