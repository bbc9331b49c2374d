"""The audience over HTTP against the running stack: what it does, and the one shape of what it refuses."""

from datetime import timedelta

import httpx
import pytest
from django.utils import timezone

from audience import tickets
from audience.models import Ballot, Comment, Guest, Poll
from audience.tickets import Ticket
from storyengine.plot.models import Performance
from tests.audience.conftest import House, choices_of, poll_of, receive


def refusal(response: httpx.Response) -> tuple[int, str]:
    """An error answer has exactly one shape."""
    body = response.json()
    assert set(body) == {"type", "code", "message"}
    assert body["type"] == "error"
    assert body["message"]
    return response.status_code, body["code"]


@pytest.fixture(scope="module")
def performance(house: House):  # type: ignore[no-untyped-def]
    return house.live()


@pytest.fixture
def token(house: House, performance) -> str:  # type: ignore[no-untyped-def]
    return house.join(performance)[1]


def test_join_makes_a_guest_whose_token_is_good(house: House, performance) -> None:  # type: ignore[no-untyped-def]
    response = house.call("POST", f"/{performance.code}/guests", json={"nickname": "  Ida \n B\x00 "})
    assert response.status_code == 201
    (token,) = response.json().values()
    ticket = tickets.read(token, code=performance.code)
    assert Guest.objects.get(pk=ticket.guest).nickname == "Ida B"
    assert (ticket.performance, ticket.role) == (performance.pk, "guest")


def test_join_needs_no_body(house: House, performance) -> None:  # type: ignore[no-untyped-def]
    assert house.call("POST", f"/{performance.code.lower()}/guests").status_code == 201


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ({"json": {"nickname": "x" * 41}}, (422, "guest.nickname_invalid")),
        ({"json": {"nickname": 5}}, (422, "request.invalid")),
        ({"content": "{"}, (400, "message.malformed")),
        ({"content": b"\xff"}, (400, "message.malformed")),
    ],
)
def test_join_refuses(house: House, performance, body, expected) -> None:  # type: ignore[no-untyped-def]
    assert refusal(house.call("POST", f"/{performance.code}/guests", **body)) == expected


def test_join_after_the_end_is_refused(house: House) -> None:
    over = house.waiting()
    type(over).objects.filter(pk=over.pk).update(state="ended")
    assert refusal(house.call("POST", f"/{over.code}/guests")) == (409, "performance.ended")


@pytest.mark.parametrize("path", ["/NOPE22", "/%00", "/" + "A" * 300])
def test_unknown_code_is_not_found(house: House, path: str) -> None:
    assert refusal(house.call("GET", path)) == (404, "performance.unknown")
    assert refusal(house.call("POST", path + "/guests")) == (404, "performance.unknown")


def test_snapshot_is_the_sockets_first_frame(house: House) -> None:
    performance = house.live()
    with house.sit(performance) as socket:
        frame = receive(socket)
    response = house.call("GET", f"/{performance.code}")
    assert response.status_code == 200
    assert response.json() | {"server_time": ""} == frame | {"server_time": ""}


def test_snapshot_comes_from_memory_while_the_process_follows_the_performance(house: House) -> None:
    performance = house.live()
    _, token = house.join(performance)
    assert house.call("GET", f"/{performance.code}", token=token).json()["scene"]["heading"]
    known = house.call("GET", f"/{performance.code}", token=token).json()
    Performance.objects.filter(pk=performance.pk).update(state="ended")  # behind everybody's back
    again = house.call("GET", f"/{performance.code}", token=token).json()
    assert again | {"server_time": ""} == known | {"server_time": ""}
    assert again["performance"]["state"] == "live"


