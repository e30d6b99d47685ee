"""Numbers of the legacy ration card, and the keyed mark by which two services mean the same card without telling it.

card-service knows a household's number and tells its mark with the household; supply-service makes the mark of the
number in a file of legacy sales and finds the household by it. Both are told one key; nobody else can make a mark or
guess a number from one.
"""

from __future__ import annotations

import base64
import hmac
import re
from typing import Final, Self

from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from chassis.sealing import KEY_BYTES, key_bytes
from chassis.text import normalise_digits

# How many digits a number has is published nowhere; these bounds refuse what cannot be one. A zero in front counts.
_NUMBER = re.compile(r"[0-9]{5,20}")
_PURPOSE: Final = b"unicard ration card mark"


def normalise(text: str) -> str | None:
    """The number in Western digits, or None for what is none: other signs, too few or too many digits, zeros alone."""
    number = normalise_digits(text)
    return number if _NUMBER.fullmatch(number) is not None and number.strip("0") else None


class RationCardMarks:
    """Makes marks; the key for them is derived (HKDF-SHA256) from the one that both services are told."""

    def __init__(self, key: bytes) -> None:
        """`key`: 32 bytes."""
        self._key = HKDF(SHA256(), KEY_BYTES, salt=None, info=_PURPOSE).derive(key)

    @classmethod
    def of(cls, text: str) -> Self:
        """With the key of a setting, in base64url. Raises ValueError, which never repeats the key."""
        return cls(key_bytes(text))

    def mark(self, number: str) -> str:
        """The mark of a number as `normalise` gives it: HMAC-SHA256 in base64url, 43 characters."""
        digest = hmac.digest(self._key, number.encode(), "sha256")
        return base64.urlsafe_b64encode(digest).decode().rstrip("=")
