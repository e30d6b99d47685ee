"""Authentication and scopes: who calls, what they may do. Tokens are verified again, whatever the edge has checked."""

from __future__ import annotations

import asyncio
import base64
import time
import warnings
from collections.abc import Collection
from datetime import timedelta
from typing import Annotated, Any
from uuid import UUID

import asyncpg
import httpx
import orjson
from fastapi import Depends, Request
from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import KeySet
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from chassis.area import Bound
from chassis.clients import KeysNotFetched, fetch_key_set, http_client
from chassis.logging import get_logger
from chassis.principal import PREFIXES, STRONG, CallerKind, Principal
from chassis.problems import (
    CallerKindRefused,
    InsufficientScope,
    InvalidToken,
    MalformedRequest,
    MissingToken,
    SignInTooWeak,
    Suspended,
    Unavailable,
)
from chassis.runtime import get_runtime
from chassis.settings import ServiceSettings
from contracts.roles import SUSPENDED

log = get_logger(__name__)

# RFC 9864 renames EdDSA to Ed25519; the edge's token filter knows the old name only.
warnings.filterwarnings("ignore", message="EdDSA is deprecated via RFC 9864")

ALGORITHMS = ["EdDSA", "Ed25519"]
TOKEN_TYPE = "at+jwt"  # noqa: S105 - a media type
KEYS_SECONDS = 2.0
KEYS_REFRESH_SECONDS = 30.0
UNKNOWN_KEY_REFRESH_SECONDS = 1.0
KEYS_LOOK_SECONDS = 1.0
REVOCATIONS_REFRESH_SECONDS = 0.4
CLOCK_SKEW_SECONDS = 5
SESSION_KEPT = timedelta(hours=2)  # far beyond the longest life a token may have: one hour
MAX_CACHED_TOKENS = 50_000
_NOBODY = (None, 0.0)


