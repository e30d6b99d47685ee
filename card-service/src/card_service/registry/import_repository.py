"""Every SQL statement of bulk imports."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from card_service.registry.intake import Rejection
from card_service.registry.models import Former, ImportJob
from chassis.db import raw
from chassis.paging import Paging

JOB = (
    "SELECT import_id, status, governorate, done_row, rows, accepted, rejected, households, warnings, attempts,"
    " created_at, finished_at, created_by, form, charset, parts, digest, corrects, content, sender, dry_run, total_rows"
    " FROM import_job"
)
_NEW = (
    "import_id", "status", "governorate", "created_by", "created_at", "form", "charset", "parts", "digest", "corrects",
    "content", "sender", "dry_run",
)  # fmt: skip
_FIND = text(f"{JOB} WHERE import_id = :import_id")
_CLAIM = text(
    f"{JOB} WHERE status IN ('queued', 'running') ORDER BY attempts, import_id LIMIT 1 FOR UPDATE SKIP LOCKED"
)
_CLAIM_UPDATE = text(f"{JOB} WHERE status = 'due' ORDER BY attempts, import_id LIMIT 1 FOR UPDATE SKIP LOCKED")
_CREATE = text(
    "INSERT INTO import_job (import_id, status, governorate, created_by, created_at, form, charset, parts, digest,"
    " corrects, content, sender, dry_run) VALUES (:import_id, :status, :governorate, :created_by, :created_at, :form,"
    " :charset, :parts, :digest, :corrects, :content, :sender, :dry_run)"
)
_KEEP = text("INSERT INTO import_upload (import_id, sealed) VALUES (:import_id, :sealed)")
_KEEP_PART = text(
    "INSERT INTO import_part (import_id, number, digest, bytes, sealed)"
    " VALUES (:import_id, :number, :digest, :bytes, :sealed)"
)
_LOCK = text(f"{JOB} WHERE import_id = :import_id FOR UPDATE")
_PARTS = text("SELECT number, digest, bytes FROM import_part WHERE import_id = :import_id ORDER BY number")
_UPLOAD = text("SELECT sealed FROM import_upload WHERE import_id = :import_id")
_PART = text("SELECT sealed FROM import_part WHERE import_id = :import_id AND number = :number")
_QUEUE = text(
    "UPDATE import_job SET status = CASE WHEN dry_run THEN 'checking' WHEN content = 'citizens' THEN 'queued'"
    " ELSE 'due' END WHERE import_id = :import_id AND status = 'receiving'"
)
_GIVE_UP = text(
    "UPDATE import_job SET status = 'failed', finished_at = :now, sender = NULL"
    " WHERE import_id IN (SELECT import_id FROM import_job WHERE status IN ('receiving', 'checked')"
    " AND created_at < :before ORDER BY import_id LIMIT :most FOR UPDATE SKIP LOCKED) RETURNING import_id"
)
# Files that the version of before has finished.
_FORGET_SENDERS = text("UPDATE import_job SET sender = NULL WHERE sender IS NOT NULL AND finished_at IS NOT NULL")
_ERASE = text("DELETE FROM import_upload WHERE import_id = :import_id")
_ERASE_PARTS = text("DELETE FROM import_part WHERE import_id = :import_id")
_FORGET_MARKS = text("DELETE FROM import_check_mark WHERE import_id = :import_id")
_REFS_SEEN = text("SELECT mark FROM import_ref WHERE import_id = :import_id AND mark = ANY(CAST(:marks AS bytea[]))")
# The latest import first: a reference used anew stands for what it was used for last.
_FORMER = text(
    "SELECT r.mark, h.household_id, r.import_id, h.governorate, h.district, h.address"
    " FROM import_ref r JOIN household h USING (household_id)"
    " WHERE r.mark = ANY(CAST(:marks AS bytea[])) AND r.import_id <> :import_id ORDER BY r.import_id DESC"
)
_RESULTS = text(
    "SELECT first_row, sealed FROM import_result WHERE import_id = :import_id AND last_row > :after"
    " ORDER BY first_row LIMIT :limit"
)
_ADVANCE = text(
    "UPDATE import_job SET done_row = :done_row, rows = rows + :rows, accepted = accepted + :accepted,"
    " rejected = rejected + :rejected, households = households + :households, warnings = warnings + :warnings,"
    " attempts = 0, finished_at = :finished_at,"
    " sender = CASE WHEN CAST(:finished_at AS timestamptz) IS NULL THEN sender END,"
    " status = CASE WHEN CAST(:finished_at AS timestamptz) IS NOT NULL THEN 'done'"
    " WHEN content = 'citizens' THEN 'running' ELSE 'due' END"
    " WHERE import_id = :import_id"
)
_FAIL = text(
    "UPDATE import_job SET attempts = attempts + 1,"
    " status = CASE WHEN attempts + 1 >= :max_attempts THEN 'failed' ELSE status END,"
    " finished_at = CASE WHEN attempts + 1 >= :max_attempts THEN clock_timestamp() END,"
    " sender = CASE WHEN attempts + 1 < :max_attempts THEN sender END"
    " WHERE import_id = :import_id AND status IN ('checking', 'queued', 'running', 'due') RETURNING status"
)
_REJECTIONS = text(
    "SELECT row, field, code FROM import_rejection WHERE import_id = :import_id AND row > :after"
    " ORDER BY row LIMIT :limit"
)


class Part(NamedTuple):
    """A part of a file: its number from 1, SHA-256 and size in bytes."""

    number: int
    digest: bytes
    bytes: int


@dataclass(frozen=True)
class Progress:
    """What one chunk adds to a job."""

    done_row: int
    rows: int
    accepted: int
    rejected: int
    households: int
    warnings: int


async def create(session: AsyncSession, job: ImportJob) -> None:
    """Write a new job."""
    await session.execute(_CREATE, {name: getattr(job, name) for name in _NEW})


async def keep(session: AsyncSession, import_id: UUID, sealed: bytes) -> None:
    """Keep a file that came whole."""
    await session.execute(_KEEP, {"import_id": import_id, "sealed": sealed})


async def lock(session: AsyncSession, import_id: UUID) -> ImportJob | None:
    """A job by id, its row locked against who sends parts beside."""
    row = (await session.execute(_LOCK, {"import_id": import_id})).one_or_none()
    return ImportJob(*row) if row else None


async def keep_part(session: AsyncSession, import_id: UUID, part: Part, sealed: bytes) -> None:
    """Keep a part."""
    await session.execute(_KEEP_PART, {"import_id": import_id, "sealed": sealed, **part._asdict()})


async def parts(session: AsyncSession, import_id: UUID) -> list[Part]:
    """The parts that have come, in their order."""
    return [Part(*row) for row in await session.execute(_PARTS, {"import_id": import_id})]


async def queue(session: AsyncSession, import_id: UUID) -> None:
    """Let a file whose parts are all there wait for its turn."""
    await session.execute(_QUEUE, {"import_id": import_id})


async def refs_seen(session: AsyncSession, import_id: UUID, marks: Sequence[bytes]) -> set[bytes]:
    """Those of many references that earlier rows of the import had."""
    rows = await session.execute(_REFS_SEEN, {"import_id": import_id, "marks": list(marks)})
    return {bytes(row.mark) for row in rows}


async def former(session: AsyncSession, import_id: UUID, marks: Sequence[bytes]) -> dict[bytes, list[Former]]:
    """The households that references stood for in other imports of their sender, the latest first."""
    found: dict[bytes, list[Former]] = defaultdict(list)
    for row in await session.execute(_FORMER, {"import_id": import_id, "marks": list(marks)}):
        found[bytes(row[0])].append(Former(*row[1:]))
    return found


async def keep_refs(session: AsyncSession, import_id: UUID, refs: Mapping[bytes, UUID | None]) -> None:
    """Keep which household a reference stands for, None for one whose rows were all refused."""
    connection = await raw(session)
    await connection.copy_records_to_table(
        "import_ref",
        columns=("mark", "import_id", "household_id"),
        records=[(mark, import_id, household_id) for mark, household_id in refs.items()],
    )


async def keep_results(session: AsyncSession, import_id: UUID, first: int, last: int, sealed: bytes) -> None:
    """Keep what became of the rows of a chunk."""
    connection = await raw(session)
    await connection.copy_records_to_table(
        "import_result",
        columns=("import_id", "first_row", "last_row", "sealed"),
        records=[(import_id, first, last, sealed)],
    )


async def results(session: AsyncSession, import_id: UUID, after: int, chunks: int) -> list[tuple[int, bytes]]:
    """What became of rows behind one, by chunks: the first row of each and what `import_results` sealed."""
    rows = await session.execute(_RESULTS, {"import_id": import_id, "after": after, "limit": chunks})
    return [(row.first_row, bytes(row.sealed)) for row in rows]


async def find(session: AsyncSession, import_id: UUID) -> ImportJob | None:
    """A job by id."""
    row = (await session.execute(_FIND, {"import_id": import_id})).one_or_none()
    return ImportJob(*row) if row else None


async def claim(session: AsyncSession) -> ImportJob | None:
    """The oldest open job that no other worker has at hand, its row locked."""
    row = (await session.execute(_CLAIM)).one_or_none()
    return ImportJob(*row) if row else None


async def claim_update(session: AsyncSession) -> ImportJob | None:
    """The oldest open file of another registry that no other worker has at hand, its row locked."""
    row = (await session.execute(_CLAIM_UPDATE)).one_or_none()
    return ImportJob(*row) if row else None


async def upload(session: AsyncSession, import_id: UUID) -> bytes | None:
    """The sealed file of a job, None where it came in parts."""
    found = (await session.execute(_UPLOAD, {"import_id": import_id})).scalar_one_or_none()
    return None if found is None else bytes(found)


async def part(session: AsyncSession, import_id: UUID, number: int) -> bytes:
    """A sealed part of a job's file."""
    return bytes((await session.execute(_PART, {"import_id": import_id, "number": number})).scalar_one())


