"""The socket of a guest, over real WebSockets against the running stack."""

import json
import time
from datetime import timedelta

import pytest
from django.utils import timezone

from audience import live, messages, tickets
from audience.ballots import told
from audience.models import Ballot, Comment, Guest, Poll
from audience.tickets import Ticket
from tests.audience.conftest import House, answer, choices_of, poll_of, receive, refusal
from tests.factories import make_story


def ballot(poll: int, choice: object, ref: str = "b1") -> dict[str, object]:
    return {"type": "ballot.cast", "ref": ref, "poll": poll, "choices": [choice]}


# ------------------------------------------------------------------ the first frame


def test_first_frame_is_the_snapshot(house: House) -> None:
    performance = house.live()
    poll = poll_of(performance)
    with house.sit(performance) as socket:
        frame = receive(socket)
    assert len(frame.pop("epoch")) == 8
    assert frame.pop("server_time")
    labels = ["Carry the widow", "Carry the thief", "Burn the ferry"]
    choices = [{"id": choice, "label": label} for choice, label in zip(choices_of(poll), labels, strict=True)]
    beats = [
        {"kind": "action", "text": "Fog lies on the river."},
        {"kind": "dialogue", "character": "ODA", "text": "Nobody crosses for free."},
    ]
    assert frame == {
        "type": "performance.snapshot",
        "offset": 3,  # performance.started, scene.released, poll.opened
        "recovered": False,
        "performance": {"code": performance.code, "title": "The Ferry", "language": "en", "state": "live"},
        "scene": {
            "id": performance.story.start_id, "position": 1, "heading": "EXT. THE LANDING - DAWN", "beats": beats,
            "is_ending": False,
        },
        "poll": {
            "id": poll.pk, "question": "Who crosses?", "kind": "single", "min_choices": 1, "max_choices": 1,
            "choices": choices,
            "opened_at": poll.opened_at.isoformat(timespec="milliseconds"),
            "closes_at": poll.closes_at.isoformat(timespec="milliseconds"),
            "results": "live", "state": "open", "counts": {str(choice["id"]): 0 for choice in choices}, "voters": 0,
            "winner": None, "tie": None, "decided_by": None, "rounds": None,
        },
        "house": {
            "comments_open": True, "comments_visible": False, "comment_length": 280, "moderation": "post",
            "reactions": ["applause", "laughter", "gasp", "heart"], "admissions_needed": False,
        },
        "comments": [],
        "reactions": {},
    }  # fmt: skip


def test_first_frame_before_the_start_shows_nothing_yet(house: House) -> None:
    with house.sit(house.waiting()) as socket:
        frame = receive(socket)
    assert (frame["performance"]["state"], frame["scene"], frame["poll"], frame["offset"]) == ("draft", None, None, 0)


def test_hidden_counts_are_not_in_the_snapshot(house: House) -> None:
    performance = house.live(results="hidden")
    poll = poll_of(performance)
    Ballot.objects.create(
        poll=poll, guest=house.join(performance)[0], choices=choices_of(poll)[:1], cast_at=timezone.now()
    )
    with house.sit(performance) as socket:
        frame = receive(socket)
    assert (frame["poll"]["results"], frame["poll"]["counts"], frame["poll"]["voters"]) == ("hidden", None, None)


# ------------------------------------------------------------------ ballots


def test_ballot_is_in_the_table_when_it_is_accepted(house: House) -> None:
    performance = house.live()
    poll, (guest, token) = poll_of(performance), house.join(performance)
    with house.sit(performance, token) as socket:
        for choice in choices_of(poll):  # a change of mind is the same ballot
            assert answer(socket, ballot(poll.pk, choice)) == {"type": "ballot.accepted", "ref": "b1", "poll": poll.pk}
            assert list(Ballot.objects.filter(poll=poll).values_list("guest", "choices")) == [(guest.pk, [choice])]


def test_ballots_of_one_frame_after_another_leave_the_last(house: House) -> None:
    performance = house.live()
    poll = poll_of(performance)
    first, second, third = choices_of(poll)
    with house.sit(performance) as socket:
        receive(socket)
        for ref, choice in (("1", first), ("2", second), ("3", third), ("4", second)):
            socket.send(json.dumps(ballot(poll.pk, choice, ref)))
        accepted = set()
        while len(accepted) < 4:
            if (frame := receive(socket))["type"] != "tally.updated":
                accepted.add((frame["type"], frame["ref"]))
    assert accepted == {("ballot.accepted", ref) for ref in "1234"}
    assert Ballot.objects.get(poll=poll).choices == [second]


