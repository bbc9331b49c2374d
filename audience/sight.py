"""Who may see what of a poll: all, those who have voted, or nobody yet. Read from the table when a hub starts."""

from dataclasses import dataclass, field
from typing import Any

from audience import messages
from audience.models import Ballot, Poll
from audience.outbox import Frame
from audience.polls import count_poll
from storyengine.plot.models import Performance
from storyengine.plot.path import current_step


def read_snapshot(performance_id: int, *, guest: int = 0) -> dict[str, Any]:
    """The snapshot as the database has it, with a poll's running counts where all, or this guest, may see them."""
    performance = Performance.objects.select_related("story").get(pk=performance_id)
    step = current_step(performance)
    poll = Poll.objects.filter(step=step).prefetch_related("offers").first() if step else None
    shape = messages.snapshot(performance, step, poll)
    if poll and poll.state == Poll.State.OPEN and poll.shows_counts:
        result = count_poll(poll)
        shape["poll"] |= {"counts": messages.counts_shape(result.counts), "voters": result.voters}
    if guest and poll and poll.results == Poll.Results.VOTED:
        extra = read_for_voters(performance_id)
        shape["poll"] |= extra.shown if extra.shows(guest, shape["poll"]) else {}
    return shape


@dataclass(slots=True)
class ForVoters:
    """What those who have voted in the open poll may see of it, and who they are."""

    poll: int = 0
    guests: set[int] = field(default_factory=set)
    shown: dict[str, Any] = field(default_factory=dict)  # counts and voters
    frame: Frame | None = None  # the last one sent to them

    def shows(self, guest: int, poll: dict[str, Any] | None) -> bool:
        mine = bool(self.shown and poll and poll["id"] == self.poll and poll["state"] == Poll.State.OPEN)
        return mine and guest in self.guests

    def take(self, event: dict[str, Any], frame: Frame, voters: str) -> None:
        if event["poll"] != self.poll:
            self.poll, self.guests = event["poll"], set()
        self.guests.update(int(guest) for guest in voters.split(",") if guest)
        self.shown, self.frame = {name: event[name] for name in ("counts", "voters")}, frame


def read_for_voters(performance_id: int) -> ForVoters:
    """The same from the table, for a hub that starts."""
    polls = Poll.objects.open().filter(performance=performance_id, results=Poll.Results.VOTED)
    poll = polls.select_related("performance", "step").first()
    if poll is None:
        return ForVoters()
    guests = set(Ballot.objects.filter(poll=poll).values_list("guest_id", flat=True))
    result = count_poll(poll)
    return ForVoters(poll.pk, guests, {"counts": messages.counts_shape(result.counts), "voters": result.voters})
