"""A poll opens and closes by the database's clock, and its tally is a recount of the table, always."""

from datetime import timedelta

import pytest
from django.db import IntegrityError, transaction
from django.db.models.functions import Now
from django.utils import timezone

from audience.models import Ballot, Poll, Tally
from audience.polls import (
    close_poll,
    count_poll,
    database_now,
    decide_tie,
    draw_winner,
    extend_poll,
    open_poll,
    order_of,
)
from audience.tally import draw
from storyengine.errors import Refused
from storyengine.plot.path import enter
from tests.factories import GuestFactory, make_performance


def opened(**rules: object) -> Poll:
    performance = make_performance(**rules)
    return open_poll(performance, enter(performance, performance.story.start, choice=None))


def vote(poll: Poll, position: int, **guest: object) -> Ballot:
    voter = GuestFactory(performance=poll.performance, **guest)
    return Ballot.objects.create(
        poll=poll, guest=voter, choices=[poll.offers.get(position=position).choice_id], cast_at=timezone.now()
    )


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


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("rules", "bounds"),
    [
        ({}, ("single", 1, 1)),
        ({"poll_kind": "multiple", "min_choices": 2, "max_choices": 2}, ("multiple", 2, 2)),
        ({"poll_kind": "multiple", "min_choices": 5, "max_choices": 9}, ("multiple", 3, 3)),  # of three offers
        ({"poll_kind": "approval", "min_choices": 2, "max_choices": 2}, ("approval", 1, 3)),
        ({"poll_kind": "ranked"}, ("ranked", 1, 3)),
    ],
)
def test_open_poll_keeps_its_rules_within_what_the_scene_offers(rules, bounds) -> None:  # type: ignore[no-untyped-def]
    poll = opened(**rules, results="hidden", tie_rule="draw", empty_rule="last")
    assert (poll.kind, poll.min_choices, poll.max_choices) == bounds
    assert (poll.results, poll.tie_rule, poll.empty_rule) == ("hidden", "draw", "last")


@pytest.mark.django_db
@pytest.mark.parametrize("choices", [[], [1, 1], [1, 2, 1], [None], [1, None]])
def test_ballot_that_names_nothing_or_a_choice_twice_is_kept_out_by_the_database(choices: list[int | None]) -> None:
    poll = opened()
    guest = GuestFactory(performance=poll.performance)
    with pytest.raises(IntegrityError, match="ballot_names_each_choice_once"), transaction.atomic():
        Ballot.objects.create(poll=poll, guest=guest, choices=choices, cast_at=timezone.now())


@pytest.mark.django_db
def test_tie_waits_for_the_showrunner_and_is_decided_once() -> None:
    poll = opened(tie_rule="decide")
    for position in (3, 2):
        vote(poll, position)
    tally = close_poll(poll)
    _, thief, ferry = poll.offers.order_by("position").values_list("choice_id", flat=True)
    assert (tally.winner, tally.decided_at, tally.leaders, tally.standing) == (
        None,
        None,
        [thief, ferry],
        [thief, ferry],
    )
    with pytest.raises(Refused) as refused:
        decide_tie(tally, poll.offers.get(position=1).choice_id)
    assert refused.value.code == "choice.unknown"
    assert decide_tie(tally, ferry).winner_id == ferry
    assert (tally.decided_by, tally.rule, tally.seed, tally.standing) == ("tie", "decide", "", [ferry])
    for again in (lambda: decide_tie(tally, thief), lambda: draw_winner(tally)):
        with pytest.raises(Refused) as refused:
            again()
        assert refused.value.code == "tie.decided"


@pytest.mark.django_db
def test_tie_that_nobody_decides_is_drawn_by_the_seed_of_the_performance() -> None:
    poll = opened(tie_rule="decide")
    vote(poll, 2), vote(poll, 3)
    tally = draw_winner(close_poll(poll))
    seed = f"{poll.performance.seed}:1"
    assert (tally.winner_id, tally.rule, tally.seed) == (draw(tally.leaders, seed), "draw", seed)


@pytest.mark.django_db
def test_order_of_a_run_off_is_how_long_each_choice_stayed() -> None:
    poll = opened(poll_kind="ranked")
    widow, thief, ferry = poll.offers.order_by("position").values_list("choice_id", flat=True)
    for choices in ([widow], [widow], [widow], [thief, ferry], [thief, ferry], [ferry, thief], [ferry, thief], [ferry]):
        Ballot.objects.create(
            poll=poll, guest=GuestFactory(performance=poll.performance), choices=choices, cast_at=timezone.now()
        )
    tally = close_poll(poll)
    assert (tally.counts, tally.winner_id) == ({str(widow): 3, str(thief): 2, str(ferry): 3}, ferry)
    assert [(one["counts"], one["exhausted"], one["out"]) for one in tally.rounds] == [
        ({str(widow): 3, str(thief): 2, str(ferry): 3}, 0, [thief]),
        ({str(widow): 3, str(ferry): 5}, 0, []),
    ]
    assert order_of(tally) == [ferry, widow, thief]
    assert [tally.support(choice) for choice in (widow, thief, ferry)] == [3, 2, 5]
    assert [poll.ballots.for_choice(choice).count() for choice in (widow, thief, ferry)] == [3, 2, 3]


@pytest.mark.django_db
def test_ballots_of_several_choices_count_for_each_of_them() -> None:
    poll = opened(poll_kind="approval")
    widow, thief, ferry = poll.offers.order_by("position").values_list("choice_id", flat=True)
    for choices in ([widow, thief], [thief], [ferry, thief]):
        Ballot.objects.create(
            poll=poll, guest=GuestFactory(performance=poll.performance), choices=choices, cast_at=timezone.now()
        )
    assert [poll.ballots.for_choice(choice).count() for choice in (widow, thief, ferry)] == [1, 3, 1]
    tally = close_poll(poll)
    assert ([tally.support(choice) for choice in (widow, thief, ferry)], tally.voters) == ([1, 3, 1], 3)
