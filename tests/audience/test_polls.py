"""A poll opens and closes by the database's clock, and its tally is a recount of the table, always."""

import threading
from datetime import timedelta

import psycopg
import pytest
from django.db import IntegrityError, connection, transaction
from django.db.models.functions import Now
from django.utils import timezone

from audience.ballots import CAST
from audience.models import Ballot, Guest, Poll, Tally
from audience.polls import close_poll, count_poll, database_now, extend_poll, open_poll
from storyengine.errors import Refused
from storyengine.plot.path import enter
from tests.conftest import test_database_url as database_url
from tests.factories import GuestFactory, make_performance


def opened(**rules: object) -> Poll:
    performance = make_performance(**rules)
    return open_poll(performance, enter(performance, performance.story.start, choice=None))


def vote(poll: Poll, position: int, **guest: object) -> Ballot:
    voter = GuestFactory(performance=poll.performance, **guest)
    choice = poll.offers.get(position=position).choice
    return Ballot.objects.create(poll=poll, guest=voter, choice=choice, cast_at=timezone.now())


@pytest.mark.django_db
def test_open_poll_sets_the_deadline_by_the_databases_clock() -> None:
    before = database_now()
    poll = opened(poll_seconds=45)
    assert before <= poll.opened_at <= database_now()
    assert poll.closes_at - poll.opened_at == timedelta(seconds=45)
    assert (poll.question, poll.state) == ("Who crosses?", "open")
    assert [offer.label for offer in poll.offers.all()] == ["Carry the widow", "Carry the thief", "Burn the ferry"]


@pytest.mark.django_db
def test_open_poll_over_an_ending_is_none() -> None:
    performance = make_performance()
    ending = performance.story.scenes.get(key="far-bank")
    assert open_poll(performance, enter(performance, ending, choice=None)) is None
    assert Poll.objects.count() == 0


@pytest.mark.django_db
def test_open_poll_twice_in_one_performance_is_kept_out_by_the_database() -> None:
    poll = opened()
    with pytest.raises(IntegrityError, match="poll_open_once_per_performance"), transaction.atomic():
        open_poll(poll.performance, enter(poll.performance, poll.step.scene, choice=None))


@pytest.mark.django_db
def test_label_stays_what_the_audience_read() -> None:
    poll = opened()
    poll.offers.first().choice.scene.choices.update(label="Edited since")
    assert poll.offers.first().label == "Carry the widow"


@pytest.mark.django_db
def test_due_is_what_the_database_says() -> None:
    poll = opened()
    assert not Poll.objects.due().exists()
    Poll.objects.filter(pk=poll.pk).update(opened_at=Now() - timedelta(seconds=9), closes_at=Now())
    assert list(Poll.objects.due()) == [poll]


@pytest.mark.django_db
def test_close_poll_freezes_a_recount_without_banned_guests() -> None:
    poll = opened()
    for position in (2, 2, 3):
        vote(poll, position)
    vote(poll, 3, banned_at=timezone.now())
    vote(poll, 3, banned_at=timezone.now())
    widow, thief, ferry = poll.offers.order_by("position").values_list("choice_id", flat=True)
    tally = close_poll(poll)
    assert tally.counts == {str(widow): 0, str(thief): 2, str(ferry): 1}
    assert (tally.voters, tally.winner_id, tally.decided_by, tally.rule, tally.seed) == (3, thief, "votes", "", "")
    assert (poll.state, poll.closed_at is not None) == ("closed", True)
    assert {str(choice): number for choice, number in count_poll(poll).counts.items()} == tally.counts


@pytest.mark.django_db
def test_close_poll_twice_is_refused_and_keeps_the_first_tally() -> None:
    poll = opened()
    first = close_poll(poll)
    vote(poll, 2)
    with pytest.raises(Refused) as refused:
        close_poll(poll)
    assert refused.value.code == "poll.closed"
    assert Tally.objects.get() == first


@pytest.mark.django_db
def test_draw_is_seeded_by_performance_and_step() -> None:
    poll = opened(empty_rule="draw")
    tally = close_poll(poll)
    assert (tally.decided_by, tally.rule, tally.seed) == ("default", "draw", f"{poll.performance.seed}:1")


@pytest.mark.django_db
def test_extend_poll_moves_the_deadline_until_it_has_passed() -> None:
    poll = opened(poll_seconds=30)
    deadline = poll.closes_at
    assert extend_poll(poll, seconds=20).closes_at == deadline + timedelta(seconds=20)
    Poll.objects.filter(pk=poll.pk).update(opened_at=Now() - timedelta(seconds=9), closes_at=Now())
    with pytest.raises(Refused) as refused:
        extend_poll(poll, seconds=20)
    assert refused.value.code == "poll.closed"


@pytest.mark.django_db(transaction=True)
def test_close_poll_waits_for_ballots_that_are_being_committed() -> None:
    poll = opened()
    offer = poll.offers.get(position=3)
    early, late = (GuestFactory(performance=poll.performance) for _ in range(2))

    def batch(guest: Guest) -> dict[str, list[object]]:
        row = {"n": 0, "poll": poll.pk, "choice": offer.choice_id, "guest": guest.pk,
               "performance": poll.performance_id, "at": timezone.now()}  # fmt: skip
        return {name: [value] for name, value in row.items()}

    def close() -> None:
        close_poll(Poll.objects.get(pk=poll.pk))
        connection.close()

    with psycopg.connect(database_url()) as writer:
        assert writer.execute(CAST, batch(early)).fetchall() == [(0, "")]  # accepted, and not committed yet
        closing = threading.Thread(target=close)
        closing.start()
        closing.join(0.4)
        assert closing.is_alive()
        assert Tally.objects.count() == 0
        writer.commit()
        closing.join(10)
        assert Tally.objects.get().counts[str(offer.choice_id)] == 1
        assert writer.execute(CAST, batch(late)).fetchall() == [(0, "poll.closed")]
    assert Ballot.objects.get().guest == early


@pytest.mark.django_db(transaction=True)
def test_cast_keeps_the_later_of_two_picks_whichever_is_written_last() -> None:
    poll = opened()
    guest = GuestFactory(performance=poll.performance)
    first, second, _ = poll.offers.order_by("position").values_list("choice_id", flat=True)
    now = timezone.now()
    with psycopg.connect(database_url(), autocommit=True) as writer:
        for choice, moment in ((second, now), (first, now - timedelta(seconds=1))):
            row = {"n": [0], "poll": [poll.pk], "choice": [choice], "guest": [guest.pk],
                   "performance": [poll.performance_id], "at": [moment]}  # fmt: skip
            assert writer.execute(CAST, row).fetchall() == [(0, "")]
    assert Ballot.objects.get().choice_id == second
