"""Secrets at rest: signing keys sealed with AES-256-GCM, client secrets and one-time codes kept as keyed HMACs only.

Every secret handed out here is 256 (a code: 50) bits of a keyed pseudo-random function, so a slow hash such as scrypt
would protect nothing that HMAC does not: nobody can guess a secret, and without the key of the environment a stolen
table tells nothing about a code. HMAC costs a microsecond where scrypt would hold a core for tens of milliseconds.
"""

from __future__ import annotations

import hmac
import os
from dataclasses import dataclass

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from chassis.sealing import KEY_BYTES, NONCE_BYTES, Keyring, SealBroken


@dataclass(frozen=True)
class Sealed:
    """What was made with the key of a name in the ring."""

    key: str
    value: bytes


class Vault:
    """Seals, opens, and makes and recognises secrets, with keys derived from the ring for each purpose."""

    def __init__(self, ring: Keyring) -> None:
        """Derive the keys."""
        self._current = ring.current
        self._ciphers = {name: AESGCM(_derived(key, b"seal")) for name, key in ring.keys.items()}
        self._marking = {name: _derived(key, b"mark") for name, key in ring.keys.items()}
        self._handing = {name: _derived(key, b"hand out") for name, key in ring.keys.items()}

    def seal(self, owner: str, value: bytes) -> Sealed:
        """Encrypt a value, bound to its owner."""
        nonce = os.urandom(NONCE_BYTES)
        return Sealed(self._current, nonce + self._ciphers[self._current].encrypt(nonce, value, owner.encode()))

    def open(self, owner: str, sealed: Sealed) -> bytes:
        """Decrypt what `seal` made for the same owner. Raises SealBroken."""
        cipher = self._ciphers.get(sealed.key)
        if cipher is None:
            raise SealBroken("sealed with a key that is not in the ring")
        try:
            return cipher.decrypt(sealed.value[:NONCE_BYTES], sealed.value[NONCE_BYTES:], owner.encode())
        except (InvalidTag, ValueError) as error:
            raise SealBroken("altered, or sealed for another owner") from error

    def mark(self, owner: str, secret: str) -> Sealed:
        """The keyed HMAC by which an owner's secret is recognised."""
        return Sealed(self._current, hmac.digest(self._marking[self._current], _joined(owner, secret), "sha256"))

    def recognises(self, owner: str, secret: str, mark: Sealed) -> bool:
        """Whether the secret is the one that was marked, in constant time; false where its key has left the ring."""
        key = self._marking.get(mark.key)
        return key is not None and hmac.compare_digest(hmac.digest(key, _joined(owner, secret), "sha256"), mark.value)

    def secret_for(self, *occasion: str, key: str | None = None) -> Sealed:
        """32 bytes that nobody without the ring can foretell, and the name of the key that gave them.

        The same occasion and key give the same bytes again. Raises SealBroken for a key that has left the ring.
        """
        name = key or self._current
        if name not in self._handing:
            raise SealBroken("made with a key that is not in the ring")
        return Sealed(name, hmac.digest(self._handing[name], _joined(*occasion), "sha256"))


def _derived(key: bytes, purpose: bytes) -> bytes:
    return HKDF(SHA256(), KEY_BYTES, salt=None, info=b"unicard gateway " + purpose).derive(key)


def _joined(*parts: str) -> bytes:
    """Parts with their lengths, so that no two lists of parts read the same."""
    encoded = [part.encode() for part in parts]
    return b"".join(len(part).to_bytes(4, "big") + part for part in encoded)
