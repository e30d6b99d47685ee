"""Keyed tokens (blind index): what stands in the table of names instead of their words. No I/O.

A token is a keyed hash under a key of its governorate, so that equal words of two governorates look unlike, and tokens
are made anew for who moves. What their frequency tells: docs/decisions, "Names are sealed and found by keyed tokens".
"""

from __future__ import annotations

import hmac
from collections.abc import Iterable
from datetime import date
from functools import lru_cache
from typing import Final

from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

_TOKEN_BYTES: Final = 8  # two of the some 100,000 words of 27 governorates collide with a chance of 1 in 5 million
_BITS_A_TOKEN: Final = 3
_KEPT: Final = 1 << 15  # words and days that are at hand: most people share theirs with others


def word(text: str) -> str:
    """What the token of a word of a name is made from."""
    return f"word {text}"


def born_on(day: date) -> str:
    """What the token of a date of birth is made from."""
    return f"born {day.isoformat()}"


def born_in(year: int) -> str:
    """What the token of a year of birth is made from."""
    return f"year {year}"


class NameKeys:
    """Makes tokens; the keys of governorates are derived (HKDF-SHA256) from the key for looking up."""

    def __init__(self, lookup_key: bytes) -> None:
        """`lookup_key`: 32 bytes."""
        self._lookup_key = lookup_key
        self._of_governorate = lru_cache(maxsize=64)(self._derived)
        self.token = lru_cache(maxsize=_KEPT)(self._token)

    def _derived(self, governorate: str) -> bytes:
        return HKDF(SHA256(), 32, salt=None, info=f"name tokens of {governorate}".encode()).derive(self._lookup_key)

    def _token(self, governorate: str, text: str) -> int:
        """The token of a word in a governorate, a signed number of 64 bits as PostgreSQL keeps it."""
        digest = hmac.digest(self._of_governorate(governorate), text.encode(), "sha256")
        return int.from_bytes(digest[:_TOKEN_BYTES], "big", signed=True)


def mask(tokens: Iterable[int]) -> int:
    """The bits of tokens, signed as they are: of the whole name they hold those of every part of it."""
    bits = 0
    for token in tokens:
        bits |= _bits(token)
    return bits - (1 << 64) if bits >> 63 else bits


@lru_cache(maxsize=_KEPT)
def _bits(token: int) -> int:
    bits = 0
    for n in range(_BITS_A_TOKEN):
        bits |= 1 << (token >> 6 * n & 63)
    return bits
