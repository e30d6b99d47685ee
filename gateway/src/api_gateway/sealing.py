"""Secrets at rest: client secrets and one-time codes kept as keyed HMACs only.

Every secret handed out here is 256 (a code: 50) bits of a keyed pseudo-random function, so a slow hash such as scrypt
would protect nothing that HMAC does not: nobody can guess a secret, and without the key of the environment a stolen
table tells nothing about a code. HMAC costs a microsecond where scrypt would hold a core for tens of milliseconds.
"""

from __future__ import annotations

import hmac

from chassis.sealing import Keyring, SealBroken, Sealed


class Secrets:
    """Makes and recognises secrets, with keys derived from the ring for each purpose."""

    def __init__(self, ring: Keyring) -> None:
        """Derive the keys."""
        self._current = ring.current
        self._marking = ring.derived(b"unicard gateway mark").keys
        self._handing = ring.derived(b"unicard gateway hand out").keys

    def mark(self, owner: str, secret: str) -> Sealed:
        """The keyed HMAC by which an owner's secret is recognised."""
        return Sealed(self._current, hmac.digest(self._marking[self._current], _joined(owner, secret), "sha256"))

    def marks(self, owner: str, secret: str) -> list[Sealed]:
        """The HMACs by every key of the ring: to find what was marked before the ring turned."""
        marked = _joined(owner, secret)
        return [Sealed(name, hmac.digest(key, marked, "sha256")) for name, key in self._marking.items()]

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


def _joined(*parts: str) -> bytes:
    """Parts with their lengths, so that no two lists of parts read the same."""
    encoded = [part.encode() for part in parts]
    return b"".join(len(part).to_bytes(4, "big") + part for part in encoded)
