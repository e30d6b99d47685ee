"""Use cases of sessions: begun, found by a cookie, gone on with, ended; drafts and lookups of their people."""

from __future__ import annotations

import hmac
import secrets
import time
from collections.abc import Mapping
from datetime import datetime, timedelta
from uuid import UUID

import orjson

from chassis.clock import Clock
from chassis.ids import new_id
from chassis.sealing import SealBroken
from staff_console.context import Context
from staff_console.provider import Tokens
from staff_console.sessions import repository
from staff_console.sessions.models import Session

_FRESH_SECONDS = 30.0  # a token that ends sooner is renewed before a service meets it
_TOKENS, _DRAFT, _LOOKUP = b"tokens", b"draft", b"lookup"
_KEPT = timedelta(hours=2)
_NOTED = timedelta(minutes=1)  # uses within a minute are noted as one
_MACHINE_TIME = Clock()


async def begin(context: Context, subject: str, tokens: Tokens) -> str:
    """Begin a session; the secret for the browser's cookie."""
    secret, session_id, now = secrets.token_urlsafe(32), new_id(), _now()
    sealed = context.vault.seal(session_id, tokens.to_bytes(), _TOKENS)
    expires_at = now + timedelta(hours=context.settings.console_longest_hours)
    await repository.create(context.pool, session_id, mark_of(context, secret), subject, sealed, now, expires_at)
    return secret


async def find(context: Context, cookie: str | None, *, using: bool = True) -> Session | None:
    """The session of a cookie, its tokens good for the next calls; None where it has ended.

    `using`: this is a use of it, from which on it lasts. A locked one is not used, and its tokens are as they lie.
    """
    if not cookie:
        return None
    now, mark = _now(), mark_of(context, cookie)
    idle = timedelta(minutes=context.settings.console_idle_minutes)
    row = await repository.live(context.pool, mark, now, now - idle)
    if row is None:
        return None
    try:
        tokens = _opened(context, row["session_id"], row["tokens_sealed"])
    except SealBroken:
        return None
    seen_at: datetime = row["seen_at"]
    if using and not row["locked"]:
        await repository.seen(context.pool, mark, now)
        seen_at = max(seen_at, now) if now - seen_at > _NOTED else seen_at
        if tokens.expires_at - time.time() < _FRESH_SECONDS:
            renewed = await _renew(context, row["session_id"])
            if renewed is None:
                return None
            tokens = renewed
    ends_at = min(seen_at + idle, row["expires_at"])
    return Session(row["session_id"], row["subject"], tokens, row["expires_at"], ends_at, row["locked"], row["pin"])


def seconds_left(session: Session) -> int:
    """How long a session lasts if it is not used from now on, in whole seconds."""
    return max(0, int((session.ends_at - _now()).total_seconds()))


async def _renew(context: Context, session_id: UUID) -> Tokens | None:
    """New tokens for a session; None, and no session any more, where the gateway has ended it.

    Raises ProviderSilent where the gateway does not answer.
    """
    async with context.pool.acquire() as connection, connection.transaction():
        sealed = await repository.locked_tokens(connection, session_id)
        if sealed is None:
            return None
        tokens = _opened(context, session_id, sealed)
        if tokens.expires_at - time.time() >= _FRESH_SECONDS:
            return tokens  # another request was first
        renewed = await context.provider.renew(tokens)
        if renewed is not None:
            await repository.set_tokens(
                connection, session_id, context.vault.seal(session_id, renewed.to_bytes(), _TOKENS)
            )
            return renewed
    await repository.end(context.pool, session_id)
    return None


async def end(context: Context, session: Session) -> None:
    """End a session here; the gateway's is ended by its own page."""
    await repository.end(context.pool, session.session_id)


async def keep_draft(context: Context, cookie: str | None, place: str, fields: Mapping[str, str]) -> None:
    """Keep what was typed into a form that came after its session's end, for the same person at the same place."""
    subject = await repository.subject_of(context.pool, mark_of(context, cookie)) if cookie else None
    if subject is not None:
        kept = {name: value for name, value in fields.items() if name != "form_token"}
        sealed = context.vault.seal_bound(_bound(_DRAFT, subject, place), orjson.dumps(kept))
        await repository.keep_draft(context.pool, subject, place, sealed, _now() + _KEPT)


async def take_draft(context: Context, session: Session, place: str) -> dict[str, str]:
    """What its person had typed at a place; nothing where there is nothing, or it cannot be read any more."""
    sealed = await repository.take_draft(context.pool, session.subject, place, _now())
    if sealed is None:
        return {}
    try:
        plain = context.vault.open_bound(_bound(_DRAFT, session.subject, place), sealed)
    except SealBroken:
        return {}
    fields: dict[str, str] = orjson.loads(plain)
    return fields


async def keep_lookup(context: Context, session: Session, sought: Mapping[str, str]) -> UUID:
    """Keep what somebody looks for; the id that stands in the answer's address."""
    lookup_id = new_id()
    sealed = context.vault.seal(lookup_id, orjson.dumps(dict(sought)), _LOOKUP)
    await repository.keep_lookup(context.pool, lookup_id, session.subject, sealed, _now() + _KEPT)
    return lookup_id


async def lookup(context: Context, session: Session, lookup_id: UUID) -> dict[str, str] | None:
    """What its person has looked for; None where it is another's or too long ago."""
    sealed = await repository.lookup(context.pool, lookup_id, session.subject, _now())
    if sealed is None:
        return None
    sought: dict[str, str] = orjson.loads(context.vault.open(lookup_id, sealed, _LOOKUP))
    return sought


def mark_of(context: Context, cookie: str) -> bytes:
    """By what a cookie's session is found: a keyed HMAC, so that the table opens no session."""
    return hmac.digest(context.secret, b"session\0" + cookie.encode(), "sha256")


def form_token(context: Context, session: Session) -> str:
    """What every form of a session carries: nobody else's page can know it.

    Masked anew for each page, so that the sizes of compressed pages tell nothing of it (BREACH, CVE-2013-3587).
    """
    token = _form_token(context, session)
    mask = secrets.token_bytes(len(token))
    return (mask + _crossed(mask, token)).hex()


def is_form_token(context: Context, session: Session, given: str) -> bool:
    """Whether this is of a form of this session."""
    try:
        both = bytes.fromhex(given)
    except ValueError:
        return False
    half = len(both) // 2
    return hmac.compare_digest(_crossed(both[:half], both[half:]), _form_token(context, session))


def _form_token(context: Context, session: Session) -> bytes:
    return hmac.digest(context.secret, b"form\0" + session.session_id.bytes, "sha256")


def _crossed(mask: bytes, token: bytes) -> bytes:
    return bytes(one ^ other for one, other in zip(mask, token, strict=False))


def _opened(context: Context, session_id: UUID, sealed: bytes) -> Tokens:
    return Tokens.from_bytes(context.vault.open(session_id, sealed, _TOKENS))


def _bound(purpose: bytes, subject: str, place: str) -> bytes:
    return b"\0".join((purpose, subject.encode(), place.encode()))


def _now() -> datetime:
    """By the machine's clock, as tokens: training's business time ends nobody's session."""
    return _MACHINE_TIME.now()
