"""Personal data at rest: sealed for one purpose of one owner, found again by a keyed HMAC.

A sealed value is bound to its purpose and its owner, so that it cannot be moved to another row or column.
"""

from __future__ import annotations

import hmac
from uuid import UUID

from chassis.sealing import Keyring, Seal

NATIONAL_ID = b"national_id"
MOBILE = b"mobile"
CARD_NUMBER = b"card_number"
UPLOAD = b"upload"


class Vault:
    """Seals, opens and finds personal data."""

    def __init__(self, data: Keyring, lookup_key: bytes) -> None:
        """Prepare the keys of the ring."""
        self._seal = Seal(data)
        self._lookup_key = lookup_key

    def seal(self, purpose: bytes, owner: UUID, value: str) -> bytes:
        """Encrypt a text for one purpose of one owner."""
        return self.seal_bytes(purpose, owner, value.encode())

    def seal_bytes(self, purpose: bytes, owner: UUID, value: bytes) -> bytes:
        """Encrypt bytes, as `seal` does."""
        return self._seal.seal(purpose + owner.bytes, value)

    def open(self, purpose: bytes, owner: UUID, sealed: bytes) -> str:
        """Decrypt what `seal` made for the same purpose and owner. Raises SealBroken."""
        return self.open_bytes(purpose, owner, sealed).decode()

    def open_bytes(self, purpose: bytes, owner: UUID, sealed: bytes) -> bytes:
        """Decrypt what `seal_bytes` made. Raises SealBroken."""
        return self._seal.open(purpose + owner.bytes, sealed)

    def fingerprint(self, purpose: bytes, value: str) -> bytes:
        """The keyed HMAC-SHA256 (32 bytes) by which a sealed value is found again."""
        return hmac.digest(self._lookup_key, purpose + b"\x00" + value.encode(), "sha256")
