"""The form of a holder's proof: a compact JWS (EdDSA) whose claims say what it permits."""

from __future__ import annotations

import base64
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Literal
from uuid import UUID

import orjson
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from chassis.holder_proofs.refusals import HolderProofExpired, HolderProofInvalid

TYPE = "unicard-holder-proof+jws"
MAX_LENGTH = 2048

Purpose = Literal["sale", "hold", "visit", "bread"]  # `bread`: a bread code in the place of a lost card
Kind = Literal["pin", "sms", "chip", "bread_code"]
Prover = Literal["holder", "head", "proxy"]


@dataclass(frozen=True, slots=True)
class HolderProof:
    """What card-service vouches for: the holder of `card_id`, or the head or a proxy for them, was at `terminal_id`.

    It permits one operation of `purpose` for at most `max_amount` piastres until `expires_at` (the machine's time).
    """

    proof_id: UUID
    card_id: UUID
    terminal_id: UUID
    purpose: Purpose
    max_amount: int
    kind: Kind
    prover: Prover
    expires_at: datetime


@dataclass(frozen=True, slots=True)
class Asked:
    """An operation as a service is asked for it. `purposes`: those of proofs that permit it."""

    card_id: UUID
    terminal_id: UUID
    purposes: frozenset[str]
    amount: int


class KeyUnknown(Exception):
    """The proof names a key that is not known here; it may be a new one."""


def moment() -> datetime:
    """The present by the machine's clock: no training moves what proofs and sealed PINs are judged by."""
    return datetime.now(UTC)


def sign(proof: HolderProof, kid: str, key: Ed25519PrivateKey) -> str:
    """A proof as it travels."""
    header = {"alg": "EdDSA", "kid": kid, "typ": TYPE}
    claims = {
        "jti": str(proof.proof_id),
        "card": str(proof.card_id),
        "terminal": str(proof.terminal_id),
        "purpose": proof.purpose,
        "max": proof.max_amount,
        "kind": proof.kind,
        "prover": proof.prover,
        "exp": int(proof.expires_at.timestamp()),
    }
    signed = f"{_b64(orjson.dumps(header))}.{_b64(orjson.dumps(claims))}"
    return f"{signed}.{_b64(key.sign(signed.encode()))}"


def opened(token: str, keys: Mapping[str, Ed25519PublicKey]) -> HolderProof:
    """What a proof says, its signature checked. Raises HolderProofInvalid, or KeyUnknown."""
    signed, _, signature = token.rpartition(".")
    try:
        header, claims = (orjson.loads(_raw(part)) for part in signed.split("."))
        if len(token) > MAX_LENGTH or header["typ"] != TYPE or header["alg"] not in {"EdDSA", "Ed25519"}:
            raise HolderProofInvalid("It is no holder's proof.", detail_ar="هذا ليس إثبات حضور حامل الكارت.")
        key = keys.get(header["kid"])
        if key is None:
            raise KeyUnknown(header["kid"])
        key.verify(_raw(signature), signed.encode())
        return _proof(claims)
    except (ValueError, TypeError, KeyError, AttributeError, InvalidSignature) as error:
        raise HolderProofInvalid("It is no holder's proof.", detail_ar="هذا ليس إثبات حضور حامل الكارت.") from error


def permits(proof: HolderProof, asked: Asked, now: datetime) -> None:
    """Raise the refusal unless the proof permits the operation at this moment of the machine's time."""
    for what, fits in (
        ("card", proof.card_id == asked.card_id),
        ("terminal", proof.terminal_id == asked.terminal_id),
        ("purpose", proof.purpose in asked.purposes),
        ("amount", asked.amount <= proof.max_amount),
    ):
        if not fits:
            raise HolderProofInvalid(
                f"The proof is for another {what}.", detail_ar="الإثبات صادر لعملية أخرى.", mismatch=what
            )
    if now >= proof.expires_at:
        raise HolderProofExpired("Ask the holder again.", detail_ar="اطلب من صاحب الكارت إثبات حضوره مرة أخرى")


def _proof(claims: dict[str, Any]) -> HolderProof:
    return HolderProof(
        UUID(claims["jti"]),
        UUID(claims["card"]),
        UUID(claims["terminal"]),
        claims["purpose"],
        int(claims["max"]),
        claims["kind"],
        claims["prover"],
        datetime.fromtimestamp(int(claims["exp"]), UTC),
    )


def _b64(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()


def _raw(text: str) -> bytes:
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))
