"""Join codes and seeds: what a performance gets when it is made."""

import secrets

CODE_ALPHABET = "ABCDEFGHJKLMNPQRSTUVWXYZ23456789"  # without I, O, 0 and 1: a code is read aloud in a theatre
CODE_LENGTH = 6


def fresh_code() -> str:
    """A join code: 6 characters of 32, about 30 bits. It finds a performance; it protects nothing."""
    return "".join(secrets.choice(CODE_ALPHABET) for _ in range(CODE_LENGTH))


def fresh_seed() -> str:
    return secrets.token_hex(8)
