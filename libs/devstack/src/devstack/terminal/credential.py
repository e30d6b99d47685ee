"""The card's credential, checked without a network: a compact JWS signed by card-service."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final, NamedTuple, TypedDict
from uuid import UUID

import orjson
from cryptography.exceptions import InvalidSignature

from devstack.documents import Document
from devstack.terminal.keys import from_b64url, public_key

PRINTED: Final = "unicard-code+jws"
_BREAD: Final = frozenset({"bread", "flour"})


class CredentialRefused(ValueError):
    """The credential proves nothing; `reason_ar` is for the receipt."""

    def __init__(self, reason: str, reason_ar: str) -> None:
        super().__init__(reason)
        self.reason_ar = reason_ar


class Size(NamedTuple):
    """How many members of a household count in a month, by programme."""

    goods: int
    bread: int

    def of(self, programme: str) -> int:
        """Those who count for what is sold; bread and flour are for those who count for bread."""
        return self.bread if programme in _BREAD else self.goods


@dataclass(frozen=True, slots=True)
class Credential:
    """What a card says of itself. One of version 1 says nothing of services and sizes: None, and no sizes."""

    card_id: str
    household_id: str
    governorate: str
    expires_at: datetime
    services: tuple[str, ...] | None = None
    sizes: tuple[tuple[str, Size], ...] = ()
    last_month: str = ""

    def size_in(self, month: str) -> Size | None:
        """The household's size in a month such as `2026-11`; None where it is not said."""
        begun = [size for since, size in self.sizes if since <= month]
        return begun[-1] if begun and month <= self.last_month else None

    def ensure_usable(self, service: str) -> None:
        """Raise CredentialRefused for a card that is not good for a service."""
        if self.services is not None and service not in self.services:
            raise CredentialRefused(f"not good for {service}", "هذه الخدمة غير مفعلة على الكارت")


def read(compact: str) -> tuple[Document, Document]:
    """Header and claims, unverified; `CredentialRefused` when it is no JWS."""
    try:
        header, claims, _ = compact.split(".")
        read_header, read_claims = orjson.loads(from_b64url(header)), orjson.loads(from_b64url(claims))
    except ValueError as error:
        raise CredentialRefused("not a credential", "تعذرت قراءة الكارت") from error
    if not isinstance(read_header, dict) or not isinstance(read_claims, dict):
        raise CredentialRefused("not a credential", "تعذرت قراءة الكارت")
    return read_header, read_claims


def is_printed(compact: str) -> bool:
    """Whether this is what is printed on a card, and no credential. Raises CredentialRefused for what is neither."""
    return read(compact)[0].get("typ") == PRINTED


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


def printed_card(code: str, keys: dict[str, str], *, now: datetime) -> str:
    """The card whose genuine code this is, signed by one of `keys`, and not over. Raises CredentialRefused."""
    _, claims = _genuine(code, keys)
    if float(claims.get("exp", 0)) <= now.timestamp():
        raise CredentialRefused("expired", "انتهت صلاحية الكارت")
    return card_of(code)


def _genuine(compact: str, keys: dict[str, str]) -> tuple[Document, Document]:
    """Header and claims of what one of the keys has signed. Raises CredentialRefused."""
    header, claims = read(compact)
    key = keys.get(str(header.get("kid", "")))
    if header.get("alg") not in {"EdDSA", "Ed25519"} or key is None:
        raise CredentialRefused("unknown signing key", "الكارت غير صادر عن المنظومة")
    signed, _, signature = compact.rpartition(".")
    try:
        public_key(key).verify(from_b64url(signature), signed.encode())
    except (InvalidSignature, ValueError) as error:
        raise CredentialRefused("false signature", "الكارت غير صادر عن المنظومة") from error
    return header, claims


def verify(compact: str, keys: dict[str, str], *, now: datetime, governorate: str = "") -> Credential:
    """The credential, if one of `keys` (key id to base64url public key) signed it and it has not expired.

    With `governorate`, the card must belong there, as the online rule would have it.
    """
    _, claims = _genuine(compact, keys)
    try:
        found = Credential(
            str(claims["card"]), str(claims["household"]), str(claims["gov"]),
            datetime.fromtimestamp(float(claims["exp"]), UTC), **_version_2(claims),
        )  # fmt: skip
    except (KeyError, TypeError, ValueError, OverflowError) as error:
        raise CredentialRefused("incomplete credential", "بيانات الكارت ناقصة") from error
    if found.expires_at <= now:
        raise CredentialRefused("expired", "انتهت صلاحية بيانات الكارت، يلزم الاتصال بالشبكة")
    if governorate and found.governorate != governorate:
        raise CredentialRefused("card of another governorate", "الكارت صادر من محافظة أخرى")
    return found


class _More(TypedDict, total=False):
    services: tuple[str, ...]
    sizes: tuple[tuple[str, Size], ...]
    last_month: str


def _version_2(claims: Document) -> _More:
    """What version 1 does not say. Raises as reading members does."""
    if "v" not in claims:
        return {}
    sizes = tuple((str(one["month"]), Size(int(one["goods"]), int(one["bread"]))) for one in claims["sizes"])
    services = tuple(str(one) for one in claims["services"])
    return {"services": services, "sizes": sizes, "last_month": str(claims["last_month"])}


def key_set(document: Document) -> dict[str, str]:
    """Key ids and public keys of a JWK set."""
    return {str(key["kid"]): str(key["x"]) for key in document["keys"] if key.get("crv") == "Ed25519"}
