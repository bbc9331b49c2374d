"""The ticket at the door of the socket: whoever has no good one is told why, and the socket closes."""

import time

import pytest
from django.core import signing
from websockets.exceptions import ConnectionClosed
from websockets.sync.client import connect

from audience import tickets
from audience.consumers import CLOSE_UNAUTHORISED
from audience.tickets import Ticket
from tests.audience.conftest import House, receive, refusal


def stale_token(performance) -> str:  # type: ignore[no-untyped-def]
    """A ticket of yesterday, signed as tickets.py signs."""
    signer = signing.TimestampSigner(salt=tickets.SALT)
    value = signing.b64_encode(signing.JSONSerializer().dumps([performance.pk, performance.code, 1])).decode()
    signer.timestamp = lambda: signing.b62_encode(int(time.time()) - 24 * 3600)
    return signer.sign(value)


@pytest.mark.parametrize(
    ("token", "code"),
    [
        ("", "guest.token_missing"),
        ("nonsense", "guest.token_invalid"),
        ("é\x00\ud7ff:::", "guest.token_invalid"),
        ("forged", "guest.token_invalid"),
        ("elsewhere", "guest.token_invalid"),
        ("stale", "guest.token_expired"),
    ],
)
def test_bad_ticket_is_told_why_and_closed(house: House, token: str, code: str) -> None:
    performance, other = house.waiting(), house.waiting()
    made = {
        "forged": lambda: tickets.issue(Ticket(performance.pk, performance.code, 1))[:-1] + "_",
        "elsewhere": lambda: house.join(other)[1],
        "stale": lambda: stale_token(performance),
    }.get(token, lambda: token)
    with house.sit(performance, made()) as socket:
        assert refusal(receive(socket)) == (code, None)
        with pytest.raises(ConnectionClosed) as closed:
            receive(socket)
    assert (closed.value.rcvd.code, closed.value.rcvd.reason) == (CLOSE_UNAUTHORISED, code)


def test_code_that_nobody_has_is_closed(house: House) -> None:
    with connect(house.address("NOPE22", token=house.join(house.waiting())[1])) as socket:
        assert refusal(receive(socket)) == ("guest.token_invalid", None)
