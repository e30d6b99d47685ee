"""SQL that changes which lists name a household, set-based."""

from __future__ import annotations

from datetime import date
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

# A household is of one category at a time: what it was ends with the day before, what it would have become is dropped.
_END = text(
    "UPDATE listed_household l SET until = CAST(:since AS date) - 1 FROM list_file_row r"
    " WHERE r.file_id = :file_id AND l.household_id = r.household_id AND l.kind = 'category'"
    " AND l.since < CAST(:since AS date) AND (l.until IS NULL OR l.until >= CAST(:since AS date))"
)
_DROP = text(
    "DELETE FROM listed_household l USING list_file_row r"
    " WHERE r.file_id = :file_id AND l.household_id = r.household_id AND l.kind = 'category'"
    " AND l.since >= CAST(:since AS date)"
)
_ENTER = text(
    "INSERT INTO listed_household AS l (household_id, kind, name, since, until)"
    " SELECT household_id, :kind, :name, CAST(:since AS date), CAST(:until AS date) FROM list_file_row"
    " WHERE file_id = :file_id"
    " ON CONFLICT (household_id, kind, name, since) DO UPDATE SET until = excluded.until"
)


async def leave_categories(session: AsyncSession, file_id: UUID, since: date) -> None:
    """Let the households of a file be of no category from a day on."""
    for sql in (_END, _DROP):
        await session.execute(sql, {"file_id": file_id, "since": since})


async def enter(session: AsyncSession, file_id: UUID, kind: str, name: str, since: date, until: date | None) -> None:
    """Put the households of a file on a list."""
    values = {"file_id": file_id, "kind": kind, "name": name, "since": since, "until": until}
    await session.execute(_ENTER, values)
