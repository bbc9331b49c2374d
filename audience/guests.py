"""Join a performance: by code, anonymous, with a nickname at most."""

import unicodedata

from audience import tickets
from audience.models import MAX_NICKNAME, Guest
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


def join(performance: Performance, *, nickname: str = "") -> tuple[Guest, str]:
    """A new guest and the token that proves it; refused once the performance is over."""
    nickname = one_line(nickname)
    if len(nickname) > MAX_NICKNAME:
        raise Refused("guest.nickname_invalid")
    if performance.state == Performance.State.ENDED:
        raise Refused("performance.ended")
    guest = Guest.objects.create(performance=performance, nickname=nickname)
    return guest, tickets.issue(Ticket(performance.pk, performance.code, guest.pk))
