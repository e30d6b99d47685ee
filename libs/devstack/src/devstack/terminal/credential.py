"""The card's credential, checked without a network: a compact JWS signed by card-service."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Final
from uuid import UUID

import orjson
from cryptography.exceptions import InvalidSignature

from devstack.terminal.keys import from_b64url, public_key

PRINTED: Final = "unicard-code+jws"


class CredentialRefused(ValueError):
    """The credential proves nothing; `reason_ar` is for the receipt."""

    def __init__(self, reason: str, reason_ar: str) -> None:
        super().__init__(reason)
        self.reason_ar = reason_ar


@dataclass(frozen=True, slots=True)
class Credential:
    """What a card says of itself."""

    card_id: str
    household_id: str
    governorate: str
    expires_at: datetime


def read(compact: str) -> tuple[dict[str, Any], dict[str, Any]]:
    """Header and claims, unverified; `CredentialRefused` when it is no JWS."""
    try:
        header, claims, _ = compact.split(".")
        read_header, read_claims = orjson.loads(from_b64url(header)), orjson.loads(from_b64url(claims))
    except ValueError as error:
        raise CredentialRefused("not a credential", "تعذرت قراءة الكارت") from error
    if not isinstance(read_header, dict) or not isinstance(read_claims, dict):
        raise CredentialRefused("not a credential", "تعذرت قراءة الكارت")
    return read_header, read_claims


def card_of(compact: str) -> str:
    """The id of the card whose credential or printed code this is, unverified. Raises CredentialRefused."""
    header, claims = read(compact)
    named = str(claims.get("card", ""))
    if header.get("typ") != PRINTED:
        return named
    try:
        return str(UUID(bytes=from_b64url(named)))
    except ValueError as error:
        raise CredentialRefused("not a printed code", "تعذرت قراءة الكارت") from error


def verify(compact: str, keys: dict[str, str], *, now: datetime, governorate: str = "") -> Credential:
    """The credential, if one of `keys` (key id to base64url public key) signed it and it has not expired.

    With `governorate`, the card must belong there, as the online rule would have it.
    """
    header, claims = read(compact)
    key = keys.get(str(header.get("kid", "")))
    if header.get("alg") not in {"EdDSA", "Ed25519"} or key is None:
        raise CredentialRefused("unknown signing key", "الكارت غير صادر عن المنظومة")
    signed, _, signature = compact.rpartition(".")
    try:
        public_key(key).verify(from_b64url(signature), signed.encode())
    except (InvalidSignature, ValueError) as error:
        raise CredentialRefused("false signature", "الكارت غير صادر عن المنظومة") from error
    try:
        found = Credential(
            str(claims["card"]), str(claims["household"]), str(claims["gov"]),
            datetime.fromtimestamp(float(claims["exp"]), UTC),
        )  # fmt: skip
    except (KeyError, TypeError, ValueError, OverflowError) as error:
        raise CredentialRefused("incomplete credential", "بيانات الكارت ناقصة") from error
    if found.expires_at <= now:
        raise CredentialRefused("expired", "انتهت صلاحية بيانات الكارت، يلزم الاتصال بالشبكة")
    if governorate and found.governorate != governorate:
        raise CredentialRefused("card of another governorate", "الكارت صادر من محافظة أخرى")
    return found


def key_set(document: dict[str, Any]) -> dict[str, str]:
    """Key ids and public keys of a JWK set."""
    return {str(key["kid"]): str(key["x"]) for key in document["keys"] if key.get("crv") == "Ed25519"}
