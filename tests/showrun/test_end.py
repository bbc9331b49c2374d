"""A show that ends in the middle of a poll, or of a tie: the ballots are counted, and nothing was taken anywhere."""

import io
import zipfile
from importlib import import_module
from pathlib import Path

import pytest
from django.apps import apps
from django.core.management import call_command
from django.db import connection
from django.test import Client
from django.utils import timezone

from audience import messages
from audience.cohort import Cohort, preview
from audience.models import Ballot, Poll, Tally
from audience.recount import differences
from storyengine.plot.models import Performance
from storyengine.showrun import cycle
from storyengine.showrun.history import records_of
from tests.factories import GuestFactory, make_performance

pytestmark = pytest.mark.django_db(transaction=True)
SAID = "The show ended before this was decided."


def started(showrunner, *positions: int, **rules: object) -> Poll:  # type: ignore[no-untyped-def]
    """An open poll with a ballot for the choice at each of these places."""
    performance = make_performance(write_ahead=False, **rules)
    cycle.start(performance.pk, by=showrunner)
    poll = Poll.objects.get(performance=performance)
    choices = list(poll.offers.order_by("position").values_list("choice_id", flat=True))
    for position in positions:
        guest = GuestFactory(performance=performance)
        Ballot.objects.create(poll=poll, guest=guest, choices=[choices[position]], cast_at=timezone.now())
    return poll


def export(performance: Performance, path: Path) -> str:
    call_command("export_audience", performance.code, "--out", str(path), verbosity=0)
    with zipfile.ZipFile(path) as found:
        return io.TextIOWrapper(found.open("polls.csv"), "utf-8-sig").read()


@pytest.mark.parametrize("positions", [(), (1, 1, 0)])
def test_end_in_a_poll_counts_it_and_declares_no_winner(showrunner, tmp_path: Path, positions: tuple[int, ...]) -> None:  # type: ignore[no-untyped-def]
    poll = started(showrunner, *positions)
    cycle.end(poll.performance_id, by=showrunner)
    poll.refresh_from_db()
    tally = Tally.objects.get()
    assert (poll.state, tally.winner, tally.decided_at, tally.decided_by) == ("closed", None, None, "ended")
    assert sorted(tally.counts.values()) == sorted(positions.count(place) for place in range(3))
    assert differences(poll) == []
    shape = messages.tally_shape(tally)
    assert (shape["winner"], shape["tie"], shape["decided_by"]) == (None, None, "ended")
    sheet = export(poll.performance, tmp_path / "out.zip")
    assert "True" not in sheet
    (record,) = records_of(poll.performance.story).values()
    assert record["polls"][0]["tally"]["winner"] is None


def test_end_in_a_poll_is_said_in_the_console_and_the_script(showrunner) -> None:  # type: ignore[no-untyped-def]
    poll, client = started(showrunner), Client()
    client.force_login(showrunner)
    cycle.end(poll.performance_id, by=showrunner)
    page = client.get(f"/console/{poll.performance.code}/").content.decode()
    script = client.get(f"/console/{poll.performance.code}/script.fountain?choices=on").content.decode()
    assert (SAID in page, ">won<" in page) == (True, False)
    assert (SAID in script, "Taken:" in script, "Decided by" in script) == (True, False, False)


def test_end_while_a_tie_waits_leaves_it_undecided(showrunner) -> None:  # type: ignore[no-untyped-def]
    poll = started(showrunner, 0, 1, tie_rule="decide")
    cycle.close_now(poll.performance_id, by=showrunner)
    assert Tally.objects.get().decided_by == "tie"
    cycle.end(poll.performance_id, by=showrunner)
    tally = Tally.objects.get()
    assert (tally.winner, tally.decided_by, messages.tally_shape(tally)["tie"]) == (None, "ended", None)
    assert differences(Poll.objects.get()) == []


def test_cohort_out_of_an_undecided_poll_turns_nothing(showrunner) -> None:  # type: ignore[no-untyped-def]
    poll = started(showrunner, 0, 1, 1)
    cycle.end(poll.performance_id, by=showrunner)
    guests = tuple(Ballot.objects.order_by("pk").values_list("guest_id", flat=True)[1:])
    number, (effect,) = preview(poll.performance, Cohort(guests=guests))
    assert (number, effect.winner_before, effect.winner_after, effect.turns) == (2, None, None, False)


def test_migration_takes_back_the_winner_of_a_poll_that_its_show_cut_off(showrunner) -> None:  # type: ignore[no-untyped-def]
    cut, decided = started(showrunner, 0), started(showrunner, 0)
    for poll in (cut, decided):
        if poll == decided:
            cycle.close_now(poll.performance_id, by=showrunner)
        cycle.end(poll.performance_id, by=showrunner)
    winner = Tally.objects.get(poll=decided).winner
    assert winner is not None
    Tally.objects.filter(poll=cut).update(winner=winner, decided_at=timezone.now(), decided_by="votes")
    migration = import_module("audience.migrations.0005_polls_left_undecided")
    migration.take_back_winners(apps, connection.schema_editor())
    told = {tally.poll_id: (tally.winner, tally.decided_by) for tally in Tally.objects.select_related("winner")}
    assert told == {cut.pk: (None, "ended"), decided.pk: (winner, "votes")}
