"""What must not be read in the database: sealed with AES-256-GCM under a named key.

A sealed value opens only with what it was bound to (its row, its owner, its purpose), so that it cannot be moved.
"""

from __future__ import annotations

import base64
import binascii
import os
from collections.abc import Mapping
from dataclasses import dataclass

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

KEY_BYTES = 32
NONCE_BYTES = 12
_FORMAT = 1
_MAX_NAME = 16


class SealBroken(ValueError):
    """A sealed value was altered, moved, or sealed with a key that is no longer in the ring."""


def key_bytes(text: str) -> bytes:
    """The 32 bytes of a base64url key. Raises ValueError, which never repeats the key."""
    try:
        key = base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))
    except (binascii.Error, ValueError):
        key = b""
    if len(key) != KEY_BYTES:
        raise ValueError(f"a key must be {KEY_BYTES} bytes in base64url")
    return key


@dataclass(frozen=True)
class Keyring:
    """Named keys: `current` seals, all of them open."""

    current: str
    keys: Mapping[str, bytes]

    @classmethod
    def parse(cls, text: str) -> Keyring:
        """Read `name:key[,name:key…]`, keys 32 bytes in base64url. Raises ValueError, which never repeats a key."""
        keys: dict[str, bytes] = {}
        for entry in text.split(","):
            name, colon, key = entry.strip().partition(":")
            if not colon or not (name.isalnum() and name.isascii()) or len(name) > _MAX_NAME or name in keys:
                raise ValueError("a key ring is name:key[,name:key…], unlike names of 1–16 letters and digits")
            keys[name] = key_bytes(key)
        return cls(next(iter(keys)), keys)


class Seal:
    """Seals with the ring's current key, opens with any of them."""

    def __init__(self, ring: Keyring) -> None:
        """Prepare the ciphers of every key in the ring."""
        self._ciphers = {name.encode(): AESGCM(key) for name, key in ring.keys.items()}
        name = ring.current.encode()
        self._current = self._ciphers[name]
        self._head = bytes([_FORMAT, len(name)]) + name

    def seal(self, bound: bytes, plain: bytes) -> bytes:
        """Encrypt a value, bound to what it belongs to: format, key name, nonce, ciphertext with tag."""
        nonce = os.urandom(NONCE_BYTES)
        return self._head + nonce + self._current.encrypt(nonce, plain, bound)

    def open(self, bound: bytes, sealed: bytes) -> bytes:
        """The value again. Raises SealBroken."""
        if len(sealed) < 2 or sealed[0] != _FORMAT:
            raise SealBroken("not a sealed value")
        start = 2 + sealed[1]
        cipher = self._ciphers.get(sealed[2:start])
        if cipher is None:
            raise SealBroken("sealed with a key that is not in the ring")
        body = start + NONCE_BYTES
        try:
            return cipher.decrypt(sealed[start:body], sealed[body:], bound)
        except (InvalidTag, ValueError) as error:
            raise SealBroken("altered, or bound to something else") from error
