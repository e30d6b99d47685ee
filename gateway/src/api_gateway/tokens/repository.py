"""Every SQL statement of signing keys and used assertions."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from api_gateway.database import record

_LOCK = text("SELECT pg_advisory_xact_lock(hashtext('unicard.signing-keys'))")
_KEYS = text(
    "SELECT kid, public_key, sealed_with, sealed_private_key, created_at, signs_from FROM signing_key"
    " ORDER BY signs_from"
)
_ADD = text(
    "INSERT INTO signing_key (kid, public_key, sealed_with, sealed_private_key, created_at, signs_from)"
    " VALUES (:kid, :public_key, :sealed_with, :sealed_private_key, :created_at, :signs_from)"
)
_ERASE = text(
    "UPDATE signing_key SET sealed_private_key = NULL WHERE sealed_private_key IS NOT NULL"
    " AND signs_from < (SELECT max(signs_from) FROM signing_key WHERE signs_from <= :before)"
)
_DROP = text(
    "DELETE FROM signing_key WHERE kid IN (SELECT kid FROM"
    " (SELECT kid, lead(signs_from) OVER (ORDER BY signs_from) AS successor FROM signing_key) k"
    " WHERE successor <= :before)"
)
_USE = text(
    "INSERT INTO used_assertion (client_id, jti, expires_at) VALUES (:client_id, :jti, :expires_at)"
    " ON CONFLICT DO NOTHING RETURNING true"
)
_FORGET = text("DELETE FROM used_assertion WHERE expires_at < :now")


@dataclass(frozen=True)
class StoredKey:
    """A signing key as it lies in the table."""

    kid: str
    public_key: bytes
    sealed_with: str
    sealed_private_key: bytes | None
    created_at: datetime
    signs_from: datetime


async def lock(session: AsyncSession) -> None:
    """Let nobody else change the keys before this transaction ends."""
    await session.execute(_LOCK)


async def keys(session: AsyncSession) -> list[StoredKey]:
    """All keys, oldest first."""
    return [record(StoredKey, row) for row in await session.execute(_KEYS)]


async def add_key(session: AsyncSession, key: StoredKey) -> None:
    """Write a new key."""
    await session.execute(_ADD, vars(key))


async def retire_keys(session: AsyncSession, now: datetime, token_life: timedelta, grace: timedelta) -> None:
    """Erase what superseded keys signed with, a `grace` after they did; drop them when their tokens have expired."""
    await session.execute(_ERASE, {"before": now - grace})
    await session.execute(_DROP, {"before": now - token_life - grace})


async def use_assertion(session: AsyncSession, client_id: str, jti: str, expires_at: datetime) -> bool:
    """Note that an assertion was used; False where it was used before."""
    used = await session.execute(_USE, {"client_id": client_id, "jti": jti, "expires_at": expires_at})
    return used.scalar_one_or_none() is not None


async def forget_assertions(session: AsyncSession, now: datetime) -> None:
    """Drop the notes of assertions that have expired: they are refused for that already."""
    await session.execute(_FORGET, {"now": now})
