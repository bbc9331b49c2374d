"""The poll over what a scene offers at this point of the path; and what happens where its conditions let nothing by."""

from audience import live, messages, polls
from audience.models import Poll
from storyengine.errors import Refused
from storyengine.plot.models import PathStep, Performance
from storyengine.plot.offers import offer
from storyengine.showrun.log import log, log_once


def open_offered(performance: Performance, step: PathStep, *, every: bool = False) -> Poll | None:
    """Open the scene's poll and tell everybody; None where there is nothing to vote on.

    A choice whose condition cannot be evaluated is offered, and the log says so. Where no condition holds the log
    says that once, and the showrunner may open the poll with `every` choice.
    """
    try:
        poll = polls.open_poll(performance, step, every=every)
    except Refused as refused:
        log_once(performance, step, refused.code)
        return None
    if poll is None:
        return None
    for choice, reason in offer(step).unclear:
        log(performance, "condition.unclear", choice=choice.label, condition=choice.condition, reason=reason)
    log(performance, "poll.opened", poll=poll.pk)
    live.publish(performance, messages.poll_opened(poll))
    return poll
