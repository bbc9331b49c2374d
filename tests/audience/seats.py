"""Guests in a performance that shows its first scene, without the running stack."""

from django.contrib.auth.models import User
from django.utils import timezone

from audience import polls
from audience.comments import post_comment
from audience.models import Ballot, Comment, Guest, HouseRules, Poll
from audience.tickets import Ticket
from storyengine.plot.models import Performance
from storyengine.plot.path import enter
from tests.factories import GuestFactory, make_performance, make_user


class Hall:
    """One performance, its rules, its guests; `by` is its showrunner."""

    def __init__(self, **rules: object) -> None:
        self.performance: Performance = make_performance(state="live", poll_seconds=600)
        self.step = enter(self.performance, self.performance.story.start, choice=None)
        self.by: User = make_user("showrunner", f"showrunner-{self.performance.pk}", password=None)
        if rules:
            HouseRules.objects.create(performance=self.performance, **rules)

    def seat(self, **fields: object) -> Ticket:
        guest = GuestFactory(performance=self.performance, **fields)
        return Ticket(self.performance.pk, self.performance.code, guest.pk)

    def say(self, text: str, ticket: Ticket | None = None, ref: str = "c1") -> Comment:
        return post_comment(ticket or self.seat(), ref=ref, text=text)

    def poll(self) -> Poll:
        poll = polls.open_poll(self.performance, self.step)
        assert poll is not None
        return poll

    def vote(self, poll: Poll, place: int, ticket: Ticket | None = None, **fields: object) -> Guest:
        """A ballot for the choice in this place (from 1); its guest."""
        offer = poll.offers.get(position=place)
        guest = Guest.objects.get(pk=(ticket or self.seat()).guest)
        Ballot.objects.create(
            poll=poll, guest=guest, choices=[offer.choice_id], **{"cast_at": timezone.now(), **fields}
        )
        return guest
