"""Every SQL statement of exports. Their times are the machine's: training's business time ends nobody's file."""

# ruff: noqa: S608 - a part of a statement takes only text of this module

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final
from uuid import UUID

import orjson
from sqlalchemy import Row, text
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncSession

from card_service.database import record
from card_service.exports.models import LASTS, Export
from chassis.area import Bound, BoundedStatement
from chassis.paging import Paging

_OPEN: Final = "status IN ('queued', 'running', 'noting')"
_LIST: Final = (
    "SELECT export_id, created_by, acting, governorate, district, asked, format, language, status, rows, done, noted,"
    " parts, bytes AS size, digest, attempts, created_at, as_of, finished_at FROM register_export"
)
_LIVE: Final = "coalesce(finished_at, created_at) > clock_timestamp() - CAST(:lasts AS interval)"
_FIND = text(f"{_LIST} WHERE export_id = :export_id AND {_LIVE}")
_OF = BoundedStatement(
    f"{_LIST} WHERE created_by = :created_by AND <bound> AND export_id < :after AND {_LIVE}"
    " ORDER BY export_id DESC LIMIT :limit",
    governorate="governorate",
    district="district",
)
_OPEN_OF = text(f"SELECT count(*) FROM register_export WHERE created_by = :created_by AND {_OPEN} AND {_LIVE}")
_ONE_AT_A_TIME = text("SELECT pg_advisory_xact_lock(hashtextextended('register_export of ' || :created_by, 0))")
_CREATE = text(
    "INSERT INTO register_export (export_id, created_by, acting, governorate, district, asked, format, language, rows)"
    " VALUES (:export_id, :created_by, CAST(:acting AS jsonb), :governorate, :district, CAST(:asked AS jsonb),"
    " :format, :language, :rows)"
)
_NOW = text("SELECT clock_timestamp()")
_WAITING = text(f"{_LIST} WHERE {_OPEN} AND {_LIVE} ORDER BY attempts, export_id LIMIT 20")
_TAKE = text(
    "SELECT pg_try_advisory_xact_lock(hashtextextended('register_export ' || :export_id, 0)) AS taken,"
    " clock_timestamp() AS at"
)
_BEGIN = text(
    "UPDATE register_export SET status = 'running', run = :run, rows = :rows, done = 0, noted = 0, parts = 0,"
    " bytes = 0, digest = NULL, as_of = :as_of"
    " WHERE export_id = :export_id AND status IN ('queued', 'running') RETURNING run"
)
_CLEAR = (
    text("DELETE FROM register_export_part WHERE export_id = :export_id"),
    text("DELETE FROM register_export_shown WHERE export_id = :export_id"),
)
_ADVANCE = text(
    "UPDATE register_export SET done = done + :done, parts = parts + :parts, bytes = bytes + :bytes, attempts = 0"
    " WHERE export_id = :export_id AND run = :run AND status = 'running' RETURNING parts"
)
_PART = text("INSERT INTO register_export_part (export_id, number, sealed) VALUES (:export_id, :number, :sealed)")
_SHOWN = text("INSERT INTO register_export_shown (export_id, number, sealed) VALUES (:export_id, :number, :sealed)")
_WRITTEN = text(
    "UPDATE register_export SET status = 'noting', digest = :digest"
    " WHERE export_id = :export_id AND run = :run AND status = 'running' RETURNING run"
)
_NEXT_SHOWN = text(
    "SELECT number, sealed FROM register_export_shown WHERE export_id = :export_id ORDER BY number LIMIT 1 FOR UPDATE"
)
_NOTED = text("DELETE FROM register_export_shown WHERE export_id = :export_id AND number = :number")
_COUNT_NOTED = text("UPDATE register_export SET noted = noted + :noted, attempts = 0 WHERE export_id = :export_id")
_FINISH = text(
    "UPDATE register_export SET status = 'done', finished_at = clock_timestamp()"
    " WHERE export_id = :export_id AND status = 'noting'"
)
_FAIL = text(
    "UPDATE register_export SET attempts = attempts + 1,"
    " status = CASE WHEN attempts + 1 >= :most THEN 'failed' ELSE status END,"
    " finished_at = CASE WHEN attempts + 1 >= :most THEN clock_timestamp() END"
    f" WHERE export_id = :export_id AND {_OPEN} RETURNING status = 'failed'"
)
_READ = text("SELECT sealed FROM register_export_part WHERE export_id = :export_id AND number = :number")
_EXPIRE = text(
    "DELETE FROM register_export WHERE export_id IN (SELECT export_id FROM register_export"
    f" WHERE NOT ({_LIVE}) ORDER BY export_id LIMIT :most FOR UPDATE SKIP LOCKED) RETURNING export_id"
)


class RunGivenUp(Exception):
    """Another attempt at the file has begun: this one writes nothing more."""


@dataclass(frozen=True)
class Chunk:
    """What one transaction adds to a file: rows written, sealed parts of it, and who is in the rows, sealed."""

    rows: int
    parts: Sequence[bytes]
    size: int
    shown: bytes | None


def _export(row: Row[Any]) -> Export:
    return record(Export, row)