async def erase(session: AsyncSession, import_id: UUID) -> None:
    """Erase a job's file, and whom its dry run has met."""
    for statement in (_ERASE, _ERASE_PARTS, _FORGET_MARKS):
        await session.execute(statement, {"import_id": import_id})


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
        await erase(session, job.import_id)


async def fail(session: AsyncSession, import_id: UUID, max_attempts: int) -> None:
    """Count a failed attempt; at `max_attempts` in a row the job is given up and its upload erased."""
    values = {"import_id": import_id, "max_attempts": max_attempts}
    if (await session.execute(_FAIL, values)).scalar() == "failed":
        await erase(session, import_id)


async def give_up(session: AsyncSession, before: datetime, now: datetime, most: int) -> list[UUID]:
    """Give up uploads declared before an instant that nobody has completed, and erase their parts; which they were."""
    given_up = list((await session.execute(_GIVE_UP, {"before": before, "now": now, "most": most})).scalars())
    for import_id in given_up:
        await erase(session, import_id)
    await session.execute(_FORGET_SENDERS)
    return given_up


async def rejections(session: AsyncSession, import_id: UUID, page: Paging[int]) -> list[Rejection]:
    """The rows that were not taken, in the order of the file, a page of them."""
    return [Rejection(*row) for row in await session.execute(_REJECTIONS, {"import_id": import_id} | page.bounds)]
