"""Every SQL statement of bulk imports."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from card_service.registry.intake import Rejection
from card_service.registry.models import ImportJob
from chassis.db import raw
from chassis.paging import Paging

_JOB = (
    "SELECT import_id, status, governorate, done_row, rows, accepted, rejected, households, warnings, attempts,"
    " created_at, finished_at FROM import_job"
)
_FIND = text(f"{_JOB} WHERE import_id = :import_id")
_CLAIM = text(
    f"{_JOB} WHERE status IN ('queued', 'running') ORDER BY attempts, import_id LIMIT 1 FOR UPDATE SKIP LOCKED"
)
_CREATE = text(
    "INSERT INTO import_job (import_id, status, governorate, created_by, created_at)"
    " VALUES (:import_id, 'queued', :governorate, :created_by, :created_at)"
)
_KEEP = text("INSERT INTO import_upload (import_id, sealed) VALUES (:import_id, :sealed)")
_UPLOAD = text("SELECT sealed FROM import_upload WHERE import_id = :import_id")
_ERASE = text("DELETE FROM import_upload WHERE import_id = :import_id")
_ADVANCE = text(
    "UPDATE import_job SET done_row = :done_row, rows = rows + :rows, accepted = accepted + :accepted,"
    " rejected = rejected + :rejected, households = households + :households, warnings = warnings + :warnings,"
    " attempts = 0, finished_at = :finished_at,"
    " status = CASE WHEN CAST(:finished_at AS timestamptz) IS NULL THEN 'running' ELSE 'done' END"
    " WHERE import_id = :import_id"
)
_FAIL = text(
    "UPDATE import_job SET attempts = attempts + 1,"
    " status = CASE WHEN attempts + 1 >= :max_attempts THEN 'failed' ELSE status END,"
    " finished_at = CASE WHEN attempts + 1 >= :max_attempts THEN clock_timestamp() END"
    " WHERE import_id = :import_id AND status IN ('queued', 'running') RETURNING status"
)
_REJECTIONS = text(
    "SELECT row, field, code FROM import_rejection WHERE import_id = :import_id AND row > :after"
    " ORDER BY row LIMIT :limit"
)


@dataclass(frozen=True)
class Progress:
    """What one chunk adds to a job."""

    done_row: int
    rows: int
    accepted: int
    rejected: int
    households: int
    warnings: int


async def create(
    session: AsyncSession, import_id: UUID, governorate: str | None, created_by: str, now: datetime, sealed: bytes
) -> None:
    """Write a job and its sealed upload."""
    job = {"import_id": import_id, "governorate": governorate, "created_by": created_by, "created_at": now}
    await session.execute(_CREATE, job)
    await session.execute(_KEEP, {"import_id": import_id, "sealed": sealed})


async def find(session: AsyncSession, import_id: UUID) -> ImportJob | None:
    """A job by id."""
    row = (await session.execute(_FIND, {"import_id": import_id})).one_or_none()
    return ImportJob(*row) if row else None


async def claim(session: AsyncSession) -> ImportJob | None:
    """The oldest open job that no other worker has at hand, its row locked."""
    row = (await session.execute(_CLAIM)).one_or_none()
    return ImportJob(*row) if row else None


async def upload(session: AsyncSession, import_id: UUID) -> bytes:
    """The sealed file of a job."""
    return bytes((await session.execute(_UPLOAD, {"import_id": import_id})).scalar_one())


async def reject(session: AsyncSession, import_id: UUID, rejections: Sequence[Rejection]) -> None:
    """Keep why rows were not taken."""
    if rejections:
        connection = await raw(session)
        await connection.copy_records_to_table(
            "import_rejection",
            columns=("import_id", "row", "field", "code"),
            records=[(import_id, r.row, r.field, r.code) for r in rejections],
        )


async def advance(session: AsyncSession, job: ImportJob, step: Progress, finished_at: datetime | None) -> None:
    """Add a chunk to a job's progress; with `finished_at` the job is done and its upload erased."""
    await session.execute(_ADVANCE, {"import_id": job.import_id, "finished_at": finished_at, **vars(step)})
    if finished_at is not None:
        await session.execute(_ERASE, {"import_id": job.import_id})


async def fail(session: AsyncSession, import_id: UUID, max_attempts: int) -> None:
    """Count a failed attempt; at `max_attempts` in a row the job is given up and its upload erased."""
    values = {"import_id": import_id, "max_attempts": max_attempts}
    if (await session.execute(_FAIL, values)).scalar() == "failed":
        await session.execute(_ERASE, {"import_id": import_id})


async def rejections(session: AsyncSession, import_id: UUID, page: Paging[int]) -> list[Rejection]:
    """The rows that were not taken, in the order of the file, a page of them."""
    return [Rejection(*row) for row in await session.execute(_REJECTIONS, {"import_id": import_id} | page.bounds)]
