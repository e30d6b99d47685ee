"""Every SQL statement of sites' closures."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from card_service.distribution.models import Closure
from card_service.distribution.opening import Closed
from chassis.paging import Paging

_CLOSURE = (
    "SELECT closure_id, site_id, kind, begins_at, ends_at, reason, entered_by, entered_at, withdrawn_by, withdrawn_at"
    " FROM site_closure"
)
_SHUT = text(
    "SELECT begins_at, ends_at FROM site_closure WHERE site_id = :site_id AND withdrawn_at IS NULL AND ends_at > :now"
)
_LIST = text(f"{_CLOSURE} WHERE site_id = :site_id AND closure_id > :after ORDER BY closure_id LIMIT :limit")
_FIND = text(f"{_CLOSURE} WHERE site_id = :site_id AND closure_id = :closure_id")
_CREATE = text(
    "INSERT INTO site_closure (closure_id, site_id, kind, begins_at, ends_at, reason, entered_by, entered_at)"
    " VALUES (:closure_id, :site_id, :kind, :begins_at, :ends_at, :reason, :entered_by, :entered_at)"
)
_WITHDRAW = text("UPDATE site_closure SET withdrawn_by = :by, withdrawn_at = :now WHERE closure_id = :closure_id")


async def shut(session: AsyncSession, site_id: UUID, now: datetime) -> list[Closed]:
    """From when to when a site is shut, now or later."""
    return [(row.begins_at, row.ends_at) for row in await session.execute(_SHUT, {"site_id": site_id, "now": now})]


async def page(session: AsyncSession, site_id: UUID, page: Paging[UUID]) -> list[Closure]:
    """A site's closures in the order they were entered, withdrawn ones among them."""
    return [Closure(*row) for row in await session.execute(_LIST, {"site_id": site_id} | page.bounds)]


async def find(session: AsyncSession, site_id: UUID, closure_id: UUID) -> Closure | None:
    """A closure of a site."""
    row = (await session.execute(_FIND, {"site_id": site_id, "closure_id": closure_id})).one_or_none()
    return Closure(*row) if row else None


async def create(session: AsyncSession, closure: Closure) -> None:
    """Write a closure."""
    await session.execute(_CREATE, {name: getattr(closure, name) for name in Closure.__slots__})


async def withdraw(session: AsyncSession, closure_id: UUID, by: str, now: datetime) -> None:
    """Let a closure hold no more."""
    await session.execute(_WITHDRAW, {"closure_id": closure_id, "by": by, "now": now})
