"""Every SQL statement of mandates."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from typing import Final
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from card_service.mandates.models import Allows, EndedBecause, Mandate
from chassis.isolation import not_aside
from chassis.paging import Paging

WORKER: Final = "mandates_over"
_COLUMNS = (
    "SELECT m.mandate_id, m.citizen_id, m.proxy_id, m.begins_on, m.ends_on, m.document, m.allows, m.ended_at,"
    " m.ended_because"
    " FROM mandate m"
)
_PUT = text(
    "INSERT INTO mandate (mandate_id, citizen_id, proxy_id, begins_on, ends_on, document, allows)"
    " VALUES (:mandate_id, :citizen_id, :proxy_id, :begins_on, :ends_on, :document, CAST(:allows AS text[]))"
)
_LOCK = text(f"{_COLUMNS} WHERE m.mandate_id = :mandate_id FOR UPDATE")
_OF_CITIZEN = text(
    f"{_COLUMNS} WHERE m.citizen_id = :citizen_id AND m.mandate_id > :after ORDER BY m.mandate_id LIMIT :limit"
)
_END = text("UPDATE mandate SET ended_at = :at, ended_because = :because WHERE mandate_id = :mandate_id")
_STANDING = text(
    "SELECT m.mandate_id FROM mandate m JOIN citizen h ON h.citizen_id = m.citizen_id"
    " JOIN citizen p ON p.citizen_id = m.proxy_id WHERE m.citizen_id = :citizen_id AND m.proxy_id = :proxy_id"
    " AND m.ended_at IS NULL AND :today BETWEEN m.begins_on AND m.ends_on AND :allows = ANY(m.allows)"
    " AND h.life = 'alive' AND p.life = 'alive' ORDER BY m.mandate_id LIMIT 1"
)
# Who has as many already may not become one more's between the count and the commit.
_LOCK_PROXY = text("SELECT FROM citizen WHERE citizen_id = :proxy_id FOR NO KEY UPDATE")
_COUNT = text(
    "SELECT count(DISTINCT citizen_id) FROM mandate WHERE proxy_id = :proxy_id AND citizen_id <> :citizen_id"
    " AND ended_at IS NULL AND ends_on >= :today"
)
_OVER = text(
    f"{_COLUMNS} JOIN citizen h ON h.citizen_id = m.citizen_id JOIN citizen p ON p.citizen_id = m.proxy_id"
    " WHERE m.ended_at IS NULL AND (m.ends_on < :today OR h.life = 'deceased' OR p.life = 'deceased')"
    f" AND {not_aside(WORKER, 'm.mandate_id')} ORDER BY m.mandate_id LIMIT :limit FOR UPDATE OF m SKIP LOCKED"
)


async def put(session: AsyncSession, mandate: Mandate) -> None:
    """Keep a mandate that two have decided."""
    values = {
        "mandate_id": mandate.mandate_id,
        "citizen_id": mandate.citizen_id,
        "proxy_id": mandate.proxy_id,
        "begins_on": mandate.begins_on,
        "ends_on": mandate.ends_on,
        "document": mandate.document,
        "allows": list(mandate.allows),
    }
    await session.execute(_PUT, values)


async def lock(session: AsyncSession, mandate_id: UUID) -> Mandate | None:
    """A mandate, its row locked."""
    row = (await session.execute(_LOCK, {"mandate_id": mandate_id})).one_or_none()
    return Mandate(*row) if row else None


async def of_citizen(session: AsyncSession, citizen_id: UUID, page: Paging[UUID]) -> list[Mandate]:
    """The mandates that a citizen has given, those that have ended among them, oldest first."""
    rows = await session.execute(_OF_CITIZEN, {"citizen_id": citizen_id} | page.bounds)
    return [Mandate(*row) for row in rows]


async def end(session: AsyncSession, mandate_id: UUID, because: EndedBecause, at: datetime) -> None:
    """Let a mandate hold no longer."""
    await session.execute(_END, {"mandate_id": mandate_id, "because": because, "at": at})


async def standing(session: AsyncSession, citizen_id: UUID, proxy_id: UUID, allows: Allows, today: date) -> UUID | None:
    """The mandate by which one may do this for the other today: both live, and it holds."""
    values = {"citizen_id": citizen_id, "proxy_id": proxy_id, "allows": allows, "today": today}
    return (await session.execute(_STANDING, values)).scalar_one_or_none()


async def others_of(session: AsyncSession, proxy_id: UUID, citizen_id: UUID, today: date) -> int:
    """For how many others than a citizen one is a proxy, or will be; the proxy's row is locked."""
    await session.execute(_LOCK_PROXY, {"proxy_id": proxy_id})
    values = {"proxy_id": proxy_id, "citizen_id": citizen_id, "today": today}
    return int((await session.execute(_COUNT, values)).scalar_one())


async def over(session: AsyncSession, today: date, limit: int) -> Sequence[Mandate]:
    """Mandates whose last day has passed, or of whom one is dead; the rows locked."""
    return [Mandate(*row) for row in await session.execute(_OVER, {"today": today, "limit": limit})]
