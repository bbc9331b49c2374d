"""Strike a cohort out: whom it takes, what it would do, what stays, and how it is taken back."""

from datetime import UTC, datetime, timedelta

import pytest

from audience import bans, cohort, door, polls
from audience.cohort import Cohort, cohort_from, preview, strike_out, undo_strike
from audience.models import Ballot, Comment, Guest, Poll, Recount, Tally
from storyengine.errors import Refused
from tests.audience.seats import Hall

pytestmark = pytest.mark.django_db

NIGHT = datetime(2026, 5, 1, 20, tzinfo=UTC)


@pytest.fixture
def raided() -> tuple[Hall, Poll, list[int]]:
    """Two honest votes for the first choice; a raid of three for the second, in one second."""
    hall = Hall()
    poll = hall.poll()
    for n in range(2):
        hall.vote(poll, 1, hall.seat(joined_at=NIGHT), cast_at=NIGHT + timedelta(seconds=20 * n))
    raid = [
        hall.vote(poll, 2, hall.seat(joined_at=NIGHT + timedelta(minutes=5, milliseconds=n)),
                  cast_at=NIGHT + timedelta(minutes=6, milliseconds=100 * n)).pk
        for n in range(3)
    ]  # fmt: skip
    return hall, poll, raid


def test_cohort_takes_those_of_whom_all_holds(raided) -> None:  # type: ignore[no-untyped-def]
    hall, poll, raid = raided
    first, second = (offer.choice_id for offer in poll.offers.order_by("position")[:2])
    late = (NIGHT + timedelta(minutes=4)).isoformat()
    clump = (NIGHT + timedelta(minutes=6)).isoformat()
    for chosen in (
        Cohort(joined_from=late), Cohort(joined_from=late, joined_until=(NIGHT + timedelta(minutes=9)).isoformat()),
        Cohort(poll=poll.pk, choice=second), Cohort(poll=poll.pk, second=clump), Cohort(guests=tuple(raid)),
    ):  # fmt: skip
        assert sorted(chosen.rows(hall.performance).values_list("pk", flat=True)) == raid, chosen
    for nobody in (Cohort(), Cohort(joined_from=late, poll=poll.pk, choice=first), Cohort(batch=1)):
        assert not nobody.rows(hall.performance).exists(), nobody
    assert not Cohort(guests=tuple(raid)).rows(Hall().performance).exists()


def test_cohort_takes_a_batch_of_admissions(raided) -> None:  # type: ignore[no-untyped-def]
    hall, _, raid = raided
    (slip,) = door.print_admissions(hall.performance, 1)
    door.use_admission(hall.performance, slip.code, Guest.objects.get(pk=raid[0]))
    assert [guest.pk for guest in Cohort(batch=1).rows(hall.performance)] == raid[:1]


@pytest.mark.parametrize(
    "fields", [{"guests": "1, x"}, {"batch": "-1"}, {"joined_from": "yesterday"}, {"second": "2026-13-01T00:00"}]
)
def test_cohort_from_nonsense_is_refused(fields: dict[str, str]) -> None:
    with pytest.raises(Refused) as refused:
        cohort_from(fields)
    assert refused.value.code == "cohort.invalid"


def test_cohort_from_reads_what_it_stored() -> None:
    from dataclasses import asdict

    chosen = cohort_from({"guests": "#4, 7 9", "poll": "3", "joined_from": "2026-05-01T20:00"})
    assert chosen == Cohort(guests=(4, 7, 9), poll=3, joined_from="2026-05-01T20:00")
    assert cohort_from(asdict(chosen) | {"guests": list(chosen.guests)}) == chosen


def test_clumps_find_the_raid(raided) -> None:  # type: ignore[no-untyped-def]
    hall, poll, _ = raided
    (clump,) = cohort.clumps(hall.performance)
    assert (clump["poll"], clump["label"], clump["number"]) == (poll.pk, "Carry the thief", 3)


