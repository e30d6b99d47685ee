"""Judging the assertion of a terminal or of a client with a key (`private_key_jwt`, RFC 7523). No I/O."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import orjson
from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import KeySet, OKPKey

from api_gateway.keys import from_b64url, public_jwk
from api_gateway.tokens.errors import ClientRefused

ALGORITHMS = ["EdDSA", "Ed25519", "ES256", "PS256"]
_SKEW = timedelta(seconds=30)
_MAX_JTI = 128


@dataclass(frozen=True)
class Assertion:
    """What a good assertion says: who, which one, and until when it must be remembered."""

    client_id: str
    jti: str
    expires_at: datetime


def claimed_client(assertion: str) -> str:
    """Whom an assertion claims to come from; nothing is verified. Raises ClientRefused."""
    try:
        claims = orjson.loads(from_b64url(assertion.split(".")[1]))
        subject = claims["sub"]
    except (ValueError, KeyError, IndexError, TypeError) as error:
        raise ClientRefused("The assertion cannot be read.") from error
    if not isinstance(subject, str) or subject != claims.get("iss"):
        raise ClientRefused("The assertion must come from the client it is about: iss and sub.")
    return subject


def verify(
    assertion: str, keys: bytes | KeySet, audiences: Collection[str], now: datetime, longest: timedelta
) -> Assertion:
    """Check signature, audience and time. Raises ClientRefused.

    `keys`: a terminal's Ed25519 public key, or the key set of a client. Which of them signed is the header's `kid` to
    say; a key in the header itself is never looked at.
    """
    key = keys if isinstance(keys, KeySet) else OKPKey.import_key({**public_jwk(keys)})
    try:
        claims = jwt.decode(assertion, key, algorithms=ALGORITHMS).claims
    except (JoseError, ValueError, TypeError) as error:
        raise ClientRefused("The assertion's signature is not that of the enrolled key.") from error
    if not set(_texts(claims.get("aud"))) & set(audiences):
        raise ClientRefused("The assertion is meant for someone else: aud.")
    expires_at = _instant(claims, "exp")
    if expires_at <= now - _SKEW:
        raise ClientRefused("The assertion has expired.", detail_ar="راجع ساعة الماكينة.")
    if expires_at > now + longest + _SKEW:
        raise ClientRefused(f"An assertion may be good for {longest.total_seconds():.0f} s at most: exp.")
    if any(_instant(claims, name) > now + _SKEW for name in ("iat", "nbf") if name in claims):
        raise ClientRefused("The assertion is from the future.", detail_ar="راجع ساعة الماكينة.")
    jti = claims.get("jti")
    if not isinstance(jti, str) or not 1 <= len(jti) <= _MAX_JTI or not jti.isprintable():
        raise ClientRefused(f"The assertion needs a jti of 1–{_MAX_JTI} characters.")
    return Assertion(str(claims["sub"]), jti, expires_at + 2 * _SKEW)


def _texts(value: object) -> list[str]:
    return [one for one in (value if isinstance(value, list) else [value]) if isinstance(one, str)]


def _instant(claims: Mapping[str, object], name: str) -> datetime:
    value = claims.get(name)
    if not isinstance(value, int | float) or isinstance(value, bool) or not 0 < value < 253_402_300_799:
        raise ClientRefused(f"The assertion needs a time: {name}.")
    return datetime.fromtimestamp(value, UTC)
