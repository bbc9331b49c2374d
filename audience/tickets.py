"""The signed token that makes a phone a guest: checked without the database, good for one performance."""

from dataclasses import dataclass
from typing import Literal

from django.conf import settings
from django.core import signing

from storyengine.errors import Refused

SALT = "storyengine.audience.ticket"
Role = Literal["guest", "screen"]


@dataclass(frozen=True, slots=True)
class Ticket:
    """Who holds it: a guest of a performance, or (guest 0) a screen that may only look."""

    performance: int
    code: str
    guest: int = 0

    @property
    def role(self) -> Role:
        return "guest" if self.guest else "screen"


def issue(ticket: Ticket) -> str:
    return signing.dumps([ticket.performance, ticket.code, ticket.guest], salt=SALT, compress=False)


def read(token: str, *, code: str) -> Ticket:
    """Raises Refused with guest.token_missing, guest.token_expired or guest.token_invalid."""
    if not token:
        raise Refused("guest.token_missing")
    try:
        performance, issued_for, guest = signing.loads(token, salt=SALT, max_age=settings.GUEST_TOKEN_AGE_S)
    except signing.SignatureExpired as error:
        raise Refused("guest.token_expired") from error
    except (signing.BadSignature, ValueError, TypeError) as error:
        raise Refused("guest.token_invalid") from error
    if issued_for != code:
        raise Refused("guest.token_invalid")
    return Ticket(performance, issued_for, guest)
