"""Reactions: counted through Redis, stored by the clock, told to all as sums."""

import asyncio
import json

import pytest
from django.utils import timezone

from audience import live, reactions, sight
from audience.commands import ReactionSend
from audience.models import Guest, HouseRules, ReactionCount
from storyengine.errors import Refused
from storyengine.plot.models import Performance
from tests.audience.conftest import House, answer, receive, refusal
from tests.audience.seats import Hall


@pytest.mark.django_db
def test_flush_moves_counters_into_the_scene_and_tells_the_sums(django_capture_on_commit_callbacks) -> None:  # type: ignore[no-untyped-def]
    hall = Hall()
    counter = reactions.counter(hall.performance.code)
    for kind, number in (("applause", 3), ("heart", 2), ("bogus", 9)):
        live.client().hincrby(counter, kind, number)
    with django_capture_on_commit_callbacks(execute=True):
        assert reactions.flush() == 1
    live.client().hincrby(counter, "applause", 4)
    with django_capture_on_commit_callbacks(execute=True):
        assert [reactions.flush(), reactions.flush()] == [1, 0]
    assert dict(ReactionCount.objects.values_list("kind", "number")) == {"applause": 7, "heart": 2}
    frames = live.client().lrange(live.keys(hall.performance.code)[2], 0, -1)
    assert [json.loads(frame)["counts"] for frame in frames] == [  # type: ignore[union-attr]
        {"applause": 3, "heart": 2}, {"applause": 7, "heart": 2},
    ]  # fmt: skip
    assert sight.read_snapshot(hall.performance.pk)["reactions"] == {"applause": 7, "heart": 2}


def sent(house: House, performance: Performance, kind: str = "heart") -> object:
    with house.sit(performance) as socket:
        receive(socket)
        return answer(socket, {"type": "reaction.send", "ref": "r1", "kind": kind})


def test_a_reaction_is_accepted_counted_and_told(house: House) -> None:
    performance = house.live()
    with house.sit(performance) as socket:
        receive(socket)
        assert answer(socket, {"type": "reaction.send", "ref": "r1", "kind": "gasp"}) == {
            "type": "reaction.accepted", "ref": "r1",
        }  # fmt: skip
        while (event := receive(socket))["type"] != "reactions.counted":
            pass
    assert event["counts"] == {"gasp": 1}


def test_reactions_are_slowed_for_a_guest_on_all_their_sockets(house: House) -> None:
    performance = house.live()
    _, token = house.join(performance)
    codes = []
    with house.sit(performance, token) as one, house.sit(performance, token) as two:
        for socket in (one, two):
            receive(socket)
            for n in range(6):
                frame = answer(socket, {"type": "reaction.send", "ref": f"r{n}", "kind": "heart"})
                codes.append(frame.get("code", "accepted"))
    assert codes.count("reaction.too_fast") >= 5
    assert codes[:5] == ["accepted"] * 5


@pytest.mark.parametrize(
    ("command", "code"),
    [
        ({"kind": "rage"}, "reaction.unknown"),
        ({"kind": 5}, "message.malformed"),
        ({}, "message.malformed"),
    ],
)
def test_a_reaction_that_is_none_is_refused(house: House, command: dict[str, object], code: str) -> None:
    performance = house.live()
    with house.sit(performance) as socket:
        receive(socket)
        assert refusal(answer(socket, {"type": "reaction.send", "ref": "r1", **command})) == (code, "r1")


def test_reactions_follow_the_house_the_show_and_bans(house: House) -> None:
    assert refusal(sent(house, house.waiting())) == ("performance.not_started", "r1")  # type: ignore[arg-type]
    closed = house.live()
    HouseRules.objects.create(performance=closed, reactions_open=False)
    assert refusal(sent(house, closed)) == ("reaction.closed", "r1")  # type: ignore[arg-type]
    performance = house.live()
    guest, token = house.join(performance)
    Guest.objects.filter(pk=guest.pk).update(banned_at=timezone.now())
    with house.sit(performance, token) as socket:
        receive(socket)
        assert refusal(answer(socket, {"type": "reaction.send", "ref": "r1", "kind": "heart"}))[0] == "guest.banned"


def test_a_reaction_over_http(house: House) -> None:
    performance = house.live()
    _, token = house.join(performance)
    done = house.call("POST", f"/{performance.code}/reactions", token=token, json={"kind": "applause"})
    assert (done.status_code, done.json()["type"]) == (200, "reaction.accepted")
    assert house.call("POST", f"/{performance.code}/reactions", token=token, json={"kind": "x"}).status_code == 422


@pytest.mark.django_db
def test_send_reaction_without_redis_says_busy(settings) -> None:  # type: ignore[no-untyped-def]
    settings.REDIS_URL = "redis://127.0.0.1:1/0"
    hall = Hall()
    ticket = hall.seat()
    reactions._facts[ticket.performance] = reactions._look(ticket.performance)

    async def send() -> None:
        await reactions.send_reaction(ReactionSend("r1", "heart"), ticket)

    with pytest.raises(Refused) as refused:
        asyncio.run(send())
    assert refused.value.code == "server.busy"
