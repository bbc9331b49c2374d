"""One-time passwords of one person: begun, confirmed by a first code, given up again. Recovery codes work once each."""

import secrets

from django.contrib.auth.models import User
from django.db import transaction
from django_otp import match_token
from django_otp.plugins.otp_static.models import StaticDevice, StaticToken
from django_otp.plugins.otp_totp.models import TOTPDevice

from storyengine.errors import Refused

RECOVERY_CODES = 8
ALPHABET = "abcdefghjkmnpqrstuvwxyz23456789"  # without what is misread on paper


def confirmed(user: User) -> bool:
    return bool(TOTPDevice.objects.filter(user=user, confirmed=True).exists())


def begin(user: User) -> TOTPDevice:
    """The secret that the person's app is to learn; the same one until it is confirmed."""
    device = TOTPDevice.objects.filter(user=user, confirmed=False).first()
    return device or TOTPDevice.objects.create(user=user, name=user.get_username(), confirmed=False)


def confirm(user: User, *, token: str) -> list[str]:
    """Switch them on with the app's first code; the recovery codes, which are shown this once.

    Raises Refused: door.code_missing if nothing was begun, door.code_wrong.
    """
    with transaction.atomic():
        device = TOTPDevice.objects.select_for_update().filter(user=user, confirmed=False).first()
        if device is None:
            raise Refused("door.code_missing")
        if device.verify_token(_plain(token)):
            device.confirmed = True
            device.save(update_fields=["confirmed"])
            return _new_codes(user)
    raise Refused("door.code_wrong")  # outside: what the device counts against guessing stays


def recovery_codes(user: User, *, token: str) -> list[str]:
    """New recovery codes in the place of the old ones; raises Refused("door.code_wrong")."""
    _check(user, token)
    return _new_codes(user)


def give_up(user: User, *, token: str) -> None:
    """Do without from now on; raises Refused("door.code_wrong"): a page left open is no reason to."""
    _check(user, token)
    forget(user)


def forget(user: User) -> None:
    """Take away every device of somebody who lost theirs."""
    TOTPDevice.objects.filter(user=user).delete()
    StaticDevice.objects.filter(user=user).delete()


def _check(user: User, token: str) -> None:
    if match_token(user, _plain(token)) is None:
        raise Refused("door.code_wrong")


def _new_codes(user: User) -> list[str]:
    StaticDevice.objects.filter(user=user).delete()
    device = StaticDevice.objects.create(user=user, name="recovery", confirmed=True)
    codes = ["".join(secrets.choice(ALPHABET) for _ in range(10)) for _ in range(RECOVERY_CODES)]
    StaticToken.objects.bulk_create(StaticToken(device=device, token=code) for code in codes)
    return codes


def _plain(token: str) -> str:
    return token.replace(" ", "")[:16]
