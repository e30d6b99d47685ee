"""What crosses the wire sealed or signed: PINs come in as JWE, card credentials go out as JWS."""

from __future__ import annotations

import base64
import hashlib
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

import orjson
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from joserfc import jwe
from joserfc.errors import JoseError
from joserfc.jwk import OKPKey

from chassis.sealing import Keyring

_MAX_JWE = 2048
_JWE_ALGORITHMS = ["ECDH-ES", "A256GCM"]


class EnvelopeBroken(ValueError):
    """An encrypted PIN cannot be opened, or is meant for another card."""


def _b64(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()


def _public(key: X25519PrivateKey | Ed25519PrivateKey) -> bytes:
    return key.public_key().public_bytes(Encoding.Raw, PublicFormat.Raw)


def _kid(name: str, public: bytes) -> str:
    return f"{name}-{hashlib.sha256(public).hexdigest()[:12]}"


def _jwk(curve: str, use: str, algorithm: str, kid: str, public: bytes) -> dict[str, Any]:
    return {"kty": "OKP", "crv": curve, "use": use, "alg": algorithm, "kid": kid, "x": _b64(public)}


@dataclass(frozen=True)
class PinEnvelope:
    """Opens PINs encrypted for this service: compact JWE, ECDH-ES and A256GCM over X25519."""

    keys: dict[str, OKPKey]
    public_jwk: dict[str, Any]

    @classmethod
    def of(cls, ring: Keyring) -> PinEnvelope:
        """Prepare the keys of a ring; terminals encrypt for the current one, `public_jwk`."""
        jwks: dict[str, dict[str, Any]] = {}
        keys: dict[str, OKPKey] = {}
        for name, private in ring.keys.items():
            public = _public(X25519PrivateKey.from_private_bytes(private))
            jwk = jwks[name] = _jwk("X25519", "enc", "ECDH-ES", _kid(name, public), public)
            keys[jwk["kid"]] = OKPKey.import_key({**jwk, "d": _b64(private)})
        return cls(keys, jwks[ring.current])

    def open(self, pin_jwe: str, card_id: UUID) -> str:
        """The PIN inside `{"card_id": …, "pin": …}`. Raises EnvelopeBroken, also for another card's."""
        if len(pin_jwe) > _MAX_JWE:
            raise EnvelopeBroken("too long")
        try:
            opened = jwe.decrypt_compact(pin_jwe.encode("ascii"), self._key_of, algorithms=_JWE_ALGORITHMS)
            content = orjson.loads(opened.plaintext or b"")
        except (JoseError, ValueError, TypeError, KeyError) as error:
            raise EnvelopeBroken("cannot be opened") from error
        if not isinstance(content, dict) or content.get("card_id") != str(card_id):
            raise EnvelopeBroken("meant for another card")
        pin = content.get("pin")
        if not isinstance(pin, str):
            raise EnvelopeBroken("no PIN inside")
        return pin

    def _key_of(self, recipient: Any) -> OKPKey:
        return self.keys[recipient.headers().get("kid", self.public_jwk["kid"])]


@dataclass(frozen=True)
class CredentialSigner:
    """Signs what a terminal without a network can check: compact JWS, EdDSA."""

    keys: dict[str, Ed25519PrivateKey]
    current: str

    @classmethod
    def of(cls, ring: Keyring) -> CredentialSigner:
        """Prepare the keys of a ring."""
        keys = {name: Ed25519PrivateKey.from_private_bytes(key) for name, key in ring.keys.items()}
        return cls(
            {_kid(name, _public(key)): key for name, key in keys.items()},
            _kid(ring.current, _public(keys[ring.current])),
        )

    def public_jwks(self) -> dict[str, Any]:
        """The public keys by which terminals and services check credentials."""
        return {"keys": [_jwk("Ed25519", "sig", "EdDSA", kid, _public(key)) for kid, key in self.keys.items()]}

    def sign(self, card_id: UUID, household_id: UUID, governorate: str, expires: datetime) -> str:
        """The credential of a card: which it is, whose, where it is good, until when (epoch seconds)."""
        header = {"alg": "EdDSA", "kid": self.current, "typ": "unicard+jws"}
        claims = {
            "card": str(card_id),
            "household": str(household_id),
            "gov": governorate,
            "exp": int(expires.timestamp()),
        }
        signed = f"{_b64(orjson.dumps(header))}.{_b64(orjson.dumps(claims))}"
        return f"{signed}.{_b64(self.keys[self.current].sign(signed.encode()))}"
