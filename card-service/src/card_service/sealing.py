"""Personal data at rest: sealed with AES-256-GCM under a named key, found again by a keyed HMAC.

A sealed value is bound to its purpose and its owner, so that it cannot be moved to another row or column.
"""

from __future__ import annotations

import base64
import binascii
import hmac
import os
from collections.abc import Mapping
from dataclasses import dataclass
from uuid import UUID

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

NATIONAL_ID = b"national_id"
MOBILE = b"mobile"
CARD_NUMBER = b"card_number"
UPLOAD = b"upload"

_KEY_BYTES = 32
_NONCE_BYTES = 12
_FORMAT = 1


class SealBroken(ValueError):
    """A sealed value was altered, moved, or sealed with a key that is no longer in the ring."""


def key_bytes(text: str) -> bytes:
    """The 32 bytes of a base64url key. Raises ValueError, which never repeats the key."""
    try:
        key = base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))
    except (binascii.Error, ValueError):
        key = b""
    if len(key) != _KEY_BYTES:
        raise ValueError(f"a key must be {_KEY_BYTES} bytes in base64url")
    return key


@dataclass(frozen=True)
class Keyring:
    """Named keys: `current` is used for new work, all of them for what is there already."""

    current: str
    keys: Mapping[str, bytes]

    @classmethod
    def parse(cls, text: str) -> Keyring:
        """Read `name:key[,name:key…]`. Raises ValueError, which never repeats a key."""
        keys: dict[str, bytes] = {}
        for entry in text.split(","):
            name, colon, key = entry.strip().partition(":")
            if not colon or not name.isalnum() or not name.isascii() or len(name) > 16 or name in keys:
                raise ValueError("a key ring is name:key[,name:key…], unlike names of 1–16 letters and digits")
            keys[name] = key_bytes(key)
        return cls(next(iter(keys)), keys)


class Vault:
    """Seals, opens and finds personal data."""

    def __init__(self, data: Keyring, lookup_key: bytes) -> None:
        """Prepare the ciphers of every key in the ring."""
        self._ciphers = {name.encode(): AESGCM(key) for name, key in data.keys.items()}
        name = data.current.encode()
        self._current = self._ciphers[name]
        self._head = bytes([_FORMAT, len(name)]) + name
        self._lookup_key = lookup_key

    def seal(self, purpose: bytes, owner: UUID, value: str) -> bytes:
        """Encrypt a text for one purpose of one owner: format, key name, nonce, ciphertext with tag."""
        return self.seal_bytes(purpose, owner, value.encode())

    def seal_bytes(self, purpose: bytes, owner: UUID, value: bytes) -> bytes:
        """Encrypt bytes, as `seal` does."""
        nonce = os.urandom(_NONCE_BYTES)
        return self._head + nonce + self._current.encrypt(nonce, value, purpose + owner.bytes)

    def open(self, purpose: bytes, owner: UUID, sealed: bytes) -> str:
        """Decrypt what `seal` made for the same purpose and owner. Raises SealBroken."""
        return self.open_bytes(purpose, owner, sealed).decode()

    def open_bytes(self, purpose: bytes, owner: UUID, sealed: bytes) -> bytes:
        """Decrypt what `seal_bytes` made. Raises SealBroken."""
        if len(sealed) < 2 or sealed[0] != _FORMAT:
            raise SealBroken("not a sealed value")
        start = 2 + sealed[1]
        cipher = self._ciphers.get(sealed[2:start])
        if cipher is None:
            raise SealBroken("sealed with a key that is not in the ring")
        body = start + _NONCE_BYTES
        try:
            return cipher.decrypt(sealed[start:body], sealed[body:], purpose + owner.bytes)
        except InvalidTag as error:
            raise SealBroken("altered, or sealed for another purpose or owner") from error

    def fingerprint(self, purpose: bytes, value: str) -> bytes:
        """The keyed HMAC-SHA256 (32 bytes) by which a sealed value is found again."""
        return hmac.digest(self._lookup_key, purpose + b"\x00" + value.encode(), "sha256")
