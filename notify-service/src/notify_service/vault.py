"""Phone numbers, names and texts at rest: sealed for the row that holds them, found again by a keyed HMAC."""

from __future__ import annotations

import hmac
from uuid import UUID

from chassis.sealing import Keyring, Seal


class Vault:
    """Seals, opens and finds personal data."""

    def __init__(self, data: Keyring, lookup_key: bytes) -> None:
        """Prepare the keys of the ring."""
        self._seal = Seal(data)
        self._lookup_key = lookup_key

    def seal(self, row: UUID, plain: bytes) -> bytes:
        """Encrypt a value for the row that will hold it."""
        return self._seal.seal(row.bytes, plain)

    def open(self, row: UUID, sealed: bytes) -> bytes:
        """The value again. Raises SealBroken."""
        return self._seal.open(row.bytes, sealed)

    def number_hash(self, number: str) -> bytes:
        """The keyed HMAC-SHA256 by which an E.164 number is found."""
        return hmac.digest(self._lookup_key, number.encode(), "sha256")
