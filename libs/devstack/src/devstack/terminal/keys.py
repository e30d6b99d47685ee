"""The terminal's own key: made on the device, never leaving it; signs assertions and offline sales."""

from __future__ import annotations

import base64
import time
from dataclasses import dataclass, field

import orjson
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from devstack.terminal.caller import new_key

ASSERTION_TYPE = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"
ASSERTION_SECONDS = 60


def b64url(raw: bytes) -> str:
    """Base64url without padding."""
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()


def from_b64url(text: str) -> bytes:
    """The bytes of base64url without padding; `ValueError` when it is none."""
    return base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True)


@dataclass(frozen=True, slots=True)
class DeviceKey:
    """An Ed25519 key pair."""

    private: Ed25519PrivateKey = field(repr=False)

    @classmethod
    def generate(cls) -> DeviceKey:
        """A new key from the system's randomness."""
        return cls(Ed25519PrivateKey.generate())

    @classmethod
    def load(cls, secret: str) -> DeviceKey:
        """The key stored by `secret()`."""
        return cls(Ed25519PrivateKey.from_private_bytes(from_b64url(secret)))

    def secret(self) -> str:
        """The private key for the device's own store."""
        return b64url(self.private.private_bytes_raw())

    @property
    def public(self) -> str:
        """The public key as enrolment wants it."""
        return b64url(self.private.public_key().public_bytes_raw())

    def sign(self, message: bytes) -> str:
        """The signature, base64url."""
        return b64url(self.private.sign(message))

    def assertion(self, client_id: str, audience: str, key_id: str = "", now: float | None = None) -> str:
        """A one-time proof of the key for the token endpoint (RFC 7523), good for a minute."""
        issued = int(time.time() if now is None else now)
        header = {"alg": "EdDSA", "typ": "JWT"} | ({"kid": key_id} if key_id else {})
        claims = {
            "iss": client_id, "sub": client_id, "aud": audience, "jti": new_key(),
            "iat": issued, "exp": issued + ASSERTION_SECONDS,
        }  # fmt: skip
        signed = f"{b64url(orjson.dumps(header))}.{b64url(orjson.dumps(claims))}"
        return f"{signed}.{self.sign(signed.encode())}"


@dataclass(frozen=True, slots=True)
class DeviceGrant:
    """Proves the device at the token endpoint by its key."""

    key: DeviceKey
    client_id: str
    key_id: str = ""
    audience: str = "/oauth/token"  # every installation takes it; training's issuer was never called `unicard`

    def form(self) -> dict[str, str]:
        """The fields of a grant with a fresh assertion."""
        return {
            "grant_type": "client_credentials",
            "client_id": self.client_id,
            "client_assertion_type": ASSERTION_TYPE,
            "client_assertion": self.key.assertion(self.client_id, self.audience, self.key_id),
        }


def public_key(text: str) -> Ed25519PublicKey:
    """The public key from its base64url form."""
    return Ed25519PublicKey.from_public_bytes(from_b64url(text))
