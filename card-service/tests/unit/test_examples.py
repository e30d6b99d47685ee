"""The worked examples of the API's document, opened by the service's own code and made anew step by step."""

from __future__ import annotations

import base64
import hashlib
import json
import struct
from uuid import UUID

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey, X25519PublicKey
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from joserfc.jwk import OKPKey

from card_service.cards.examples import (
    CARD,
    PIN_JWE,
    PIN_JWK,
    PIN_WORKED,
    PROOF,
    PROOF_CLAIMS,
    SIGNING_JWK,
    TERMINAL,
    TYPED,
)
from card_service.envelopes import PinEnvelope, Typed
from chassis.holder_proofs.form import opened


def raw(text: object) -> bytes:
    return base64.urlsafe_b64decode(f"{text}{'=' * (-len(str(text)) % 4)}")


def b64(content: bytes) -> str:
    return base64.urlsafe_b64encode(content).rstrip(b"=").decode()


def test_the_service_opens_the_example() -> None:
    jwk = {name: str(value) for name, value in PIN_JWK.items()}
    key = OKPKey.import_key({**jwk, "d": str(PIN_WORKED["recipient_private_key"])})
    envelope = PinEnvelope({jwk["kid"]: key}, dict(jwk))
    found = envelope.open(PIN_JWE, UUID(CARD), TERMINAL, "sale", 5400)
    assert found == Typed("4821", str(TYPED["nonce"]), 1793869200)


def test_every_step_of_the_example_can_be_made_anew() -> None:
    ephemeral = X25519PrivateKey.from_private_bytes(raw(PIN_WORKED["ephemeral_private_key"]))
    secret = ephemeral.exchange(X25519PublicKey.from_public_bytes(raw(PIN_JWK["x"])))
    assert b64(secret) == PIN_WORKED["shared_secret"]
    name = b"A256GCM"  # RFC 7518 §4.6.2: Concat KDF, no party information
    other = struct.pack(">I", len(name)) + name + struct.pack(">III", 0, 0, 256)
    content_key = hashlib.sha256(struct.pack(">I", 1) + secret + other).digest()
    assert b64(content_key) == PIN_WORKED["content_key"]
    public = {"kty": "OKP", "crv": "X25519", "x": b64(ephemeral.public_key().public_bytes_raw())}
    header = {"alg": "ECDH-ES", "enc": "A256GCM", "kid": PIN_JWK["kid"], "epk": public}
    protected = b64(json.dumps(header, separators=(",", ":")).encode())
    vector = raw(PIN_WORKED["initialization_vector"])
    plaintext = json.dumps(TYPED, separators=(",", ":")).encode()
    sealed = AESGCM(content_key).encrypt(vector, plaintext, protected.encode())
    assert f"{protected}..{b64(vector)}.{b64(sealed[:-16])}.{b64(sealed[-16:])}" == PIN_JWE


def test_the_proof_says_what_its_claims_say() -> None:
    keys = {str(SIGNING_JWK["kid"]): Ed25519PublicKey.from_public_bytes(raw(SIGNING_JWK["x"]))}
    proof = opened(PROOF, keys)
    assert (str(proof.proof_id), proof.purpose, proof.max_amount) == (PROOF_CLAIMS["jti"], "sale", 5400)
