"""Every SQL statement about files of lists, and what becomes of lists."""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from chassis.row_arrays import statement

_BY_MARK = text(
    "SELECT ration_card_mark AS named, household_id FROM household WHERE ration_card_mark = ANY(CAST(:named AS text[]))"
)
_BY_ID = text(
    "SELECT household_id AS named, household_id FROM household WHERE household_id = ANY(CAST(:named AS uuid[]))"
)
_KEEP = statement(
    "INSERT INTO list_file_row (file_id, household_id) SELECT CAST(:file_id AS uuid), household_id FROM <rows>",
    household_id="uuid",
)
_COUNT = text("SELECT count(*) FROM list_file_row WHERE file_id = :file_id")
_FORGET = text("DELETE FROM list_file_row WHERE file_id = :file_id")


async def known(session: AsyncSession, named: Sequence[str | UUID]) -> dict[str | UUID, UUID]:
    """The households that are known, by the mark of their ration card or their id."""
    if not named:
        return {}
    found = await session.execute(_BY_MARK if isinstance(named[0], str) else _BY_ID, {"named": list(named)})
    return {row.named: row.household_id for row in found}


async def keep(session: AsyncSession, file_id: UUID, household_ids: Sequence[UUID]) -> None:
    """Keep a file's households until it is decided."""
    await session.execute(_KEEP, {"file_id": file_id, "household_id": list(household_ids)})


async def count(session: AsyncSession, file_id: UUID) -> int:
    """How many households a file names."""
    number: int = (await session.execute(_COUNT, {"file_id": file_id})).scalar_one()
    return number


async def forget(session: AsyncSession, file_id: UUID) -> None:
    """Drop a file that was decided."""
    await session.execute(_FORGET, {"file_id": file_id})