def test_tally_reaches_the_other_guests(house: House) -> None:
    performance = house.live()
    poll = poll_of(performance)
    first, second, third = choices_of(poll)
    with house.sit(performance) as voter, house.sit(performance) as watcher:
        receive(watcher)
        answer(voter, ballot(poll.pk, second))
        frame = receive(watcher)
    assert (frame["type"], frame["poll"], frame["voters"]) == ("tally.updated", poll.pk, 1)
    assert frame["counts"] == {str(first): 0, str(second): 1, str(third): 0}


def test_counts_told_to_another_audience_are_news_to_this_one(house: House) -> None:
    """A database made anew beside the same Redis gives the numbers of polls and choices out again."""
    performance = house.live()
    poll = poll_of(performance)
    first, second, third = choices_of(poll)
    event = messages.tally_updated(poll.pk, {first: 0, second: 1, third: 0}, 1)
    live.client().set(told("ANOTHR", poll.pk), messages.encode(event))
    with house.sit(performance) as voter, house.sit(performance) as watcher:
        receive(watcher)
        answer(voter, ballot(poll.pk, second))
        assert receive(watcher)["type"] == "tally.updated"


def test_closed_poll_refuses_ballots(house: House) -> None:
    performance = house.live()
    poll = poll_of(performance)
    with house.sit(performance) as socket:
        past = timezone.now() - timedelta(seconds=1)
        Poll.objects.filter(pk=poll.pk).update(opened_at=past - timedelta(seconds=60), closes_at=past)
        assert refusal(answer(socket, ballot(poll.pk, choices_of(poll)[0]))) == ("poll.closed", "b1")
    assert not Ballot.objects.filter(poll=poll).exists()


def test_poll_or_choice_of_somebody_else_is_refused(house: House) -> None:
    performance, other = house.live(), house.live()
    poll = poll_of(performance)
    elsewhere = make_story().start.choices.first()
    with house.sit(performance) as socket:
        mine = choices_of(poll)[0]
        assert refusal(answer(socket, ballot(poll_of(other).pk, mine))) == ("poll.unknown", "b1")
        assert refusal(answer(socket, ballot(2**63 - 1, mine))) == ("poll.unknown", "b1")
        assert refusal(answer(socket, ballot(poll.pk, elsewhere.pk))) == ("choice.unknown", "b1")
        assert refusal(answer(socket, ballot(poll.pk, 2**63 - 1))) == ("choice.unknown", "b1")
    assert not Ballot.objects.filter(poll__in=[poll, poll_of(other)]).exists()


def test_banned_guest_is_refused_and_watches_on(house: House) -> None:
    performance = house.live()
    poll, (guest, token) = poll_of(performance), house.join(performance)
    Guest.objects.filter(pk=guest.pk).update(banned_at=timezone.now())
    with house.sit(performance, token) as socket:
        assert receive(socket)["type"] == "performance.snapshot"
        assert refusal(answer(socket, ballot(poll.pk, choices_of(poll)[0]))) == ("guest.banned", "b1")
        assert refusal(answer(socket, {"type": "comment.post", "ref": "c1", "text": "Hm."})) == ("guest.banned", "c1")


def test_deleted_guest_is_refused(house: House) -> None:
    performance = house.live()
    poll, (guest, token) = poll_of(performance), house.join(performance)
    guest.delete()
    with house.sit(performance, token) as socket:
        assert refusal(answer(socket, ballot(poll.pk, choices_of(poll)[0]))) == ("guest.token_invalid", "b1")


def test_screen_watches_and_neither_votes_nor_speaks(house: House) -> None:
    performance = house.live()
    poll = poll_of(performance)
    with house.sit(performance, tickets.issue(Ticket(performance.pk, performance.code))) as socket:
        assert receive(socket)["type"] == "performance.snapshot"
        assert refusal(answer(socket, ballot(poll.pk, choices_of(poll)[0]))) == ("request.forbidden", "b1")
        assert refusal(answer(socket, {"type": "comment.post", "ref": "c", "text": "x"})) == ("request.forbidden", "c")
        assert answer(socket, {"type": "ping"})["type"] == "pong"


# ------------------------------------------------------------------ comments


