"""What a visit was about, at rest: sealed with AES-256-GCM under a named key.

A sealed value opens only for the row it was sealed for, so that values cannot be moved between rows.
"""

from __future__ import annotations

import base64
import binascii
import os
from collections.abc import Mapping
from dataclasses import dataclass
from uuid import UUID

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

_KEY_BYTES = 32
_NONCE_BYTES = 12
_FORMAT = 1
_MAX_NAME = 16


class Unreadable(ValueError):
    """A sealed value was altered, moved, or sealed with a key that is no longer in the ring."""


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
            keys[name] = _key_bytes(key)
        return cls(next(iter(keys)), keys)


class Vault:
    """Seals and opens what must not be read in the database."""

    def __init__(self, ring: Keyring) -> None:
        """Prepare the ciphers of every key in the ring."""
        self._ciphers = {name.encode(): AESGCM(key) for name, key in ring.keys.items()}
        name = ring.current.encode()
        self._current = self._ciphers[name]
        self._head = bytes([_FORMAT, len(name)]) + name
        # Of the oldest key, so that a new one in front does not make repeats look like other requests.
        oldest = list(ring.keys.values())[-1]
        self.fingerprint_key = HKDF(SHA256(), _KEY_BYTES, salt=None, info=b"unicard health fingerprint").derive(oldest)

    def seal(self, row: UUID, plain: bytes) -> bytes:
        """Encrypt a value for the row that will hold it: format, key name, nonce, ciphertext with tag."""
        nonce = os.urandom(_NONCE_BYTES)
        return self._head + nonce + self._current.encrypt(nonce, plain, row.bytes)

    def open(self, row: UUID, sealed: bytes) -> bytes:
        """The value again. Raises Unreadable."""
        if len(sealed) < 2 or sealed[0] != _FORMAT:
            raise Unreadable("not a sealed value")
        start = 2 + sealed[1]
        cipher = self._ciphers.get(sealed[2:start])
        if cipher is None:
            raise Unreadable("sealed with a key that is not in the ring")
        body = start + _NONCE_BYTES
        try:
            return cipher.decrypt(sealed[start:body], sealed[body:], row.bytes)
        except (InvalidTag, ValueError) as error:
            raise Unreadable("altered, or sealed for another row") from error


def _key_bytes(text: str) -> bytes:
    try:
        key = base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))
    except (binascii.Error, ValueError):
        key = b""
    if len(key) != _KEY_BYTES:
        raise ValueError(f"a key must be {_KEY_BYTES} bytes in base64url")
    return key
