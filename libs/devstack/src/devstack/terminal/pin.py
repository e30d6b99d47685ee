"""The PIN on its way from the pad to card-service: sealed for that service alone, bound to the card."""

from __future__ import annotations

from typing import Any

import orjson
from joserfc import jwe
from joserfc.jwk import OKPKey


def seal(pin: str, card_id: str, public_jwk: dict[str, Any]) -> str:
    """A compact JWE (ECDH-ES on X25519, A256GCM) of the PIN for that card."""
    key = OKPKey.import_key(public_jwk)
    header = {"alg": "ECDH-ES", "enc": "A256GCM", "kid": public_jwk["kid"]}
    return jwe.encrypt_compact(header, orjson.dumps({"card_id": card_id, "pin": pin}), key)