async def find(session: AsyncSession, export_id: UUID) -> Export | None:
    """An export that has not run out."""
    row = (await session.execute(_FIND, {"export_id": export_id, "lasts": LASTS})).one_or_none()
    return _export(row) if row else None


async def of_owner(session: AsyncSession, bound: Bound, created_by: str, page: Paging[UUID]) -> list[Export]:
    """Somebody's exports that have not run out, as far as the caller's area goes, the newest first."""
    asked = {"created_by": created_by, "lasts": LASTS, **page.bounds}
    found = await session.execute(*_OF.within(bound, asked))
    return [_export(row) for row in found]


async def count_open(session: AsyncSession, created_by: str) -> int:
    """How many exports of somebody's are under way; nobody else orders in their name until the transaction ends."""
    await session.execute(_ONE_AT_A_TIME, {"created_by": created_by})
    return int((await session.execute(_OPEN_OF, {"created_by": created_by, "lasts": LASTS})).scalar_one())


async def now(session: AsyncSession) -> datetime:
    """The database's time, by which files run out."""
    at: datetime = (await session.execute(_NOW)).scalar_one()
    return at


async def create(session: AsyncSession, one: Export) -> None:
    """Write a new export, which waits for its turn."""
    await session.execute(
        _CREATE,
        {
            "export_id": one.export_id, "created_by": one.created_by, "acting": orjson.dumps(one.acting).decode(),
            "governorate": one.governorate, "district": one.district, "asked": orjson.dumps(one.asked).decode(),
            "format": one.format, "language": one.language, "rows": one.rows,
        },
    )  # fmt: skip


async def waiting(session: AsyncSession) -> list[Export]:
    """Exports under way or in wait, those that have failed less often first."""
    return [_export(row) for row in await session.execute(_WAITING, {"lasts": LASTS})]


async def take(snapshot: AsyncConnection, export_id: UUID) -> datetime | None:
    """Fix a transaction's snapshot and hold an export in it to its end: the moment; None where another holds it."""
    row = (await snapshot.execute(_TAKE, {"export_id": str(export_id)})).one()
    at: datetime = row.at
    return at if row.taken else None


async def begin(session: AsyncSession, export_id: UUID, run: UUID, rows: int, as_of: datetime) -> bool:
    """Begin a file anew, without what an attempt before has written; whether it is still to be made."""
    told = {"export_id": export_id, "run": run, "rows": rows, "as_of": as_of}
    if (await session.execute(_BEGIN, told)).one_or_none() is None:
        return False
    for statement in _CLEAR:
        await session.execute(statement, {"export_id": export_id})
    return True


async def advance(session: AsyncSession, export_id: UUID, run: UUID, chunk: Chunk, first: int) -> None:
    """Keep what a chunk has added; `first`: the number of its first row. Raises RunGivenUp."""
    told = {"export_id": export_id, "run": run, "done": chunk.rows, "parts": len(chunk.parts), "bytes": chunk.size}
    row = (await session.execute(_ADVANCE, told)).one_or_none()
    if row is None:
        raise RunGivenUp
    numbered = enumerate(chunk.parts, row.parts - len(chunk.parts) + 1)
    if chunk.parts:
        rows = [{"export_id": export_id, "number": number, "sealed": sealed} for number, sealed in numbered]
        await session.execute(_PART, rows)
    if chunk.shown is not None:
        await session.execute(_SHOWN, {"export_id": export_id, "number": first, "sealed": chunk.shown})


async def written(session: AsyncSession, export_id: UUID, run: UUID, digest: bytes) -> None:
    """Keep that the file is whole. Raises RunGivenUp."""
    told = {"export_id": export_id, "run": run, "digest": digest}
    if (await session.execute(_WRITTEN, told)).one_or_none() is None:
        raise RunGivenUp


async def next_shown(session: AsyncSession, export_id: UUID) -> tuple[int, bytes] | None:
    """The first of those shown whom the record does not have yet, locked; sealed, with their number."""
    row = (await session.execute(_NEXT_SHOWN, {"export_id": export_id})).one_or_none()
    return None if row is None else (row.number, row.sealed)


async def noted(session: AsyncSession, export_id: UUID, number: int, rows: int) -> None:
    """Keep that the record has them."""
    await session.execute(_NOTED, {"export_id": export_id, "number": number})
    await session.execute(_COUNT_NOTED, {"export_id": export_id, "noted": rows})


async def finish(session: AsyncSession, export_id: UUID) -> None:
    """Let the owner fetch the file."""
    await session.execute(_FINISH, {"export_id": export_id})


async def fail(session: AsyncSession, export_id: UUID, most: int) -> bool:
    """Count a failed attempt; whether it was the last of `most`."""
    row = (await session.execute(_FAIL, {"export_id": export_id, "most": most})).one_or_none()
    return row is not None and bool(row[0])


async def part(session: AsyncSession, export_id: UUID, number: int) -> bytes | None:
    """A part of the file, sealed."""
    row = (await session.execute(_READ, {"export_id": export_id, "number": number})).one_or_none()
    return None if row is None else row.sealed


async def expire(session: AsyncSession, most: int) -> list[UUID]:
    """Remove what has run out, files and all."""
    rows = await session.execute(_EXPIRE, {"lasts": LASTS, "most": most})
    return [row.export_id for row in rows]