class TokenVerifier:
    """Verifies EdDSA tokens with the issuer's published keys and remembers what it has verified until it expires."""

    def __init__(self, settings: ServiceSettings, revocations: Revocations) -> None:
        """Take the keys from `settings.jwks`, or fetch them from `settings.jwks_url` when first needed."""
        self._settings = settings
        self._issuers = frozenset(settings.issuers)
        self._revocations = revocations
        self._keys = KeySet.import_key_set(_loads(settings.jwks)) if settings.jwks else None
        self._verified: dict[str, tuple[Principal, float]] = {}
        self._fetched_at = 0.0
        self._fetching = asyncio.Lock()
        self._client: httpx.AsyncClient | None = None

    @property
    def ready(self) -> bool:
        """Whether there are keys to verify with."""
        return self._keys is not None

    def verify(self, token: str) -> Principal:
        """The caller behind a token. Raises InvalidToken, Suspended, or Unavailable while there are no keys."""
        known = self._verified.get(token)
        if known is None:
            known = self._check(token)
        principal, expires = known
        if time.time() >= expires:
            self._verified.pop(token, None)
            raise InvalidToken("The token has expired.", detail_ar="انتهت صلاحية رمز الدخول.")
        if not self._revocations.suspended.isdisjoint(principal.marks) and not _late_only(principal):
            raise Suspended("This caller is suspended.", detail_ar="تم إيقاف هذا المستخدم.")
        return principal

    def known(self, token: str) -> Principal | None:
        """The caller behind a token that was verified before and holds; None where `verify` has to judge."""
        principal, expires = self._verified.get(token, _NOBODY)
        if principal is None or time.time() >= expires:
            return None
        if not self._revocations.suspended.isdisjoint(principal.marks):
            return None
        return principal

    async def verify_fresh(self, token: str) -> Principal:
        """Like `verify`, fetching the issuer's keys when there are none or the token names one not seen yet."""
        if token not in self._verified and not self._knows_key_of(token):
            await self.refresh_keys(UNKNOWN_KEY_REFRESH_SECONDS)
        return self.verify(token)

    async def refresh_keys(self, at_most_every: float = 0.0) -> None:
        """Fetch the key set, unless that was done less than `at_most_every` seconds ago."""
        async with self._fetching:
            if self._settings.jwks_url is None or time.monotonic() - self._fetched_at < at_most_every:
                return
            try:
                # One client for good: making one costs an eighth of a second of everybody's time, for its TLS context.
                self._client = self._client or http_client(timeout=KEYS_SECONDS)
                keys = await fetch_key_set(self._client, self._settings.jwks_url)
            except KeysNotFetched as fault:
                log.warning("issuer keys not fetched", error=str(fault))
                return
            finally:  # not before: each of those who wait behind a fetch that hangs would begin another one
                self._fetched_at = time.monotonic()
            if self._keys is None or _thumbprints(keys) != _thumbprints(self._keys):
                self._verified.clear()  # a withdrawn key takes its tokens with it
            self._keys = keys

    async def keep(self) -> None:
        """Fetch the keys where they are due, and forget tokens that have expired."""
        due = KEYS_REFRESH_SECONDS if self._keys else UNKNOWN_KEY_REFRESH_SECONDS
        if time.monotonic() - self._fetched_at >= due:
            await self.refresh_keys()
            self._forget_expired()

    def _knows_key_of(self, token: str) -> bool:
        if self._keys is None:
            return False
        try:
            header = jwt_header(token)
        except (ValueError, JoseError):
            return True
        kid = header.get("kid")
        return not isinstance(kid, str) or kid in {key.kid for key in self._keys.keys}

    def _check(self, token: str) -> tuple[Principal, float]:
        if self._keys is None:
            raise Unavailable(
                "The issuer's keys are not at hand yet.", detail_ar="مفاتيح الدخول غير متاحة بعد، أعد المحاولة."
            )
        try:
            decoded = jwt.decode(token, self._keys, algorithms=ALGORITHMS)
            if decoded.header.get("typ") != TOKEN_TYPE:  # RFC 9068 §4: an id token is signed by the same keys
                raise ValueError("not an access token")
            principal, expires = self._principal(decoded.claims)
        except (JoseError, ValueError, TypeError, KeyError, AttributeError) as error:
            raise InvalidToken(
                "The token is not one of ours.", detail_ar="رمز الدخول ليس صادراً عن هذا النظام."
            ) from error
        if len(self._verified) >= MAX_CACHED_TOKENS:
            self._forget_expired(make_room=True)
        self._verified[token] = (principal, expires)
        return principal, expires

    def _principal(self, claims: dict[str, Any]) -> tuple[Principal, float]:
        audience = claims["aud"] if isinstance(claims["aud"], list) else [claims["aud"]]
        if claims["iss"] not in self._issuers or self._settings.audience not in audience:
            raise ValueError("issuer or audience")
        soon = time.time() + CLOCK_SKEW_SECONDS
        if float(claims["iat"]) > soon or float(claims.get("nbf", 0)) > soon:
            raise ValueError("issued in the future, or not good yet")
        kind = CallerKind(claims["kind"])
        principal = Principal(
            subject=str(claims["sub"]),
            kind=kind,
            scopes=frozenset(str(claims.get("scope", "")).split()),
            bound=Bound.of(claims),
            client_id=claims.get("client_id"),
            session_id=claims.get("sid"),
            roles=tuple(claims.get("roles", ())),
            grantors=frozenset(map(str, claims.get("grantors", ()))),
            acr=claims.get("acr"),
            signed_in_at=float(claims["auth_time"]) if "auth_time" in claims else None,
        )
        _ensure_named(principal)
        return principal, float(claims["exp"])

    def _forget_expired(self, *, make_room: bool = False) -> None:
        now = time.time()
        self._verified = {token: known for token, known in self._verified.items() if known[1] > now}
        if make_room and len(self._verified) >= MAX_CACHED_TOKENS:
            self._verified.clear()


class Revocations:
    """Who is suspended: kept in the service's own table by events; every process reads it again and again."""

    def __init__(self) -> None:
        """Start with nobody suspended."""
        self.suspended: frozenset[str] = frozenset()

    async def suspend(self, session: AsyncSession, subject: str, reason: str) -> None:
        """Refuse a subject from the commit on."""
        statement = text(
            "INSERT INTO suspended_subject (subject, reason) VALUES (:subject, :reason) ON CONFLICT DO NOTHING"
        )
        await session.execute(statement, {"subject": subject, "reason": reason})

    async def reinstate(self, session: AsyncSession, subject: str) -> None:
        """Accept a subject again from the commit on."""
        await session.execute(text("DELETE FROM suspended_subject WHERE subject = :subject"), {"subject": subject})

    async def forget_sessions(self, pool: asyncpg.Pool) -> None:
        """Drop the marks of sessions that ended so long ago that no token of theirs can be good any more."""
        await pool.execute(
            "DELETE FROM suspended_subject WHERE subject LIKE 'sid:%' AND since < now() - $1::interval", SESSION_KEPT
        )

    async def refresh(self, pool: asyncpg.Pool) -> None:
        """Read the table once."""
        rows = await pool.fetch("SELECT subject FROM suspended_subject")
        self.suspended = frozenset(row["subject"] for row in rows)


