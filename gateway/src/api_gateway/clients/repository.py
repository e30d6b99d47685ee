"""Every SQL statement of API clients."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from api_gateway.clients.models import Client, Secret
from api_gateway.database import record
from chassis.area import Bound, BoundedStatement
from chassis.paging import Paging

_COLUMNS = (
    "client_id", "name", "owner", "purpose", "scopes", "governorate", "site_id", "marked_with", "secret_mark",
    "secret_expires_at", "created_at", "created_by", "expires_at", "recertified_at", "recertified_by", "upgrade_note",
    "suspended_at", "suspension_reason",
)  # fmt: skip
_CLIENT = f"SELECT {', '.join(_COLUMNS)} FROM api_client"  # noqa: S608 - names of columns
_FIND = text(f"{_CLIENT} WHERE client_id = :client_id")
_LOCK = text(f"{_CLIENT} WHERE client_id = :client_id FOR UPDATE")
_LIST = BoundedStatement(
    f"{_CLIENT} WHERE client_id > :after AND (CAST(:ends_before AS timestamptz) IS NULL OR expires_at < :ends_before)"
    " AND <bound> ORDER BY client_id LIMIT :limit",
    governorate="split_part(governorate, '.', 1)",
    district="governorate",
    site_id="site_id",
    authority="owner",
)
_ADD = text(
    f"INSERT INTO api_client ({', '.join(_COLUMNS)})"  # noqa: S608 - names of columns
    f" VALUES ({', '.join(f':{name}' for name in _COLUMNS)})"
    " ON CONFLICT DO NOTHING RETURNING true"
)
_REOPEN = text(
    "UPDATE api_client SET scopes = :scopes, marked_with = :marked_with, secret_mark = :secret_mark,"
    " expires_at = :expires_at WHERE client_id = :client_id"
)
_GRANT = text("UPDATE api_client SET scopes = CAST(:scopes AS text[]) WHERE client_id = :client_id")
_SUSPEND = text("UPDATE api_client SET suspended_at = :at, suspension_reason = :reason WHERE client_id = :client_id")
_ROTATE = text(
    "UPDATE api_client SET marked_with = :marked_with, secret_mark = :secret_mark,"
    " secret_expires_at = :secret_expires_at WHERE client_id = :client_id"
)
_SUPERSEDE = text(
    "INSERT INTO superseded_secret (client_id, marked_with, secret_mark, ends_at)"
    " VALUES (:client_id, :marked_with, :secret_mark, :ends_at)"
)
_DROP_SUPERSEDED = text("DELETE FROM superseded_secret WHERE client_id = :client_id")
_SUPERSEDED = text(
    "SELECT marked_with, secret_mark FROM superseded_secret WHERE client_id = :client_id AND ends_at > :now"
)
_RECERTIFY = text(
    "UPDATE api_client SET owner = :owner, purpose = :purpose, expires_at = :expires_at, recertified_at = :now,"
    " recertified_by = :by, upgrade_note = NULL WHERE client_id = :client_id"
)
_END = text("UPDATE api_client SET expires_at = :now WHERE client_id = :client_id")
_ENDING = text(
    "SELECT count(*) FROM api_client WHERE suspended_at IS NULL AND created_by <> 'environment'"
    " AND expires_at < :before"
)


async def find(session: AsyncSession, client_id: str) -> Client | None:
    """A client."""
    row = (await session.execute(_FIND, {"client_id": client_id})).one_or_none()
    return record(Client, row) if row else None


async def lock(session: AsyncSession, client_id: str) -> Client | None:
    """A client that nobody else changes before this transaction ends."""
    row = (await session.execute(_LOCK, {"client_id": client_id})).one_or_none()
    return record(Client, row) if row else None


async def page(session: AsyncSession, bound: Bound, page: Paging[str], ends_before: datetime | None) -> list[Client]:
    """The clients the caller may see, in the order of their ids; those whose time ends before a moment, where given."""
    values = {**page.bounds, "ends_before": ends_before}
    return [record(Client, row) for row in await session.execute(*_LIST.within(bound, values))]


async def add(session: AsyncSession, client: Client) -> bool:
    """Write a new client; False where its id is taken."""
    return (await session.execute(_ADD, vars(client))).scalar_one_or_none() is not None


async def reopen(session: AsyncSession, client: Client) -> None:
    """Give a client a new secret, scopes and time; a suspension stays."""
    await session.execute(_REOPEN, vars(client))


async def set_scopes(session: AsyncSession, client_id: str, scopes: list[str]) -> None:
    """Say what a client may do."""
    await session.execute(_GRANT, {"client_id": client_id, "scopes": scopes})


async def set_suspension(session: AsyncSession, client_id: str, at: datetime | None, reason: str | None) -> None:
    """Suspend a client, or reinstate it."""
    await session.execute(_SUSPEND, {"client_id": client_id, "at": at, "reason": reason})


async def superseded(session: AsyncSession, client_id: str, now: datetime) -> list[Secret]:
    """The secrets before the newest that are still good."""
    return [record(Secret, row) for row in await session.execute(_SUPERSEDED, {"client_id": client_id, "now": now})]


async def rotate(session: AsyncSession, before: Client, after: Client, overlap_ends: datetime | None) -> None:
    """Write a client's new secret; the one before is good until `overlap_ends`, any earlier one no more."""
    await session.execute(_DROP_SUPERSEDED, {"client_id": before.client_id})
    if overlap_ends is not None:
        await session.execute(_SUPERSEDE, {**vars(before), "ends_at": overlap_ends})
    await session.execute(_ROTATE, vars(after))


async def recertify(session: AsyncSession, client: Client, now: datetime, by: str) -> None:
    """Write that somebody answers for a client anew: owner, purpose and its new end."""
    await session.execute(_RECERTIFY, {**vars(client), "now": now, "by": by})


async def end(session: AsyncSession, client_id: str, now: datetime) -> None:
    """Let a client's time be over."""
    await session.execute(_END, {"client_id": client_id, "now": now})


async def ending(session: AsyncSession, before: datetime) -> int:
    """How many clients end before a moment, or have ended."""
    return int((await session.execute(_ENDING, {"before": before})).scalar_one())
