"""Who sees which counts: a hidden count never leaves the server towards a guest who may not see it."""

import json
import time
from typing import Any

import pytest
from websockets.sync.client import ClientConnection

from audience import bans, live, tickets
from audience.models import Poll
from audience.tickets import Ticket
from storyengine.showrun import cycle, decisions
from tests.audience.conftest import House, answer, choices_of, poll_of, receive

SHOWN = {"counts", "voters", "rounds"}


def ballot(poll: Poll, *choices: int, ref: str = "b1") -> dict[str, object]:
    return {"type": "ballot.cast", "ref": ref, "poll": poll.pk, "choices": list(choices)}


def until(socket: ClientConnection, kind: str) -> tuple[dict[str, Any], list[dict[str, Any]]]:
    """The next frame of this type, and all that came before it."""
    before = []
    while (frame := receive(socket))["type"] != kind:
        before.append(frame)
    return frame, before


def numbers(frames: list[dict[str, Any]]) -> list[object]:
    """Every count that frames hold, wherever it stands."""
    places = [frame if "counts" in frame else frame.get("poll") for frame in frames]
    return [place[name] for place in places if isinstance(place, dict) for name in SHOWN if place.get(name)]


def test_counts_after_voting_go_to_those_who_have_voted(house: House) -> None:
    performance = house.live(results="voted")
    poll, (_, token) = poll_of(performance), house.join(performance)
    first, second, third = choices_of(poll)
    screen = tickets.issue(Ticket(performance.pk, performance.code))
    with house.sit(performance) as watcher, house.sit(performance, screen) as wall:
        with house.sit(performance, token) as voter:
            opened = receive(voter)
            assert opened["poll"]["counts"] is None
            answer(voter, ballot(poll, second))
            tally = until(voter, "tally.updated")[0]
            assert (tally["counts"], tally["voters"]) == ({str(first): 0, str(second): 1, str(third): 0}, 1)
            path = f"/{performance.code}"
            other = house.join(performance)[1]
            house.call("POST", f"{path}/ballots", token=other, json={"poll": poll.pk, "choices": [third]})
            assert until(voter, "tally.updated")[0]["voters"] == 2
        # over HTTP, and on a socket that comes back, each sees what they may
        assert house.call("GET", path, token=token).json()["poll"]["voters"] == 2
        assert house.call("GET", path).json()["poll"]["counts"] is None
        assert house.call("GET", path, token=house.join(performance)[1]).json()["poll"]["counts"] is None
        with house.sit(performance, token) as back:
            assert receive(back)["poll"]["voters"] == 2
        with house.sit(performance, token, epoch=opened["epoch"], offset=opened["offset"]) as back:
            assert receive(back)["type"] == "performance.resumed"
            assert receive(back)["voters"] == 2  # the newest tally alone
        with house.sit(performance, epoch=opened["epoch"], offset=opened["offset"]) as stranger:
            assert receive(stranger)["offset"] > opened["offset"]
            assert answer(stranger, {"type": "ping"})["type"] == "pong"
        cycle.close_now(performance.pk, by=house.showrunner)
        for socket in (watcher, wall):
            closed, before = until(socket, "poll.closed")
            assert numbers(before) == []
            assert (closed["voters"], closed["counts"][str(second)]) == (2, 1)


def test_hidden_counts_reach_nobody_before_the_close(house: House) -> None:
    performance = house.live(results="hidden")
    poll, (_, token) = poll_of(performance), house.join(performance)
    with house.sit(performance, token) as voter:
        answer(voter, ballot(poll, choices_of(poll)[0]))
        assert house.call("GET", f"/{performance.code}", token=token).json()["poll"]["counts"] is None
        cycle.close_now(performance.pk, by=house.showrunner)
        closed, before = until(voter, "poll.closed")
    assert (numbers(before), closed["voters"]) == ([], 1)


def test_counts_revealed_by_hand_are_hidden_beyond_the_close(house: House) -> None:
    performance = house.live(results="by_hand", poll_kind="ranked")
    poll, (_, token) = poll_of(performance), house.join(performance)
    first, second, third = choices_of(poll)
    with house.sit(performance, token) as voter:
        answer(voter, ballot(poll, second, first))
        cycle.close_now(performance.pk, by=house.showrunner)
        closed, before = until(voter, "poll.closed")
        assert numbers([*before, closed]) == []
        assert (closed["winner"], closed["decided_by"], closed["counts"]) == (second, "votes", None)
        assert house.call("GET", f"/{performance.code}", token=token).json()["poll"]["counts"] is None
        decisions.reveal(performance.pk, poll.pk, by=house.showrunner)
        revealed = until(voter, "tally.revealed")[0]
    counts = {str(first): 0, str(second): 1, str(third): 0}
    assert (revealed["poll"], revealed["counts"], revealed["voters"]) == (poll.pk, counts, 1)
    assert [one["counts"] for one in revealed["rounds"]] == [counts]


