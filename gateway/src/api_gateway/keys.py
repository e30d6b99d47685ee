"""Ed25519 public keys as text: base64url, JWK (RFC 8037) and thumbprint (RFC 7638). No I/O."""

from __future__ import annotations

import base64
import hashlib
import json


def public_jwk(public_key: bytes) -> dict[str, str]:
    """The bare JWK of an Ed25519 public key."""
    return {"kty": "OKP", "crv": "Ed25519", "x": b64url(public_key)}


def thumbprint(public_key: bytes) -> str:
    """The key's name: RFC 7638 thumbprint."""
    canonical = json.dumps(public_jwk(public_key), separators=(",", ":"), sort_keys=True)
    return b64url(hashlib.sha256(canonical.encode()).digest())


def b64url(raw: bytes) -> str:
    """Base64url without padding."""
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()


def from_b64url(text: str) -> bytes:
    """The bytes of base64url without padding. Raises ValueError."""
    return base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True)
