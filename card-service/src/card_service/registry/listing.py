"""Lists of the register in the order in which changes were committed: whoever keeps the cursor misses none.

A row carries the transaction that wrote it last (`posted`). A list shows what transactions wrote that are over for
certain, those below the horizon of the statement's snapshot; what a long one commits later comes behind the cursor.
"""

# ruff: noqa: S608 - a part of a statement takes only text of the statement around it
from __future__ import annotations

from collections.abc import Mapping
from typing import Final, TypeVar
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from card_service.database import record
from card_service.registry.listing_schemas import (
    CitizenListed,
    HouseholdListed,
    Listed,
    MembershipListed,
)
from chassis.area import Bound, BoundedStatement
from chassis.districts import CODE, UNLISTED
from chassis.paging import FIRST_ID, Paging

POSITION: Final = r"^([0-9]{1,19}\.[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12})?$"
_AREA: Final = {"governorate": "h.governorate", "district": "h.district"}
# What was written in other words, before there was a list of districts, is asked for by one word.
_ASKED: Final = {"h.district": f"CASE WHEN h.district !~ '{CODE}' THEN '{UNLISTED}' ELSE h.district END"}
L = TypeVar("L", bound=Listed)
Asked = Mapping[str, str | None]


def _list(columns: str, source: str, key: str, *filters: str) -> BoundedStatement:
    """A list's statement; `filters` are columns that may be asked for, by the names of the parameters behind a dot."""
    table, _, _ = key.partition(".")
    named = [(_ASKED.get(one, f"{one}::text"), one.partition(".")[2]) for one in filters]
    held = "".join(f" AND (CAST(:{name} AS text) IS NULL OR {one} = :{name})" for one, name in named)
    return BoundedStatement(
        f"SELECT {table}.posted::text || '.' || {key}::text AS position, {columns} FROM {source} WHERE <bound>{held}"
        f" AND ({table}.posted, {key}) > (CAST(CAST(:posted AS text) AS xid8), CAST(:id AS uuid))"
        f" AND {table}.posted < pg_snapshot_xmin(pg_current_snapshot())"
        f" ORDER BY {table}.posted, {key} LIMIT :limit",
        **_AREA,
    )


_HOUSEHOLDS = _list(
    "h.household_id, h.governorate, h.district, coalesce(h.issued_in, h.governorate) AS issued_in, h.status,"
    " h.members, h.revision, h.legal_basis, h.ended_on",
    "household h",
    "h.household_id",
    "h.governorate", "h.district", "h.status",
)  # fmt: skip
_CITIZENS = _list(
    "c.citizen_id, c.household_id, c.role, h.governorate, h.district, c.life, c.died_on,"
    " extract(year FROM c.birth_date)::int AS birth_year",
    "citizen c LEFT JOIN household h USING (household_id)",
    "c.citizen_id",
    "h.governorate", "h.district", "c.life",
)  # fmt: skip
_MEMBERSHIPS = _list(
    "m.membership_id, m.citizen_id, m.household_id, m.role, m.since, m.until, to_char(m.first_month, 'YYYY-MM')"
    " AS first_month, to_char(m.left_month, 'YYYY-MM') AS left_month, m.join_reason, m.leave_reason, h.governorate,"
    " h.district",
    "membership m JOIN household h USING (household_id)",
    "m.membership_id",
    "h.governorate", "h.district", "m.household_id", "m.citizen_id",
)  # fmt: skip


async def households(session: AsyncSession, bound: Bound, asked: Asked, page: Paging[str]) -> list[HouseholdListed]:
    """The caller's households that changed behind a position; `asked`: governorate, district, status."""
    return await _found(session, bound, _HOUSEHOLDS, HouseholdListed, asked, page)


async def citizens(session: AsyncSession, bound: Bound, asked: Asked, page: Paging[str]) -> list[CitizenListed]:
    """The caller's citizens that changed behind a position; `asked`: governorate, district, life."""
    return await _found(session, bound, _CITIZENS, CitizenListed, asked, page)


async def memberships(session: AsyncSession, bound: Bound, asked: Asked, page: Paging[str]) -> list[MembershipListed]:
    """Memberships in the caller's households that changed behind a position.

    `asked`: governorate, district, household_id, citizen_id.
    """
    return await _found(session, bound, _MEMBERSHIPS, MembershipListed, asked, page)


async def _found(
    session: AsyncSession, bound: Bound, statement: BoundedStatement, kind: type[L], asked: Asked, page: Paging[str]
) -> list[L]:
    posted, _, key = page.after.partition(".")
    place = {"posted": posted or "0", "id": UUID(key) if key else FIRST_ID, "limit": page.limit + 1}
    return [record(kind, row) for row in await session.execute(*statement.within(bound, {**asked, **place}))]