def test_preview_shows_the_effect_and_changes_nothing(raided) -> None:  # type: ignore[no-untyped-def]
    hall, poll, raid = raided
    number, (effect,) = preview(hall.performance, Cohort(guests=tuple(raid)))
    assert (number, effect.poll, effect.turns) == (3, poll, True)
    assert effect.rows == [("Carry the widow", 2, 2), ("Carry the thief", 3, 0), ("Burn the ferry", 0, 0)]
    assert not Guest.objects.filter(banned_at__isnull=False).exists()


def test_strike_recounts_beside_the_frozen_tally_and_undo_takes_it_back(raided) -> None:  # type: ignore[no-untyped-def]
    hall, poll, raid = raided
    tally = polls.close_poll(poll)
    frozen = Tally.objects.values().get()
    strike = strike_out(hall.performance, Cohort(guests=tuple(raid)), by=hall.by, reason="a raid")
    recount = Recount.objects.get()
    first, second = (offer.choice_id for offer in poll.offers.order_by("position")[:2])
    assert (strike.guests, recount.winner_id, recount.voters) == (3, first, 2)
    assert (tally.winner_id, Tally.objects.values().get()) == (second, frozen)
    assert undo_strike(strike, by=hall.by) == raid
    assert Recount.objects.filter(undone=True).get().winner_id == second
    assert polls.count_poll(poll).counts[second] == 3
    with pytest.raises(Refused) as refused:
        undo_strike(strike, by=hall.by)
    assert refused.value.code == "strike.undone"


def test_strike_silences_comments_and_leaves_those_banned_before(raided) -> None:  # type: ignore[no-untyped-def]
    hall, _, raid = raided
    hall.say("Fog")
    Comment.objects.update(guest=raid[1])
    bans.ban_guests(hall.performance, raid[:1], by=hall.by)
    strike = strike_out(hall.performance, Cohort(guests=tuple(raid)), by=hall.by)
    assert (strike.guests, Comment.objects.counted().count()) == (2, 0)
    undo_strike(strike, by=hall.by)
    assert list(Guest.objects.filter(banned_at__isnull=False).values_list("pk", flat=True)) == raid[:1]
    assert Comment.objects.counted().count() == 1


def test_strike_of_nobody_is_refused(raided) -> None:  # type: ignore[no-untyped-def]
    hall, _, raid = raided
    for chosen in (Cohort(), Cohort(guests=(10**9,))):
        with pytest.raises(Refused) as refused:
            strike_out(hall.performance, chosen, by=hall.by)
        assert refused.value.code == "cohort.empty"
    strike_out(hall.performance, Cohort(guests=tuple(raid)), by=hall.by)
    with pytest.raises(Refused, match="No guest"):
        strike_out(hall.performance, Cohort(guests=tuple(raid)), by=hall.by)


def test_counted_when_frozen_is_what_the_tally_was_made_of(raided) -> None:  # type: ignore[no-untyped-def]
    hall, poll, raid = raided
    before, after = raid[0], raid[1]
    bans.ban_guests(hall.performance, [before], by=hall.by)
    tally = polls.close_poll(poll)
    moment = tally.frozen_at
    # One connection, one transaction: the clock is moved by hand, as it would have moved between requests.
    from audience.models import Ban

    Ban.objects.update(at=moment - timedelta(minutes=1))
    bans.ban_guests(hall.performance, [after], by=hall.by)
    Ban.objects.filter(guest=after).update(at=moment + timedelta(minutes=1))
    bans.unban_guests(hall.performance, [before])
    Ban.objects.filter(guest=before).update(lifted_at=moment + timedelta(minutes=2))
    counted = bans.counted_when_frozen(poll.pk)
    assert counted.count() == tally.voters == 4
    assert set(Ballot.objects.values_list("guest", flat=True)) - set(counted.values_list("guest", flat=True)) == {
        before
    }
