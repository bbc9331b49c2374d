"""The recount: it agrees after any poll, however hard it was voted on while it closed, and finds what was touched."""

import threading
from io import StringIO

import psycopg
import pytest
from django.core.management import CommandError, call_command
from django.db import connection
from django.utils import timezone

from audience import polls
from audience.ballots import CAST
from audience.commands import BallotCast
from audience.models import Ballot, Poll, Tally
from storyengine.plot.path import enter
from tests.conftest import test_database_url as database_url
from tests.factories import GuestFactory, cast_row, make_performance

pytestmark = pytest.mark.django_db(transaction=True)
KINDS = ["single", "multiple", "approval", "ranked"]


def opened(**rules: object) -> Poll:
    performance = make_performance(**rules)
    poll = polls.open_poll(performance, enter(performance, performance.story.start, choice=None))
    assert poll is not None
    return poll


def closed(*ballots: tuple[int, ...], **rules: object) -> Poll:
    """A closed poll with these ballots, each a row of positions."""
    poll = opened(**rules)
    choices = list(poll.offers.order_by("position").values_list("choice_id", flat=True))
    for positions in ballots:
        guest = GuestFactory(performance=poll.performance)
        named = [choices[position] for position in positions]
        Ballot.objects.create(poll=poll, guest=guest, choices=named, cast_at=timezone.now())
    polls.close_poll(poll)
    return poll


def recount(*arguments: object) -> tuple[int, str, str]:
    out, err = StringIO(), StringIO()
    try:
        call_command("recount", *map(str, arguments), stdout=out, stderr=err)
    except SystemExit as exit:
        return int(str(exit.code)), out.getvalue(), err.getvalue()
    return 0, out.getvalue(), err.getvalue()


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("tie", ["earliest", "draw", "decide"])
def test_recount_agrees_for_every_kind_and_tie_rule(kind: str, tie: str) -> None:
    closed((0, 1), (1, 0), poll_kind=kind, tie_rule=tie)
    closed((2,), (1, 2), (1, 0), poll_kind=kind, tie_rule=tie)
    closed(poll_kind=kind, tie_rule=tie, empty_rule="draw")
    assert recount("--all")[:2] == (0, "3 tallies recounted, all equal to their ballots\n")


def test_recount_knows_ties_that_were_decided_and_drawn() -> None:
    decided, drawn = (closed((0,), (1,), tie_rule="decide") for _ in range(2))
    tally = Tally.objects.get(poll=decided)
    polls.decide_tie(tally, tally.leaders[1])
    polls.draw_winner(Tally.objects.get(poll=drawn))
    assert recount(decided.pk, drawn.pk)[0] == 0
    Tally.objects.filter(poll=decided).update(winner=decided.offers.get(position=3).choice_id)
    status, _, said = recount("--all")
    assert (status, f"poll {decided.pk} of {decided.performance.code}: winner_id is" in said) == (1, True)
    assert f"poll {drawn.pk}" not in said


@pytest.mark.parametrize("kind", KINDS)
def test_recount_finds_a_ballot_that_was_touched_or_lost(kind: str) -> None:
    fine, touched = closed((0,), (1,), poll_kind=kind), closed((0,), (0,), (1,), poll_kind=kind)
    Ballot.objects.filter(poll=touched).first().delete()
    status, _, said = recount("--all")
    assert status == 1
    assert f"poll {touched.pk} of {touched.performance.code}: voters is 3 and recounted 2" in said
    assert f"poll {fine.pk} " not in said
    assert "1 of 2 tallies differ" in said
    assert recount("--performance", fine.performance.code.lower())[0] == 0
    assert recount("--performance", touched.performance.code)[0] == 1


def test_recount_finds_a_ballot_for_what_was_not_offered() -> None:
    poll, other = closed((0,), (0,)), closed((1,))
    stranger = other.offers.first().choice_id
    Ballot.objects.filter(pk=poll.ballots.first().pk).update(choices=[poll.offers.first().choice_id, stranger])
    status, _, said = recount(poll.pk)
    assert (status, "names what the poll did not offer" in said) == (1, True)


def test_recount_of_nothing_is_an_error() -> None:
    open_one = opened()
    for arguments in ([], ["--performance", "NOPE22"], [str(open_one.pk)], ["999999"], ["--all", "1"]):
        with pytest.raises(CommandError):
            call_command("recount", *arguments)


@pytest.mark.parametrize("kind", ["single", "ranked"])
def test_tally_equals_the_ballots_while_many_vote_and_the_poll_closes(kind: str) -> None:
    """Six writers cast and change without pause; the poll closes under them; what was accepted is what counts."""
    poll = opened(poll_kind=kind)
    choices = list(poll.offers.order_by("position").values_list("choice_id", flat=True))
    guests = [GuestFactory(performance=poll.performance).pk for _ in range(24)]
    stop, accepted = threading.Event(), [dict[int, tuple[int, ...]]() for _ in range(6)]

    def write(number: int) -> None:
        with psycopg.connect(database_url(), autocommit=True) as database:
            turn = 0
            while not stop.is_set():
                turn += 1
                for guest in guests[number::6]:
                    named = tuple(choices[(guest + turn + n) % 3] for n in range(2 if kind == "ranked" else 1))
                    if _cast(database, poll, guest, named, turn, number) == "":
                        accepted[number][guest] = named
                    else:
                        stop.set()

    writers = [threading.Thread(target=write, args=(number,)) for number in range(6)]
    for writer in writers:
        writer.start()
    threading.Event().wait(0.3)
    tally = polls.close_poll(Poll.objects.get(pk=poll.pk))
    stop.wait(5)
    for writer in writers:
        writer.join(10)
    connection.close()
    last = {guest: list(named) for one in accepted for guest, named in one.items()}
    assert dict(Ballot.objects.filter(poll=poll).values_list("guest_id", "choices")) == last
    assert tally.voters == len(last) > 0
    assert recount(poll.pk)[0] == 0


def _cast(database, poll: Poll, guest: int, named: tuple[int, ...], turn: int, number: int) -> str:  # type: ignore[no-untyped-def]
    command = BallotCast(f"{guest}-{turn}", poll.pk, named)
    row = cast_row(poll, guest, command, receipt=turn, writer=number)
    refused = database.execute(CAST, row).fetchall()
    return str(refused[0][1]) if refused else ""
