"""PINs: which are too weak, how one is kept, and what a try leads to. Nothing here is ever logged."""

from __future__ import annotations

import hmac
import secrets
from dataclasses import dataclass
from enum import StrEnum

LENGTH = 4
_UPWARD = "0123456789" * 2
_DOWNWARD = _UPWARD[::-1]


class PinFault(StrEnum):
    """Why a PIN is refused."""

    MALFORMED = "pin_malformed"
    WEAK = "pin_weak"


class PinResult(StrEnum):
    """What became of a try."""

    CORRECT = "correct"
    WRONG = "wrong"
    LOCKED = "locked"
    NOT_SET = "not_set"


@dataclass(frozen=True, slots=True)
class StoredPin:
    """A PIN as it is kept: keyed HMAC of its own salt and the digits, and the wrong tries since a right one."""

    salt: bytes
    digest: bytes
    failures: int


def fault(pin: str, birth_year: int) -> PinFault | None:
    """Why a new PIN is refused, or None. Weak are a digit or pair repeated, a run, the year of birth."""
    if len(pin) != LENGTH or not (pin.isascii() and pin.isdigit()):
        return PinFault.MALFORMED
    repeated = pin[:2] == pin[2:]
    if repeated or pin in _UPWARD or pin in _DOWNWARD or pin == str(birth_year):
        return PinFault.WEAK
    return None


def digest(key: bytes, salt: bytes, pin: str) -> bytes:
    """The keyed HMAC-SHA256 that stands for a PIN; the key stands for the one in an HSM."""
    return hmac.digest(key, salt + pin.encode(), "sha256")


def stored(key: bytes, pin: str) -> StoredPin:
    """A new PIN under a salt of its own, with no failures."""
    salt = secrets.token_bytes(16)
    return StoredPin(salt, digest(key, salt, pin), 0)


def attempt(key: bytes, known: StoredPin | None, pin: str, max_tries: int) -> tuple[PinResult, int]:
    """What a try leads to, and the failures to keep. A locked PIN stays locked, be the try right or wrong."""
    if known is None:
        return PinResult.NOT_SET, 0
    if known.failures >= max_tries:
        return PinResult.LOCKED, known.failures
    if hmac.compare_digest(digest(key, known.salt, pin), known.digest):
        return PinResult.CORRECT, 0
    failures = known.failures + 1
    return (PinResult.LOCKED if failures >= max_tries else PinResult.WRONG), failures