def test_ballot_is_in_the_table_when_it_is_accepted(house: House) -> None:
    performance = house.live()
    poll, (guest, token) = poll_of(performance), house.join(performance)
    path = f"/{performance.code}/ballots"
    for choice in choices_of(poll)[:2]:
        response = house.call("POST", path, token=token, json={"poll": poll.pk, "choices": [choice], "ref": "b1"})
        assert (response.status_code, response.json()) == (
            200, {"type": "ballot.accepted", "ref": "b1", "poll": poll.pk},
        )  # fmt: skip
        assert list(Ballot.objects.filter(poll=poll).values_list("guest", "choices")) == [(guest.pk, [choice])]
    past = timezone.now() - timedelta(seconds=1)
    Poll.objects.filter(pk=poll.pk).update(opened_at=past - timedelta(seconds=9), closes_at=past)
    late = house.call("POST", path, token=token, json={"poll": poll.pk, "choices": [choices_of(poll)[2]]})
    assert refusal(late) == (409, "poll.closed")


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ({"json": {"poll": 2**62, "choices": [1]}}, (404, "poll.unknown")),
        ({"json": {"poll": 2**80, "choices": [1]}}, (400, "message.malformed")),
        ({"json": {"poll": 1, "choices": []}}, (400, "message.malformed")),
        ({"json": {"poll": 1, "choices": list(range(1, 10_001))}}, (400, "message.malformed")),
        ({"json": {"poll": 1, "choices": [True]}}, (422, "request.invalid")),
        ({"json": {"poll": 1, "choices": [1.0]}}, (422, "request.invalid")),
        ({"json": {"poll": 1, "choices": ["1"]}}, (422, "request.invalid")),
        ({"json": {"poll": 1, "choices": [[1]]}}, (422, "request.invalid")),
        ({"json": {"poll": 1, "choices": [1], "seq": 0}}, (400, "message.malformed")),
        ({"json": {"poll": -1, "choices": [1]}}, (400, "message.malformed")),
        ({"json": {"poll": 1, "choices": [1], "ref": "a\x00"}}, (400, "message.malformed")),
        ({"json": {"poll": "x", "choices": [1]}}, (422, "request.invalid")),
        ({"json": {"poll": 1, "choices": 1}}, (422, "request.invalid")),
        ({"json": {}}, (422, "request.invalid")),
        ({"json": None}, (422, "request.invalid")),
        ({"content": '{"poll": 1'}, (400, "message.malformed")),
        ({"content": "[" * 5000}, (400, "message.malformed")),
    ],
)
def test_ballot_refuses(house: House, performance, token, body, expected) -> None:  # type: ignore[no-untyped-def]
    assert refusal(house.call("POST", f"/{performance.code}/ballots", token=token, **body)) == expected


def test_comment_sent_twice_is_one_comment(house: House, performance, token: str) -> None:  # type: ignore[no-untyped-def]
    for text in ("More fog!", "Less fog!"):
        sent = {"text": text, "ref": "c1"}
        response = house.call("POST", f"/{performance.code}/comments", token=token, json=sent)
        assert (response.status_code, response.json()["type"], response.json()["ref"]) == (
            200,
            "comment.accepted",
            "c1",
        )
    guest = tickets.read(token, code=performance.code).guest
    assert list(Comment.objects.filter(guest=guest).values_list("text", flat=True)) == ["More fog!"]


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ({"json": {"text": " \n ", "ref": "1"}}, (422, "comment.empty")),
        ({"json": {"text": "x" * 281, "ref": "1"}}, (422, "comment.too_long")),
        ({"json": {"text": "x", "ref": ""}}, (400, "message.malformed")),
        ({"json": {"text": "x", "ref": "r" * 65}}, (400, "message.malformed")),
        ({"json": {"text": "x", "ref": "\x00"}}, (400, "message.malformed")),
        ({"json": {"text": "x"}}, (422, "request.invalid")),
        ({"json": {"text": 5, "ref": "1"}}, (422, "request.invalid")),
        ({"content": '{"text": "\\ud800", "ref": "1"}'}, (422, "comment.empty")),
        ({"content": "x" * (3 * 1024 * 1024)}, (413, "message.too_large")),
    ],
)
def test_comment_refuses(house: House, performance, token, body, expected) -> None:  # type: ignore[no-untyped-def]
    assert refusal(house.call("POST", f"/{performance.code}/comments", token=token, **body)) == expected


@pytest.mark.parametrize("call", ["ballots", "comments"])
def test_call_without_a_good_token_is_refused(house: House, performance, call: str) -> None:  # type: ignore[no-untyped-def]
    path, other = f"/{performance.code}/{call}", house.waiting()
    good = house.join(performance)[1]
    screen = tickets.issue(Ticket(performance.pk, performance.code))
    assert refusal(house.call("POST", path)) == (401, "guest.token_missing")
    assert refusal(house.call("POST", path, auth=("guest", good))) == (401, "guest.token_missing")
    assert refusal(house.call("POST", path, token="nonsense")) == (401, "guest.token_invalid")
    assert refusal(house.call("POST", path, token=good[:-2])) == (401, "guest.token_invalid")
    assert refusal(house.call("POST", path, token=house.join(other)[1])) == (401, "guest.token_invalid")
    assert refusal(house.call("POST", path, token=screen)) == (403, "request.forbidden")


def test_cookie_speaks_for_nobody(house: House, performance, token: str) -> None:  # type: ignore[no-untyped-def]
    cookies = {f"guest_{performance.code}": token}
    response = house.call("POST", f"/{performance.code}/comments", json={"text": "x", "ref": "1"}, cookies=cookies)
    assert refusal(response) == (401, "guest.token_missing")
