"""Join a performance: by code, anonymous, with a nickname at most."""

import unicodedata

from django.db import transaction

from audience import door, tickets
from audience.models import MAX_NICKNAME, Guest
from audience.rules import rules_of
from audience.tickets import Ticket
from storyengine.errors import Refused
from storyengine.plot.branch import one_line
from storyengine.plot.models import Performance


def find_performance(code: str) -> Performance:
    """The performance with this join code, however it was typed; raises Refused("performance.unknown")."""
    performance = Performance.objects.select_related("story").filter(code=normalise_code(code)).first()
    if performance is None:
        raise Refused("performance.unknown")
    return performance


def normalise_code(code: str) -> str:
    """Capitals and digits alone; full-width ones, as a Chinese keyboard types them, count as plain ones."""
    return "".join(ch for ch in unicodedata.normalize("NFKC", code).upper() if ch.isalnum())[:12]


def join(performance: Performance, *, nickname: str = "", admission: str = "") -> tuple[Guest, str]:
    """A new guest and the token that proves it; refused once the performance is over.

    `admission` is the printed single-use code that some houses ask for. Raises Refused: guest.nickname_invalid,
    performance.ended, admission.needed, admission.unknown, admission.used, admission.withdrawn.
    """
    nickname = one_line(nickname)
    if len(nickname) > MAX_NICKNAME:
        raise Refused("guest.nickname_invalid")
    if performance.state == Performance.State.ENDED:
        raise Refused("performance.ended")
    with transaction.atomic():
        guest = Guest.objects.create(performance=performance, nickname=nickname)
        if rules_of(performance).admissions_needed:
            door.use_admission(performance, admission, guest)
    return guest, tickets.issue(Ticket(performance.pk, performance.code, guest.pk))


def seated(performance: Performance, token: str) -> bool:
    """Whether the token is that of a guest who is in this performance, and whose row is still there."""
    try:
        ticket = tickets.read(token, code=performance.code)
    except Refused:
        return False
    return Guest.objects.filter(pk=ticket.guest, performance=performance).exists()
