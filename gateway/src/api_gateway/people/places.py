"""Every SQL statement of authorities and areas."""

from __future__ import annotations

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from api_gateway.database import record
from api_gateway.people.models import Authority, NamedArea
from chassis.paging import Paging

_AUTHORITY = "SELECT authority_id, name_en, name_ar, parent FROM authority"
_FIND = text(f"{_AUTHORITY} WHERE authority_id = :authority_id")
_CENTRAL = text(f"{_AUTHORITY} WHERE parent IS NULL")
_LIST = text(
    f"{_AUTHORITY} WHERE authority_id > :after AND authority_id = ANY(CAST(:under AS text[]))"
    " ORDER BY authority_id LIMIT :limit"
)
_UNDER = text(
    "WITH RECURSIVE under AS (SELECT authority_id FROM authority WHERE authority_id = :authority_id"
    " UNION SELECT a.authority_id FROM authority a JOIN under u ON a.parent = u.authority_id)"
    " SELECT authority_id FROM under"
)
_ADD = text(
    "INSERT INTO authority (authority_id, name_en, name_ar, parent, created_by)"
    " VALUES (:authority_id, :name_en, :name_ar, :parent, :created_by) ON CONFLICT DO NOTHING RETURNING true"
)
_AREAS = text("SELECT area, name_en, name_ar FROM area WHERE area > :after ORDER BY area LIMIT :limit")
_AREA = text("SELECT EXISTS (SELECT FROM area WHERE area = :area)")


async def authority(session: AsyncSession, authority_id: str) -> Authority | None:
    """An authority."""
    row = (await session.execute(_FIND, {"authority_id": authority_id})).one_or_none()
    return record(Authority, row) if row else None


async def central(session: AsyncSession) -> Authority:
    """The central authority."""
    return record(Authority, (await session.execute(_CENTRAL)).one())


async def under(session: AsyncSession, authority_id: str | None) -> frozenset[str]:
    """An authority and all below it; none where it is not said."""
    return frozenset((await session.execute(_UNDER, {"authority_id": authority_id})).scalars())


async def page(session: AsyncSession, under: frozenset[str], page: Paging[str]) -> list[Authority]:
    """Some of the authorities, in the order of their ids."""
    rows = await session.execute(_LIST, {"under": sorted(under), **page.bounds})
    return [record(Authority, row) for row in rows]


async def add(session: AsyncSession, made: Authority, by: str) -> bool:
    """Write a new authority; False where its id is taken."""
    return (await session.execute(_ADD, {**vars(made), "created_by": by})).scalar_one_or_none() is not None


async def areas(session: AsyncSession, page: Paging[str]) -> list[NamedArea]:
    """The areas in the order of their codes."""
    return [record(NamedArea, row) for row in await session.execute(_AREAS, page.bounds)]


async def knows_area(session: AsyncSession, area: str) -> bool:
    """Whether there is such an area."""
    return bool((await session.execute(_AREA, {"area": area})).scalar_one())
