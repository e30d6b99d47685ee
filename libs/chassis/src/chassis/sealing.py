"""Authenticated encryption of what must not be read in the database: sealed with AES-256-GCM under a named key.

A sealed value opens only with what it was bound to (its row, its owner, its purpose), so that it cannot be moved.
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
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

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


def is_sealed(value: bytes) -> bool:
    """Whether bytes begin as what a vault has sealed does, and no text."""
    return len(value) > 2 and value[0] == _FORMAT


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

    def derived(self, purpose: bytes) -> Keyring:
        """The ring of the same names whose keys serve one purpose only (HKDF-SHA256)."""
        return Keyring(
            self.current,
            {name: HKDF(SHA256(), KEY_BYTES, salt=None, info=purpose).derive(key) for name, key in self.keys.items()},
        )


@dataclass(frozen=True)
class Sealed:
    """What was made with the key of a name in the ring."""

    key: str
    value: bytes


class Vault:
    """Seals with the ring's current key, opens with any of them, and finds sealed values by a keyed HMAC."""

    def __init__(self, ring: Keyring, lookup_key: bytes = b"") -> None:
        """Prepare the ciphers of every key in the ring; `lookup_key` where values are to be found."""
        self._ciphers = {name: AESGCM(key) for name, key in ring.keys.items()}
        self._current = ring.current
        self._cipher = self._ciphers[ring.current]
        self._head = bytes([_FORMAT, len(ring.current)]) + ring.current.encode()
        self._lookup_key = lookup_key

    def seal(self, owner: UUID, plain: bytes, purpose: bytes = b"") -> bytes:
        """Encrypt a value for one purpose of one owner: format, length and name of the key, nonce, ciphertext, tag."""
        return self.seal_bound(purpose + owner.bytes, plain)

    def open(self, owner: UUID, sealed: bytes, purpose: bytes = b"") -> bytes:
        """What `seal` was given for the same purpose and owner. Raises SealBroken."""
        return self.open_bound(purpose + owner.bytes, sealed)

    def seal_bound(self, bound: bytes, plain: bytes) -> bytes:
        """The same, bound to whatever bytes name its place."""
        nonce = os.urandom(NONCE_BYTES)
        return self._head + nonce + self._cipher.encrypt(nonce, plain, bound)

    def open_bound(self, bound: bytes, sealed: bytes) -> bytes:
        """What `seal_bound` was given for the same place. Raises SealBroken."""
        if not is_sealed(sealed):
            raise SealBroken("not a sealed value")
        start = 2 + sealed[1]
        name = sealed[2:start].decode("ascii", "replace")
        return self.decrypt(bound, Sealed(name, sealed[start:]))

    def encrypt(self, bound: bytes, plain: bytes) -> Sealed:
        """Encrypt a value, bound to what it belongs to, where the key's name is kept beside: nonce, ciphertext, tag."""
        nonce = os.urandom(NONCE_BYTES)
        return Sealed(self._current, nonce + self._ciphers[self._current].encrypt(nonce, plain, bound))

    def decrypt(self, bound: bytes, sealed: Sealed) -> bytes:
        """What `encrypt` was given. Raises SealBroken."""
        cipher = self._ciphers.get(sealed.key)
        if cipher is None:
            raise SealBroken("sealed with a key that is not in the ring")
        try:
            return cipher.decrypt(sealed.value[:NONCE_BYTES], sealed.value[NONCE_BYTES:], bound)
        except (InvalidTag, ValueError) as error:
            raise SealBroken("altered, or bound to something else") from error

    def fingerprint(self, text: str, purpose: bytes = b"") -> bytes:
        """The keyed HMAC-SHA256 (32 bytes) by which a sealed text is found again. Raises ValueError without a key."""
        if not self._lookup_key:
            raise ValueError("a vault without a key for looking up")
        return hmac.digest(self._lookup_key, purpose + b"\x00" * bool(purpose) + text.encode(), "sha256")
