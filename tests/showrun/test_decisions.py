"""What waits for the showrunner's hand: a tie, decided or drawn, and counts that are kept back."""

from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone

from audience.models import Ballot, Poll, Tally
from audience.tally import draw
from storyengine.errors import Refused
from storyengine.generation.models import Draft
from storyengine.plot.models import Performance
from storyengine.plot.path import current_step
from storyengine.showrun import cycle, decisions
from tests.factories import GuestFactory, make_performance

pytestmark = pytest.mark.django_db(transaction=True)


def started(showrunner, **rules: object) -> Performance:  # type: ignore[no-untyped-def]
    performance = make_performance(**rules)
    cycle.start(performance.pk, by=showrunner)
    return performance


def tied(showrunner, **rules: object) -> tuple[Performance, dict[str, int]]:  # type: ignore[no-untyped-def]
    """A closed poll in which the widow and the thief have one ballot each."""
    performance = started(showrunner, tie_rule="decide", **rules)
    poll = Poll.objects.get(performance=performance)
    choices = dict(poll.offers.values_list("label", "choice_id"))
    for label in ("Carry the thief", "Carry the widow"):
        guest = GuestFactory(performance=performance)
        Ballot.objects.create(poll=poll, guest=guest, choices=[choices[label]], cast_at=timezone.now())
    cycle.close_now(performance.pk, by=showrunner)
    return performance, choices


def position(performance: Performance) -> int:
    step = current_step(performance)
    assert step is not None
    return step.position


def test_tie_holds_the_loop_until_the_showrunner_decides(showrunner) -> None:  # type: ignore[no-untyped-def]
    performance, choices = tied(showrunner)
    cycle.advance(performance.pk)
    assert (position(performance), Tally.objects.get().winner) == (1, None)
    # the losers' writing is stopped, the leaders' goes on
    drafts = dict(Draft.objects.values_list("brief__choice__label", "state"))
    assert drafts == {"Carry the thief": "queued", "Burn the ferry": "cancelled"}
    decisions.decide_tie(performance.pk, choices["Carry the widow"], by=showrunner)
    assert position(performance) == 2
    tally = Tally.objects.get()
    assert (tally.winner_id, tally.decided_by, tally.rule) == (choices["Carry the widow"], "tie", "decide")
    assert performance.log.get(event="tie.decided").by == showrunner
    with pytest.raises(Refused) as refused:
        decisions.decide_tie(performance.pk, choices["Carry the thief"], by=showrunner)
    assert refused.value.code == "tie.decided"


def test_tie_goes_only_to_a_leader(showrunner) -> None:  # type: ignore[no-untyped-def]
    performance, choices = tied(showrunner)
    with pytest.raises(Refused) as refused:
        decisions.decide_tie(performance.pk, choices["Burn the ferry"], by=showrunner)
    assert refused.value.code == "choice.unknown"
    assert position(performance) == 1


def test_tie_that_nobody_decides_is_drawn_when_its_time_is_up(showrunner) -> None:  # type: ignore[no-untyped-def]
    performance, _ = tied(showrunner, tie_seconds=30)
    decisions.draw_overdue()
    assert Tally.objects.get().winner is None
    Tally.objects.update(frozen_at=timezone.now() - timedelta(seconds=31))
    decisions.draw_overdue()
    tally = Tally.objects.get()
    seed = f"{performance.seed}:1"
    assert (tally.winner_id, tally.rule, tally.seed) == (draw(tally.leaders, seed), "draw", seed)
    assert performance.log.get(event="tie.decided").by is None


def test_tie_of_a_performance_that_ended_is_left_as_it_was(showrunner) -> None:  # type: ignore[no-untyped-def]
    performance, choices = tied(showrunner)
    cycle.end(performance.pk, by=showrunner)
    Tally.objects.update(frozen_at=timezone.now() - timedelta(hours=1))
    decisions.draw_overdue()
    with pytest.raises(Refused):
        decisions.decide_tie(performance.pk, choices["Carry the widow"], by=showrunner)
    assert Tally.objects.get().winner is None


def test_reveal_is_for_a_poll_that_is_kept_back_and_happens_once(showrunner) -> None:  # type: ignore[no-untyped-def]
    shown = Poll.objects.get(performance=started(showrunner))
    kept = Poll.objects.get(performance=started(showrunner, results="by_hand"))
    decisions.reveal(kept.performance_id, kept.pk, by=showrunner)
    kept.refresh_from_db()
    assert kept.revealed_at is not None
    for performance, poll, code in [
        (kept.performance_id, kept.pk, "poll.revealed"),
        (shown.performance_id, shown.pk, "poll.revealed"),
        (shown.performance_id, kept.pk, "poll.unknown"),
    ]:
        with pytest.raises(Refused) as refused:
            decisions.reveal(performance, poll, by=showrunner)
        assert refused.value.code == code


def test_console_has_a_button_for_each_leader_and_for_each_count_kept_back(client: Client, showrunner) -> None:  # type: ignore[no-untyped-def]
    performance, choices = tied(showrunner, results="by_hand")
    client.force_login(showrunner)
    page = f"/console/{performance.code}/"
    html = client.get(page).content.decode()
    assert "It is a tie. You decide." in html
    for label, choice in choices.items():
        asked = f'name="choice" value="{choice}"><button class="button is-primary"' in html
        assert asked == (label != "Burn the ferry")
    poll = Poll.objects.get(performance=performance)
    assert client.post(f"{page}reveal/", {"poll": poll.pk}).status_code == 302
    assert client.post(f"{page}decide/", {"choice": choices["Carry the widow"]}).status_code == 302
    html = client.get(page).content.decode()
    assert "It is a tie. You decide." not in html
    assert f'name="poll" value="{poll.pk}"' not in html
    assert position(performance) == 2


def test_console_shows_the_rounds_of_a_run_off(client: Client, showrunner) -> None:  # type: ignore[no-untyped-def]
    performance = started(showrunner, poll_kind="ranked", write_ahead=False)
    poll = Poll.objects.get(performance=performance)
    widow, thief, ferry = poll.offers.order_by("position").values_list("choice_id", flat=True)
    for choices in ([widow], [widow], [thief, ferry], [ferry, thief], [ferry]):
        guest = GuestFactory(performance=performance)
        Ballot.objects.create(poll=poll, guest=guest, choices=choices, cast_at=timezone.now())
    cycle.close_now(performance.pk, by=showrunner)
    client.force_login(showrunner)
    html = client.get(f"/console/{performance.code}/").content.decode()
    assert "The run-off, round by round" in html
    assert html.count('<td class="is-number">–</td>') == 1  # the thief in the second round


@pytest.mark.parametrize(("fewest", "most", "fine"), [(1, 1, True), (2, 3, True), (3, 2, False), (0, 1, False)])
def test_new_performance_takes_bounds_that_a_ballot_can_meet(client: Client, showrunner, fewest, most, fine) -> None:  # type: ignore[no-untyped-def]
    story = make_performance().story
    client.force_login(showrunner)
    sent = {
        "story": story.pk, "poll_seconds": 60, "poll_kind": "multiple", "min_choices": fewest, "max_choices": most,
        "results": "voted", "tie_rule": "decide", "tie_seconds": 60, "empty_rule": "first", "shift_rule": "stand",
        "late_rule": "hold", "late_seconds": 120, "words_min": 120, "words_max": 220,
    }  # fmt: skip
    assert client.post("/console/", sent).status_code == (302 if fine else 422)
    assert Performance.objects.filter(poll_kind="multiple").exists() == fine
