"""The door: how fast people come in, and who holds an admission.

A theatre shares one address, so no address is ever shut out: joins are a *rate*, for the performance and for each
network (a /24, a /56), with room for a whole house that scans the code at once. 2,000 people who come through one
address within two minutes need 17 joins a second; a network gets 25, after 300 at once. A script that makes 100 a
second is slowed to a quarter, with a code that the page waits out by itself.

Networks are never stored: Redis holds a hash under a salt that changes every ten minutes, for less than a minute.
"""

import hashlib
import hmac
import ipaddress
import logging
import math
import secrets
import unicodedata
from typing import Any

import redis
from django.conf import settings
from django.db import transaction
from django.db.models.functions import Now
from django.http import HttpRequest

from audience import buckets, live
from audience.conduct import SIGNS
from audience.models import Admission, Guest
from storyengine.errors import Refused
from storyengine.plot.models import Performance

logger = logging.getLogger(__name__)

NETWORK_RATE, NETWORK_BURST = 25.0, 300.0
PERFORMANCE_RATE, PERFORMANCE_BURST = 200.0, 2000.0
SALT_KEY, SALT_S = "door:salt", 600
MOST_ADMISSIONS = 2000


def knock(performance: Performance, address: str, *, now: float | None = None) -> None:
    """Take a token at the door; raises Refused("join.too_fast", retry_after=seconds).

    Without Redis everybody comes in: a show must not stand before a shut door.
    """
    try:
        wait = buckets.take(
            (f"door:{performance.code}", PERFORMANCE_RATE, PERFORMANCE_BURST),
            (f"door:{performance.code}:{network_key(address)}", NETWORK_RATE, NETWORK_BURST),
            now=now,
        )
    except redis.RedisError:
        logger.warning("the door of performance %s counts nobody: Redis is away", performance.code)
        return
    if wait:
        raise Refused("join.too_fast", retry_after=max(1, math.ceil(wait)))


def address_of(request: HttpRequest) -> str:
    """Where a request comes from, by our own proxy's word where there is one. Used for `knock` and kept nowhere."""
    forwarded = request.headers.get("X-Forwarded-For", "") if settings.BEHIND_PROXY else ""
    return forwarded.rsplit(",", 1)[-1].strip() or request.META.get("REMOTE_ADDR", "")


def network_key(address: str) -> str:
    """A hash of the address's network, good for as long as the salt is: ten minutes at most."""
    live.client().set(SALT_KEY, secrets.token_bytes(32), nx=True, ex=SALT_S)
    salt: Any = live.client().get(SALT_KEY)
    return hmac.new(salt or b"", network_of(address).encode(), hashlib.sha256).hexdigest()[:16]


def network_of(address: str) -> str:
    """The network that an address belongs to; everything that is none is one network of its own."""
    try:
        found = ipaddress.ip_address(address.split("%")[0])
    except ValueError:
        return "unknown"
    if isinstance(found, ipaddress.IPv6Address) and found.ipv4_mapped:
        found = found.ipv4_mapped
    return str(ipaddress.ip_network(f"{found}/{24 if found.version == 4 else 56}", strict=False))


def print_admissions(performance: Performance, number: int) -> list[Admission]:
    """A new sheet of single-use codes; raises Refused("admission.too_many")."""
    if not 1 <= number <= MOST_ADMISSIONS:
        raise Refused("admission.too_many")
    with transaction.atomic():
        Performance.objects.claim(performance.pk)
        last = Admission.objects.filter(performance=performance).order_by("-batch").values_list("batch", flat=True)
        batch = (last.first() or 0) + 1
        made = [Admission(performance=performance, batch=batch) for _ in range(number)]
        # Two equal codes among billions: such a sheet is drawn anew by whoever asks again.
        return Admission.objects.bulk_create(made)


def withdraw_admissions(performance: Performance, batch: int) -> int:
    """Withdraw what is left unused of a sheet (one that was lost); returns how many. Guests who are in stay in."""
    unused = Admission.objects.filter(performance=performance, batch=batch, used_at=None, void_at=None)
    return unused.update(void_at=Now())


def normalise_admission(code: str) -> str:
    """An admission code however it was typed: capitals, no dashes; 0, O, 1, I and L are not among the signs."""
    return "".join(sign for sign in unicodedata.normalize("NFKC", code).upper() if sign in SIGNS)


def use_admission(performance: Performance, code: str, guest: Guest) -> Admission:
    """Let the guest in on this code. Of two who hold the same code at once one gets in: the UPDATE decides.

    Raises Refused: admission.needed, admission.unknown, admission.used, admission.withdrawn. The caller's
    transaction then takes the guest back.
    """
    wanted = normalise_admission(code)
    if not wanted:
        raise Refused("admission.needed")
    mine = Admission.objects.filter(performance=performance, code=wanted)
    if not mine.filter(used_at=None, void_at=None).update(used_at=Now(), guest=guest):
        found = mine.first()
        if found is None:
            raise Refused("admission.unknown")
        raise Refused("admission.used" if found.used_at else "admission.withdrawn")
    return mine.get()