def test_comment_sent_twice_is_one_comment(house: House) -> None:
    performance = house.live()
    with house.sit(performance) as socket:
        for _ in range(2):
            sent = {"type": "comment.post", "ref": "c1", "text": "  More\nfog\x00! \ud83d\ude00 \ud800"}
            assert answer(socket, sent) == {"type": "comment.accepted", "ref": "c1"}
        assert refusal(answer(socket, {"type": "comment.post", "ref": "c2", "text": " "})) == ("comment.empty", "c2")
        long = {"type": "comment.post", "ref": "c3", "text": "灯" * 281}
        assert refusal(answer(socket, long)) == ("comment.too_long", "c3")
    assert [comment.text for comment in Comment.objects.filter(performance=performance)] == ["More fog! 😀"]


# ------------------------------------------------------------------ frames that are wrong


@pytest.fixture(scope="module")
def seat(house: House):  # type: ignore[no-untyped-def]
    """One socket for all malformed frames: each is answered, none ends it."""
    with house.sit(house.live()) as socket:
        receive(socket)
        yield socket


@pytest.mark.parametrize(
    ("frame", "code", "ref"),
    [
        ("", "message.malformed", None),
        ("{", "message.malformed", None),
        ("null", "message.malformed", None),
        ("[1]", "message.malformed", None),
        ('"ping"', "message.malformed", None),
        ("[" * 4000, "message.malformed", None),
        (b"\xff\xfe\x00\x80", "message.malformed", None),
        ('{"type":"ballot.cast","ref":"r","poll":' + "9" * 400 + ',"choices":[1]}', "message.malformed", "r"),
        ('{"type":"ballot.cast","ref":"r","poll":NaN,"choices":[1]}', "message.malformed", "r"),
        (ballot(1, 1, ""), "message.malformed", None),
        (ballot(1, 1, "x" * 65), "message.malformed", None),
        (ballot(1, 1, "a\x00"), "message.malformed", None),
        (ballot(1, 1, "a\ud800"), "message.malformed", None),
        ({"type": "ballot.cast", "poll": 1, "choices": [1]}, "message.malformed", None),
        (ballot("1", 1), "message.malformed", "b1"),
        (ballot(True, 1), "message.malformed", "b1"),
        (ballot(1.5, 1), "message.malformed", "b1"),
        (ballot(0, 1), "message.malformed", "b1"),
        (ballot(-1, 1), "message.malformed", "b1"),
        (ballot(2**63, 1), "message.malformed", "b1"),
        (ballot(1, "1"), "message.malformed", "b1"),
        (ballot(1, None), "message.malformed", "b1"),
        (ballot(1, 1) | {"choices": []}, "message.malformed", "b1"),
        (ballot(1, 1) | {"choices": list(range(1, 102))}, "message.malformed", "b1"),
        (ballot(1, 1) | {"choices": list(range(1, 1_001))}, "message.too_large", None),
        (ballot(1, 1) | {"choices": {"1": 1}}, "message.malformed", "b1"),
        (ballot(1, [1]), "message.malformed", "b1"),
        (ballot(1, 1.0), "message.malformed", "b1"),
        (ballot(1, True), "message.malformed", "b1"),
        (ballot(1, 1) | {"choices": [1, None]}, "message.malformed", "b1"),
        (ballot(1, 1) | {"seq": 0}, "message.malformed", "b1"),
        (ballot(1, 1) | {"seq": "2"}, "message.malformed", "b1"),
        (ballot(1, 1) | {"seq": 2.0}, "message.malformed", "b1"),
        (ballot(1, 1) | {"seq": 2**63}, "message.malformed", "b1"),
        (ballot(1, 1) | {"choices": 1}, "message.malformed", "b1"),
        ({"type": "comment.post", "text": "x"}, "message.malformed", None),
        ({"type": "comment.post", "ref": "c", "text": 5}, "message.malformed", "c"),
        ({"type": "comment.post", "ref": "c"}, "message.malformed", "c"),
        ({"type": "poll.close", "ref": "p"}, "message.unknown_type", "p"),
        ({"type": ["ping"], "ref": "p"}, "message.unknown_type", "p"),
        ({"ref": "p"}, "message.unknown_type", "p"),
        ({"type": "comment.post", "ref": "c", "text": "x" * 4200}, "message.too_large", None),
        ("x" * 16_000, "message.too_large", None),
        (b"x" * 16_000, "message.too_large", None),
    ],
)
def test_wrong_frame_is_refused_and_the_socket_stays(seat, frame, code, ref) -> None:  # type: ignore[no-untyped-def]
    time.sleep(0.11)  # ten frames a second are nobody's flood
    assert refusal(answer(seat, frame)) == (code, ref)
