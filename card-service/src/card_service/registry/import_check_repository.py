"""Every SQL statement of dry runs of imports, of refused rows, and of the list of imports."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from card_service.registry.import_repository import JOB, Progress, erase
from card_service.registry.models import ImportJob
from chassis.area import Bound, BoundedStatement
from chassis.db import raw
from chassis.paging import Paging

_CLAIM = text(f"{JOB} WHERE status = 'checking' ORDER BY attempts, import_id LIMIT 1 FOR UPDATE SKIP LOCKED")
_ADVANCE = text(
    "UPDATE import_job SET done_row = :done_row, rows = rows + :rows, accepted = accepted + :accepted,"
    " rejected = rejected + :rejected, households = households + :households, warnings = warnings + :warnings,"
    " attempts = 0, status = CASE WHEN :last THEN 'checked' ELSE 'checking' END,"
    " total_rows = CASE WHEN :last THEN rows + :rows END WHERE import_id = :import_id"
)
_START = text(
    "UPDATE import_job SET status = CASE WHEN content = 'citizens' THEN 'queued' ELSE 'due' END, done_row = 1,"
    " rows = 0, accepted = 0, rejected = 0, households = 0, warnings = 0, attempts = 0"
    " WHERE import_id = :import_id AND status = 'checked'"
)
_CANCEL = text(
    "UPDATE import_job SET status = 'cancelled', finished_at = :now, sender = NULL WHERE import_id = :import_id"
    " AND status IN ('receiving', 'checking', 'checked')"
)
_MARKED = text(
    "SELECT mark FROM import_check_mark WHERE import_id = :import_id AND mark = ANY(CAST(:marks AS bytea[]))"
)
_FORGET_MARKS = text("DELETE FROM import_check_mark WHERE import_id = :import_id")
_REFUSED = text(
    "SELECT first_row, sealed FROM import_refused WHERE import_id = :import_id AND last_row > :after"
    " ORDER BY first_row LIMIT 1"
)
_FORGET_REFUSED = text("DELETE FROM import_refused WHERE import_id = :import_id")
_LIST = BoundedStatement(
    f"{JOB} WHERE import_id < :after AND content = ANY(CAST(:contents AS text[])) AND <bound>"
    " ORDER BY import_id DESC LIMIT :limit",
    governorate="governorate",
)
_RECEIVED = text(
    "SELECT import_id, number FROM import_part WHERE import_id = ANY(CAST(:ids AS uuid[])) ORDER BY import_id, number"
)


async def claim(session: AsyncSession) -> ImportJob | None:
    """The oldest file that is to be judged and that no other worker has at hand, its row locked."""
    row = (await session.execute(_CLAIM)).one_or_none()
    return ImportJob(*row) if row else None


async def marked(session: AsyncSession, import_id: UUID, marks: Collection[bytes]) -> set[bytes]:
    """Those of many marks that earlier rows of a dry run had."""
    rows = await session.execute(_MARKED, {"import_id": import_id, "marks": list(marks)})
    return {bytes(row.mark) for row in rows}


async def mark(session: AsyncSession, import_id: UUID, marks: Collection[bytes]) -> None:
    """Keep whom and what the rows of a chunk name; none of them is kept already."""
    connection = await raw(session)
    await connection.copy_records_to_table(
        "import_check_mark", columns=("import_id", "mark"), records=[(import_id, one) for one in marks]
    )


async def advance(session: AsyncSession, import_id: UUID, step: Progress, *, last: bool) -> None:
    """Add a chunk to a dry run's progress; with the last one its findings stand."""
    await session.execute(_ADVANCE, {"import_id": import_id, "last": last, **vars(step)})
    if last:
        await session.execute(_FORGET_MARKS, {"import_id": import_id})


async def start(session: AsyncSession, import_id: UUID) -> None:
    """Let a file that was judged wait for its turn: its rows are judged again as they are taken."""
    await session.execute(_START, {"import_id": import_id})
    await forget_refused(session, import_id)


async def cancel(session: AsyncSession, import_id: UUID, now: datetime) -> None:
    """Give a file up before anything of it is done, and erase it."""
    await session.execute(_CANCEL, {"import_id": import_id, "now": now})
    await erase(session, import_id)
    await forget_refused(session, import_id)


async def forget_refused(session: AsyncSession, import_id: UUID) -> None:
    """Erase the refused rows of a file."""
    await session.execute(_FORGET_REFUSED, {"import_id": import_id})


async def keep_refused(session: AsyncSession, import_id: UUID, first: int, last: int, sealed: bytes) -> None:
    """Keep the refused rows of a chunk."""
    connection = await raw(session)
    await connection.copy_records_to_table(
        "import_refused",
        columns=("import_id", "first_row", "last_row", "sealed"),
        records=[(import_id, first, last, sealed)],
    )


async def refused(session: AsyncSession, import_id: UUID, after: int) -> tuple[int, bytes] | None:
    """The first chunk of refused rows that goes beyond a row: its first row, and what was sealed."""
    row = (await session.execute(_REFUSED, {"import_id": import_id, "after": after})).one_or_none()
    return None if row is None else (row.first_row, bytes(row.sealed))


async def listed(session: AsyncSession, contents: Sequence[str], bound: Bound, page: Paging[UUID]) -> list[ImportJob]:
    """Jobs about these contents, of the caller's area, the newest first: a page of them."""
    found = _LIST.within(bound, {"contents": list(contents), **page.bounds})
    return [ImportJob(*row) for row in await session.execute(*found)]


async def received(session: AsyncSession, import_ids: Sequence[UUID]) -> dict[UUID, list[int]]:
    """The numbers of the parts that are here, by job."""
    found: dict[UUID, list[int]] = defaultdict(list)
    for row in await session.execute(_RECEIVED, {"ids": list(import_ids)}):
        found[row.import_id].append(row.number)
    return found