def bearer_token(header: str | None) -> str:
    """The token of an Authorization header. Raises MissingToken."""
    scheme, _, token = (header or "").partition(" ")
    if scheme.lower() != "bearer" or not token.strip():
        challenge = {"WWW-Authenticate": 'Bearer realm="unicard"'}
        raise MissingToken(
            "Send a header Authorization: Bearer …", detail_ar="أرسل رمز الدخول مع الطلب.", headers=challenge
        )
    return token.strip()


async def authorize(
    request: Request, scopes: tuple[str, ...], callers: Collection[CallerKind], *, step_up: bool = False
) -> None:
    """Find out who calls, and that the token carries any one of the scopes and is of a kind that may call.

    `step_up` asks for two factors shown within the last `step_up_seconds` (RFC 9470). Raises MalformedRequest,
    MissingToken, InvalidToken, Suspended, CallerKindRefused, InsufficientScope or SignInTooWeak.
    """
    given = request.headers.getlist("authorization")
    if len(given) > 1:  # who reads the first and who the last would see two callers
        raise MalformedRequest("Send one Authorization header.", detail_ar="أرسل رمز دخول واحداً.")
    token = bearer_token(given[0] if given else None)
    runtime = get_runtime(request)
    principal = await runtime.verifier.verify_fresh(token)
    request.state.principal = principal
    if principal.scopes.isdisjoint(scopes):
        raise InsufficientScope(
            f"This needs the scope {' or '.join(scopes)}.",
            detail_ar=f"تلزم لهذا الصلاحية {' أو '.join(scopes)}.",
            needed=list(scopes),
        )
    if principal.kind not in callers:
        raise CallerKindRefused(
            f"This is for a {' or '.join(sorted(callers))}, not for a {principal.kind}.",
            detail_ar="هذا الإجراء مخصص لغيرك.",
        )
    if step_up:
        ensure_recent(principal, runtime.settings.step_up_seconds)


def ensure_recent(principal: Principal, seconds: int) -> None:
    """That a person has shown two factors a short while ago. Raises SignInTooWeak."""
    age = time.time() - principal.signed_in_at if principal.signed_in_at is not None else None
    recent = age is not None and -CLOCK_SKEW_SECONDS <= age <= seconds + CLOCK_SKEW_SECONDS
    if principal.acr not in STRONG or not recent:
        raise SignInTooWeak(seconds)


async def find_caller(request: Request) -> Principal:
    """The caller whose token `authorize` has seen."""
    known: Principal = request.state.principal
    return known


Caller = Annotated[Principal, Depends(find_caller)]
"""The caller of an endpoint that is not public, as a route takes it: its scopes are checked by then."""


def _late_only(principal: Principal) -> bool:
    """Whether it is the token that suspended terminals are given: for what they had sold before, and nothing else."""
    return principal.kind is CallerKind.TERMINAL and principal.scopes == SUSPENDED


def jwt_header(token: str) -> dict[str, object]:
    """The unverified header of a compact JWT. Raises ValueError."""
    segment = token.split(".", 1)[0]
    header = _loads(base64.urlsafe_b64decode(segment + "=" * (-len(segment) % 4)))
    if not isinstance(header, dict):
        raise ValueError("the header is not an object")
    return header


def _ensure_named(principal: Principal) -> None:
    """That a subject is of the form of its kind. Raises ValueError."""
    if principal.kind is CallerKind.TERMINAL:
        UUID(principal.subject)
    elif principal.kind in PREFIXES:
        if not principal.subject.startswith(PREFIXES[principal.kind]) or not principal.session_id:
            raise ValueError("a person needs a subject of their kind and a session")
        UUID(principal.subject.removeprefix(PREFIXES[principal.kind]))


def _thumbprints(keys: KeySet) -> set[tuple[str | None, str]]:
    return {(key.kid, key.thumbprint()) for key in keys.keys}


def _loads(document: str | bytes) -> Any:
    return orjson.loads(document)