def test_counts_revealed_while_the_poll_is_open_go_on_live(house: House) -> None:
    performance = house.live(results="by_hand")
    poll = poll_of(performance)
    with house.sit(performance) as voter:
        answer(voter, ballot(poll, choices_of(poll)[0]))
        decisions.reveal(performance.pk, poll.pk, by=house.showrunner)
        revealed, before = until(voter, "tally.revealed")
        assert (numbers(before), revealed["voters"], revealed["rounds"]) == ([], 1, None)
        with house.sit(performance) as other:
            answer(other, ballot(poll, choices_of(poll)[1]))
        assert until(voter, "tally.updated")[0]["voters"] == 2
        assert house.call("GET", f"/{performance.code}").json()["poll"]["voters"] == 2


def test_tally_goes_out_only_when_it_has_changed(house: House) -> None:
    performance = house.live()
    poll, (_, token) = poll_of(performance), house.join(performance)
    first, second, _ = choices_of(poll)
    with house.sit(performance, token) as voter, house.sit(performance) as watcher:
        receive(watcher)
        answer(voter, ballot(poll, first))
        before = receive(watcher)
        answer(voter, ballot(poll, first, ref="the same pick, in another command"))
        time.sleep(3 * live.TALLY_INTERVAL_S)
        answer(voter, ballot(poll, second, ref="another"))
        after = receive(watcher)
    assert (before["offset"] + 1, after["counts"][str(second)]) == (after["offset"], 1)


@pytest.mark.parametrize("results", ["live", "voted"])
def test_ban_is_in_the_count_that_is_seen_at_once(house: House, results: str) -> None:
    performance = house.live(results=results)
    poll, (raider, token) = poll_of(performance), house.join(performance)
    first, second, _ = choices_of(poll)
    with house.sit(performance) as watcher, house.sit(performance, token) as rude:
        answer(watcher, ballot(poll, second)), answer(rude, ballot(poll, first))
        while until(watcher, "tally.updated")[0]["voters"] < 2:
            pass
        assert bans.ban_guests(performance, [raider.pk], by=house.showrunner) == [raider.pk]
        tally = until(watcher, "tally.updated")[0]
        assert (tally["voters"], tally["counts"][str(first)]) == (1, 0)
        bans.unban_guests(performance, [raider.pk])
        assert until(watcher, "tally.updated")[0]["voters"] == 2


def test_tie_that_waits_is_told_with_its_leaders_and_then_its_winner(house: House) -> None:
    performance = house.live(tie_rule="decide")
    poll = poll_of(performance)
    first, second, _ = choices_of(poll)
    with house.sit(performance) as one, house.sit(performance) as two:
        answer(one, ballot(poll, first)), answer(two, ballot(poll, second))
        cycle.close_now(performance.pk, by=house.showrunner)
        closed = until(one, "poll.closed")[0]
        assert (closed["winner"], closed["voters"], closed["tie"].pop("until") > poll.opened_at.isoformat()) == (
            None, 2, True,
        )  # fmt: skip
        assert closed["tie"] == {"rule": "decide", "choices": [first, second]}
        decisions.decide_tie(performance.pk, first, by=house.showrunner)
        decided = until(one, "poll.decided")[0]
    assert (decided["poll"], decided["winner"], decided["tie"]) == (poll.pk, first, closed["tie"])


@pytest.mark.parametrize("kind", ["multiple", "approval", "ranked"])
def test_ballot_of_several_choices_is_counted_by_its_kind(house: House, kind: str) -> None:
    performance = house.live(poll_kind=kind, min_choices=2, max_choices=2)
    poll = poll_of(performance)
    first, second, third = choices_of(poll)
    with house.sit(performance) as socket:
        shape = receive(socket)["poll"]
        assert (shape["kind"], shape["min_choices"], shape["max_choices"]) == (
            kind, 2 if kind == "multiple" else 1, 2 if kind == "multiple" else 3,
        )  # fmt: skip
        assert answer(socket, ballot(poll, third, first))["type"] == "ballot.accepted"
        tally = until(socket, "tally.updated")[0]
    named = {third} if kind == "ranked" else {first, third}
    assert tally["counts"] == {str(choice): int(choice in named) for choice in (first, second, third)}
    assert tally["voters"] == 1


def test_two_tabs_of_one_guest_are_one_ballot_in_the_order_of_their_numbers(house: House) -> None:
    performance = house.live()
    poll, (_, token) = poll_of(performance), house.join(performance)
    first, second, third = choices_of(poll)
    with house.sit(performance, token) as tab, house.sit(performance, token) as other:
        for socket, choice, seq in (
            (other, second, 2000),
            (tab, first, 1000),
            (other, third, 3000),
            (tab, second, 2500),
        ):
            sent = ballot(poll, choice, ref=f"r{seq}") | {"seq": seq}
            assert answer(socket, sent) == {"type": "ballot.accepted", "ref": f"r{seq}", "poll": poll.pk}
    assert json.loads(json.dumps(list(poll.ballots.values_list("choices", "seq")))) == [[[third], 3000]]
