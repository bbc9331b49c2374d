"""Votes typed into a chat: what counts as one, and which guest a chatter is. No name of a chatter is kept."""

import hmac
import re
import unicodedata
from hashlib import sha256

from django.conf import settings

from audience.models import Guest
from storyengine.errors import Refused
from storyengine.plot.models import Performance

VOTE = re.compile(r"^(?:!vote\s*|!)?([1-9]\d?(?:[\s,]+[1-9]\d?)*)$")


def vote_in(text: str) -> tuple[int, ...] | None:
    """The numbers of a message that is a vote ("1", "!1", "!vote 1"; "!vote 2 1 3" ranks), else None."""
    plain = "".join(ch for ch in unicodedata.normalize("NFKC", text) if unicodedata.category(ch)[0] != "C")
    match = VOTE.match(plain.strip().casefold())
    return tuple(int(number) for number in re.split(r"[\s,]+", match[1])) if match else None


def chat_key(performance: Performance, chatter: str) -> str:
    """A keyed hash of a chatter's name, another one in every performance: 32 hexadecimal digits."""
    name = f"{performance.pk}:{performance.seed}:{chatter.casefold()}"
    return hmac.new(settings.SECRET_KEY.encode(), name.encode(), sha256).hexdigest()[:32]


def guest_of(performance: Performance, chatter: str) -> Guest:
    """The one guest that a chatter is in this performance; raises Refused("performance.ended")."""
    if Performance.objects.filter(pk=performance.pk, state=Performance.State.ENDED).exists():
        raise Refused("performance.ended")
    guest, _ = Guest.objects.get_or_create(performance=performance, chat_key=chat_key(performance, chatter))
    return guest
