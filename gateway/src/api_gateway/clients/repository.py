"""Every SQL statement of API clients."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from api_gateway.clients.models import Client
from api_gateway.database import record
from chassis.area import Bound, BoundedStatement
from chassis.paging import Paging

_CLIENT = (
    "SELECT client_id, name, scopes, governorate, site_id, marked_with, secret_mark, created_at, created_by,"
    " suspended_at, suspension_reason FROM api_client"
)
_FIND = text(f"{_CLIENT} WHERE client_id = :client_id")
_LOCK = text(f"{_CLIENT} WHERE client_id = :client_id FOR UPDATE")
_LIST = BoundedStatement(
    f"{_CLIENT} WHERE client_id > :after AND <bound> ORDER BY client_id LIMIT :limit",
    governorate="governorate",
    site_id="site_id",
)
_VALUES = (
    "INSERT INTO api_client (client_id, name, scopes, governorate, site_id, marked_with, secret_mark, created_at,"
    " created_by, suspended_at, suspension_reason) VALUES (:client_id, :name, CAST(:scopes AS text[]), :governorate,"
    " :site_id, :marked_with, :secret_mark, :created_at, :created_by, :suspended_at, :suspension_reason)"
)
_ADD = text(f"{_VALUES} ON CONFLICT DO NOTHING RETURNING true")
_PUT = text(
    f"{_VALUES} ON CONFLICT (client_id) DO UPDATE SET scopes = excluded.scopes, marked_with = excluded.marked_with,"
    " secret_mark = excluded.secret_mark"
)
_GRANT = text("UPDATE api_client SET scopes = CAST(:scopes AS text[]) WHERE client_id = :client_id")
_SUSPEND = text("UPDATE api_client SET suspended_at = :at, suspension_reason = :reason WHERE client_id = :client_id")


async def find(session: AsyncSession, client_id: str) -> Client | None:
    """A client."""
    row = (await session.execute(_FIND, {"client_id": client_id})).one_or_none()
    return record(Client, row) if row else None


async def lock(session: AsyncSession, client_id: str) -> Client | None:
    """A client that nobody else changes before this transaction ends."""
    row = (await session.execute(_LOCK, {"client_id": client_id})).one_or_none()
    return record(Client, row) if row else None


async def page(session: AsyncSession, bound: Bound, page: Paging[str]) -> list[Client]:
    """The clients the caller may see, in the order of their ids."""
    return [record(Client, row) for row in await session.execute(*_LIST.within(bound, page.bounds))]


async def add(session: AsyncSession, client: Client) -> bool:
    """Write a new client; False where its id is taken."""
    return (await session.execute(_ADD, vars(client))).scalar_one_or_none() is not None


async def put(session: AsyncSession, client: Client) -> None:
    """Write a client, or its new scopes and secret; a suspension stays."""
    await session.execute(_PUT, vars(client))


async def set_scopes(session: AsyncSession, client_id: str, scopes: list[str]) -> None:
    """Say what a client may do."""
    await session.execute(_GRANT, {"client_id": client_id, "scopes": scopes})


async def set_suspension(session: AsyncSession, client_id: str, at: datetime | None, reason: str | None) -> None:
    """Suspend a client, or reinstate it."""
    await session.execute(_SUSPEND, {"client_id": client_id, "at": at, "reason": reason})
