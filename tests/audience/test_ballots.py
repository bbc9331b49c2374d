"""The writer's one statement on the real database: what it lets in, which pick stands, what it answers."""

import threading
from dataclasses import dataclass, field
from datetime import timedelta

import psycopg
import pytest
from django.db import connection
from django.utils import timezone
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from audience.ballots import CAST, MOST_OF_ONE, BallotWriter, Waiting, next_batch
from audience.commands import BallotCast
from audience.models import Ballot, Guest, Poll, Tally
from audience.polls import close_poll, open_poll
from audience.tickets import Ticket
from storyengine.plot.path import enter
from tests.conftest import test_database_url as database_url
from tests.factories import GuestFactory, cast_row, make_performance

pytestmark = pytest.mark.django_db(transaction=True)


def opened(**rules: object) -> Poll:
    performance = make_performance(**rules)
    poll = open_poll(performance, enter(performance, performance.story.start, choice=None))
    assert poll is not None
    return poll


def offered(poll: Poll) -> list[int]:
    return list(poll.offers.order_by("position").values_list("choice_id", flat=True))


@dataclass
class Desk:
    """A web process's writer as the database sees it: its number, and how many ballots it has received."""

    poll: Poll
    number: int = 1
    received: int = field(default=0)

    def cast(self, guest: Guest, *choices: int, ref: str = "", seq: int | None = None, receipt: int = 0) -> str:
        self.received += 1
        command = BallotCast(ref or f"r{self.received}", self.poll.pk, choices, seq)
        with psycopg.connect(database_url(), autocommit=True) as database:
            refused = database.execute(CAST, self.row(guest, command, receipt or self.received)).fetchall()
        return str(refused[0][1]) if refused else ""

    def row(self, guest: Guest, command: BallotCast, receipt: int) -> dict[str, object]:
        return cast_row(self.poll, guest.pk, command, receipt=receipt, writer=self.number)


def pass_deadline(poll: Poll) -> None:
    past = timezone.now() - timedelta(seconds=1)
    Poll.objects.filter(pk=poll.pk).update(opened_at=past - timedelta(seconds=9), closes_at=past)


# ------------------------------------------------------------------ what is let in


@pytest.mark.parametrize(
    ("rules", "positions", "answer"),
    [
        ({}, [0], ""),
        ({}, [0, 1], "ballot.too_many"),
        ({}, [1, 1], "ballot.repeated"),
        ({"poll_kind": "multiple", "min_choices": 2, "max_choices": 2}, [2], "ballot.too_few"),
        ({"poll_kind": "multiple", "min_choices": 2, "max_choices": 2}, [2, 0], ""),
        ({"poll_kind": "multiple", "min_choices": 2, "max_choices": 2}, [2, 0, 1], "ballot.too_many"),
        ({"poll_kind": "multiple", "min_choices": 2, "max_choices": 3}, [2, 2], "ballot.repeated"),
        ({"poll_kind": "approval"}, [2, 1, 0], ""),
        ({"poll_kind": "ranked"}, [2, 0, 1], ""),
        ({"poll_kind": "ranked"}, [1], ""),
        ({"poll_kind": "ranked"}, [1, 0, 1], "ballot.repeated"),
    ],
)
def test_ballot_holds_what_its_poll_takes_in_the_guests_order(rules, positions, answer) -> None:  # type: ignore[no-untyped-def]
    poll = opened(**rules)
    choices = [offered(poll)[position] for position in positions]
    assert Desk(poll).cast(GuestFactory(performance=poll.performance), *choices) == answer
    assert list(Ballot.objects.values_list("choices", flat=True)) == ([] if answer else [choices])


def test_choice_that_the_poll_does_not_offer_is_unknown_even_beside_one_that_it_does() -> None:
    poll, other = opened(poll_kind="approval"), opened()
    guest = GuestFactory(performance=poll.performance)
    assert Desk(poll).cast(guest, offered(poll)[0], offered(other)[0]) == "choice.unknown"
    assert not Ballot.objects.exists()


# ------------------------------------------------------------------ which pick stands


def test_frame_that_is_sent_again_is_accepted_and_changes_nothing_that_came_later() -> None:
    poll = opened()
    first, second, _ = offered(poll)
    guest = GuestFactory(performance=poll.performance)
    before, after = Desk(poll, 1), Desk(poll, 2)  # the guest comes back to another process
    assert before.cast(guest, first, ref="a") == ""
    assert before.cast(guest, second, ref="b") == ""
    for desk in (before, after):
        assert desk.cast(guest, first, ref="a") == ""
        assert Ballot.objects.get().choices == [second]
    assert after.cast(guest, first, ref="c") == ""  # the same pick as a new command is a change of mind
    assert Ballot.objects.get().choices == [first]


def test_ref_used_again_for_another_pick_is_another_command() -> None:
    poll = opened()
    guest, desk = GuestFactory(performance=poll.performance), Desk(poll)
    for choice in offered(poll):
        assert desk.cast(guest, choice, ref="a") == ""
        assert Ballot.objects.get().choices == [choice]


