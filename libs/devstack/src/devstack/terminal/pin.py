"""The PIN on its way from the pad to card-service: sealed for that service alone, for one card and one operation."""

from __future__ import annotations

import re
import secrets
import time

import orjson
from joserfc import jwe
from joserfc.jwk import OKPKey

from devstack.documents import Document


def seal(pin: str, card_id: str, public_jwk: Document, *, device: str, purpose: str, max_amount: int = 0) -> str:
    """A compact JWE (ECDH-ES on X25519, A256GCM) of the PIN, good for this operation at this device, once and now.

    `device`: the subject of the token it is sent with.
    """
    key = OKPKey.import_key(public_jwk)
    header = {"alg": "ECDH-ES", "enc": "A256GCM", "kid": public_jwk["kid"]}
    content = {
        "card_id": card_id,
        "pin": pin,
        "device": device,
        "purpose": purpose,
        "max_amount": max_amount,
        "nonce": secrets.token_urlsafe(16),
        "at": int(time.time()),
    }
    return jwe.encrypt_compact(header, orjson.dumps(content), key)


def code_in(text: str) -> str:
    """The code that an SMS has told a holder."""
    found = re.search(r"\b\d{6}\b", text)
    if found is None:
        raise ValueError("no code in the message")
    return found[0]
