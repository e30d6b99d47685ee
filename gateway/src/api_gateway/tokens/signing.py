"""When which key signs, and how long it stays published. No I/O.

A new key is published before it signs, so that everyone knows it by then; the old one stays published until the
last token it signed has expired.
"""

from __future__ import annotations

import warnings
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from joserfc.jwk import OKPKey

from api_gateway.keys import public_jwk

# RFC 9864 calls the algorithm Ed25519, but Envoy knows it as EdDSA only.
warnings.filterwarnings("ignore", message="EdDSA is deprecated")

ALGORITHM = "EdDSA"


@dataclass(frozen=True)
class SigningKey:
    """A key of the issuer; `private` is gone once another signs."""

    kid: str
    public_key: bytes
    private: OKPKey | None
    created_at: datetime
    signs_from: datetime

    def jwk(self) -> dict[str, str]:
        """The public key as it is published."""
        return {**public_jwk(self.public_key), "kid": self.kid, "use": "sig", "alg": ALGORITHM}


def signer(keys: Sequence[SigningKey], now: datetime) -> SigningKey:
    """The youngest key that may sign already. Raises LookupError where there is none."""
    ready = [key for key in keys if key.signs_from <= now]
    if not ready:
        raise LookupError("no key may sign yet")
    return max(ready, key=lambda key: key.signs_from)


def published(keys: Sequence[SigningKey], now: datetime, token_life: timedelta) -> list[SigningKey]:
    """The keys whose tokens may still be good, and those that will sign soon; youngest first."""
    ordered = sorted(keys, key=lambda key: key.signs_from, reverse=True)
    successors = [None, *ordered]
    pairs = zip(ordered, successors, strict=False)
    return [key for key, next_one in pairs if next_one is None or now < next_one.signs_from + token_life]


def is_pending(keys: Sequence[SigningKey], now: datetime) -> bool:
    """Whether a key waits to take over."""
    return any(key.signs_from > now for key in keys)


def is_due(keys: Sequence[SigningKey], now: datetime, life: timedelta) -> bool:
    """Whether the signing key has served its time and none waits to take over."""
    return bool(keys) and not is_pending(keys, now) and signer(keys, now).signs_from + life <= now
