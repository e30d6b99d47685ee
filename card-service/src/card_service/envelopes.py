"""What crosses the wire sealed or signed: PINs come in as JWE, card credentials go out as JWS."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal, Self
from uuid import UUID

import orjson
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey
from joserfc import jwe
from joserfc.errors import JoseError
from joserfc.jwk import OKPKey

from chassis.holder_proofs.form import HolderProof, sign
from chassis.sealing import Keyring
from chassis.signing import Signer, b64url, key_id, public_jwk

_MAX_JWE = 2048
_JWE_ALGORITHMS = ["ECDH-ES", "A256GCM"]


PinPurpose = Literal["set", "check", "sale", "hold", "visit"]
_NONCE = (16, 64)


class EnvelopeBroken(ValueError):
    """An encrypted PIN cannot be opened, or is meant for another card or operation."""


@dataclass(frozen=True, slots=True)
class Typed:
    """A PIN with what its envelope is good for: one card, one operation, at one device."""

    pin: str
    nonce: str
    at: float  # seconds since 1970, by the device's clock


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
            public = X25519PrivateKey.from_private_bytes(private).public_key().public_bytes_raw()
            jwk = jwks[name] = public_jwk("X25519", "enc", "ECDH-ES", key_id(name, public), public)
            keys[jwk["kid"]] = OKPKey.import_key({**jwk, "d": b64url(private)})
        return cls(keys, jwks[ring.current])

    def open(self, pin_jwe: str, card_id: UUID, device: str, purpose: PinPurpose, max_amount: int = 0) -> Typed:
        """The PIN inside. Raises EnvelopeBroken, also for what is meant for another card, device, purpose or amount."""
        if len(pin_jwe) > _MAX_JWE:
            raise EnvelopeBroken("too long")
        try:
            opened = jwe.decrypt_compact(pin_jwe.encode("ascii"), self._key_of, algorithms=_JWE_ALGORITHMS)
            content = orjson.loads(opened.plaintext or b"")
        except (JoseError, ValueError, TypeError, KeyError) as error:
            raise EnvelopeBroken("cannot be opened") from error
        bound = {"card_id": str(card_id), "device": device, "purpose": purpose, "max_amount": max_amount}
        if not isinstance(content, dict):
            raise EnvelopeBroken("no object inside")
        for name, value in bound.items():
            if content.get(name) != value or isinstance(content.get(name), bool):
                raise EnvelopeBroken(f"meant for another {name}")
        pin, nonce, at = (content.get(name) for name in ("pin", "nonce", "at"))
        if not isinstance(pin, str) or not isinstance(nonce, str) or not _NONCE[0] <= len(nonce) <= _NONCE[1]:
            raise EnvelopeBroken("no PIN or nonce inside")
        if isinstance(at, bool) or not isinstance(at, int | float):
            raise EnvelopeBroken("no time inside")
        return Typed(pin, nonce, at)

    def _key_of(self, recipient: Any) -> OKPKey:
        return self.keys[recipient.headers().get("kid", self.public_jwk["kid"])]


class CredentialSigner(Signer):
    """Signs what a terminal without a network can check."""

    def sign(self, claims: Mapping[str, object]) -> str:
        """The credential of a card; `credentials.claims` says what it says."""
        return self.compact("unicard+jws", claims)


class ProofSigner(Signer):
    """Signs holder's proofs with keys of their own, each derived of one of the credentials' ring.

    Who turns that ring over turns these over with it; what one key has signed passes for nothing else.
    """

    @classmethod
    def of(cls, ring: Keyring) -> Self:
        """Derive the keys of a ring."""
        return super().of(ring.derived(b"unicard holder proof"))

    def sign(self, proof: HolderProof) -> str:
        """A proof as it travels."""
        return sign(proof, self.current, self.keys[self.current])


class PrintedCodeSigner(Signer):
    """Signs the codes printed on cards, with keys derived in the same way."""

    @classmethod
    def of(cls, ring: Keyring) -> Self:
        """Derive the keys of a ring."""
        return super().of(ring.derived(b"unicard printed code"))


class BatchSigner(Signer):
    """Signs batches for personalisation bureaus, with keys derived in the same way."""

    @classmethod
    def of(cls, ring: Keyring) -> Self:
        """Derive the keys of a ring."""
        return super().of(ring.derived(b"unicard production batch"))


class HotListSigner(Signer):
    """Signs parts of the hot list, with keys derived in the same way."""

    @classmethod
    def of(cls, ring: Keyring) -> Self:
        """Derive the keys of a ring."""
        return super().of(ring.derived(b"unicard hot list"))
