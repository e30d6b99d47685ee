"""Signed documents: compact JWS (RFC 7515, EdDSA over Ed25519) that terminals and strangers check by public keys."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Self

import orjson
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from chassis.sealing import Keyring

ALGORITHMS = frozenset({"EdDSA", "Ed25519"})


@dataclass(frozen=True)
class Signer:
    """Signs with the current key of a ring; the public ones of all its keys are shown.

    Kinds of documents have rings of their own or ones derived (`Keyring.derived`): what was signed as one of them
    passes for no other, and its type (`typ`) says so besides.
    """

    keys: Mapping[str, Ed25519PrivateKey]
    current: str

    @classmethod
    def of(cls, ring: Keyring) -> Self:
        """Prepare the keys of a ring."""
        keys = {name: Ed25519PrivateKey.from_private_bytes(key) for name, key in ring.keys.items()}
        return cls({_kid(name, key): key for name, key in keys.items()}, _kid(ring.current, keys[ring.current]))

    def public_jwks(self) -> dict[str, list[dict[str, str]]]:
        """The public keys, a JWK set (RFC 7517)."""
        return {"keys": [public_jwk("Ed25519", "sig", "EdDSA", kid, _public(key)) for kid, key in self.keys.items()]}

    def compact(self, kind: str, claims: Mapping[str, object]) -> str:
        """The document as it travels. `kind` is its `typ`. The same claims give the same text, as Ed25519 does."""
        header = {"alg": "EdDSA", "kid": self.current, "typ": kind}
        signed = f"{b64url(orjson.dumps(header))}.{b64url(orjson.dumps(claims))}"
        return f"{signed}.{b64url(self.keys[self.current].sign(signed.encode()))}"


def verified(compact: str, keys: Mapping[str, Ed25519PublicKey]) -> Mapping[str, object]:
    """The claims of a document as `Signer.compact` makes them, signed by one of `keys` (by key id). Raises ValueError.

    Nine tenths of its time are the signature's, during which other threads go on.
    """
    signed, _, signature = compact.rpartition(".")
    header, claims = (orjson.loads(from_b64url(part)) for part in signed.split("."))
    if not isinstance(header, dict) or not isinstance(claims, dict) or header.get("alg") not in ALGORITHMS:
        raise ValueError("no signed document")
    key = keys.get(str(header.get("kid")))
    if key is None:
        raise ValueError("signed by a key that is not known")
    try:
        key.verify(from_b64url(signature), signed.encode())
    except InvalidSignature as error:
        raise ValueError("false signature") from error
    return claims


def public_keys(jwks: Iterable[Mapping[str, str | list[str]]]) -> dict[str, Ed25519PublicKey]:
    """The keys of a JWK set by their ids. Raises KeyError or ValueError."""
    return {str(jwk["kid"]): Ed25519PublicKey.from_public_bytes(from_b64url(str(jwk["x"]))) for jwk in jwks}


def b64url(raw: bytes) -> str:
    """Base64url without padding."""
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()


def from_b64url(text: str) -> bytes:
    """Bytes of base64url without padding. Raises ValueError."""
    return base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True)


def key_id(name: str, public: bytes) -> str:
    """The id of a ring's key: its name, and the beginning of the hash of its public half."""
    return f"{name}-{hashlib.sha256(public).hexdigest()[:12]}"


def public_jwk(curve: str, use: str, algorithm: str, kid: str, public: bytes) -> dict[str, str]:
    """A public key as JWK (RFC 8037)."""
    return {"kty": "OKP", "crv": curve, "use": use, "alg": algorithm, "kid": kid, "x": b64url(public)}


def _public(key: Ed25519PrivateKey) -> bytes:
    return key.public_key().public_bytes_raw()


def _kid(name: str, key: Ed25519PrivateKey) -> str:
    return key_id(name, _public(key))
