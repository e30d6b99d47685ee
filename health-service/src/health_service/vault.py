"""What a visit was about, at rest: sealed for the row that holds it."""

from __future__ import annotations

from uuid import UUID

from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from chassis.sealing import KEY_BYTES, Keyring, Seal


class Vault:
    """Seals and opens what must not be read in the database."""

    def __init__(self, ring: Keyring) -> None:
        """Prepare the keys of the ring."""
        self._seal = Seal(ring)
        # Of the oldest key, so that a new one in front does not make repeats look like other requests.
        oldest = list(ring.keys.values())[-1]
        self.fingerprint_key = HKDF(SHA256(), KEY_BYTES, salt=None, info=b"unicard health fingerprint").derive(oldest)

    def seal(self, row: UUID, plain: bytes) -> bytes:
        """Encrypt a value for the row that will hold it."""
        return self._seal.seal(row.bytes, plain)

    def open(self, row: UUID, sealed: bytes) -> bytes:
        """The value again. Raises SealBroken."""
        return self._seal.open(row.bytes, sealed)