def test_numbered_picks_stand_in_the_clients_order_however_they_arrive() -> None:
    poll = opened()
    first, second, third = offered(poll)
    guest, desk = GuestFactory(performance=poll.performance), Desk(poll)
    for choice, seq in ((second, 20), (first, 10), (third, 15)):
        assert desk.cast(guest, choice, seq=seq) == ""
    assert (Ballot.objects.get().choices, Ballot.objects.get().seq) == ([second], 20)
    assert desk.cast(guest, third) == ""  # a client without numbers: the order of arrival
    assert (Ballot.objects.get().choices, Ballot.objects.get().seq) == ([third], 20)
    assert desk.cast(guest, first, seq=19) == ""
    assert Ballot.objects.get().choices == [third]


def test_statement_that_was_stuck_on_its_way_does_not_undo_a_later_one() -> None:
    poll = opened()
    first, second, _ = offered(poll)
    guest, desk = GuestFactory(performance=poll.performance), Desk(poll)
    assert desk.cast(guest, second, receipt=2) == ""
    assert desk.cast(guest, first, receipt=1) == ""
    assert Ballot.objects.get().choices == [second]


def test_pick_that_was_stored_is_accepted_again_after_the_close_and_a_new_one_is_not() -> None:
    poll = opened()
    first, second, _ = offered(poll)
    guest, desk = GuestFactory(performance=poll.performance), Desk(poll)
    assert desk.cast(guest, first, ref="a") == ""
    pass_deadline(poll)
    assert desk.cast(guest, first, ref="a") == ""  # its answer had been lost: it is in the table
    assert desk.cast(guest, second, ref="b") == "poll.closed"
    assert desk.cast(guest, first, ref="b") == "poll.closed"
    assert Ballot.objects.get().choices == [first]


def test_commands_are_remembered_up_to_a_number() -> None:
    poll = opened()
    guest, desk = GuestFactory(performance=poll.performance), Desk(poll)
    first, second, _ = offered(poll)
    for number in range(140):
        desk.cast(guest, first if number % 2 else second, ref=f"n{number}")
    assert len(Ballot.objects.get().seen) == 128
    desk.cast(guest, second, ref="n20")
    assert Ballot.objects.get().choices == [first]


@given(st.data())
@settings(max_examples=40, deadline=None, suppress_health_check=list(HealthCheck))
def test_last_numbered_pick_stands_whatever_the_network_does(data: st.DataObject) -> None:
    """Picks 1 to 5, in any order, each sent any number of times, to any process."""
    poll = opened(poll_kind="ranked")
    guest = GuestFactory(performance=poll.performance)
    choices = offered(poll)
    picks = {seq: data.draw(st.permutations(choices)) for seq in range(1, 6)}
    sent = data.draw(st.lists(st.sampled_from(sorted(picks)), min_size=1, max_size=12))
    desks = [Desk(poll, 1), Desk(poll, 2)]
    for seq in sent:
        desk = data.draw(st.sampled_from(desks))
        assert desk.cast(guest, *picks[seq], ref=f"p{seq}", seq=seq) == ""
    assert Ballot.objects.get(poll=poll).choices == picks[max(sent)]


# ------------------------------------------------------------------ against the close


def test_close_poll_waits_for_ballots_that_are_being_committed() -> None:
    poll = opened()
    choice = offered(poll)[2]
    early, late = (GuestFactory(performance=poll.performance) for _ in range(2))
    desk = Desk(poll)

    def close() -> None:
        close_poll(Poll.objects.get(pk=poll.pk))
        connection.close()

    with psycopg.connect(database_url()) as writer:
        row = desk.row(early, BallotCast("a", poll.pk, (choice,)), 1)
        assert writer.execute(CAST, row).fetchall() == []  # accepted, and not committed yet
        closing = threading.Thread(target=close)
        closing.start()
        closing.join(0.4)
        assert closing.is_alive()
        assert Tally.objects.count() == 0
        writer.commit()
        closing.join(10)
        assert Tally.objects.get().counts[str(choice)] == 1
        row = desk.row(late, BallotCast("b", poll.pk, (choice,)), 2)
        assert writer.execute(CAST, row).fetchall() == [(0, "poll.closed")]
    assert Ballot.objects.get().guest == early


# ------------------------------------------------------------------ the queue


def test_guest_who_floods_takes_one_place_of_each_batch() -> None:
    waiting: dict[tuple[int, int], list[Waiting]] = {}
    for guest, number in [*((1, n) for n in range(50)), *((guest, 0) for guest in range(2, 12))]:
        one = Waiting(BallotCast(f"{number}", 1, (1,)), Ticket(1, "CODE", guest), number, answer=print)
        waiting.setdefault((1, guest), []).append(one)
    batches = [next_batch(waiting) for _ in range(50)]
    assert [one.ticket.guest for one in batches[0]] == list(range(1, 12))
    assert [[one.receipt for one in batch] for batch in batches[1:]] == [[n] for n in range(1, 50)]
    assert waiting == {}


async def test_guest_whose_ballots_pile_up_is_told_so_and_nobody_else_is() -> None:
    writer, answers = BallotWriter(), []
    for number in range(MOST_OF_ONE + 5):
        writer.take(BallotCast(f"{number}", 1, (1,)), Ticket(1, "CODE", 1), answers.append)
    assert answers == ["message.too_fast"] * 5
    writer.take(BallotCast("a", 1, (1,)), Ticket(1, "CODE", 2), answers.append)
    assert (len(answers), [len(queue) for queue in writer._waiting.values()]) == (5, [MOST_OF_ONE, 1])
    writer._loop.cancel()
