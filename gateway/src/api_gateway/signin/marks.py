"""Keyed marks of names and addresses: by them tries are counted, and a stolen table names nobody."""

from __future__ import annotations

import hmac

from chassis.sealing import Keyring


class Marks:
    """Makes marks under the ring's current key: with another key, counts begin anew."""

    def __init__(self, ring: Keyring) -> None:
        """Derive the key."""
        derived = ring.derived(b"unicard sign-in marks")
        self._key = derived.keys[derived.current]

    def of(self, kind: str, text: str) -> bytes:
        """The mark of a text of some kind, such as a name or an address: 32 bytes."""
        return hmac.digest(self._key, kind.encode() + b"\x00" + text.encode(), "sha256")
