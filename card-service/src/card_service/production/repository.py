"""Every SQL statement of bureaus, batches and returns."""

# ruff: noqa: S608 - a part of a statement takes only text of the statement around it
from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

import orjson
from sqlalchemy import Row, text
from sqlalchemy.ext.asyncio import AsyncSession

from card_service.database import record
from card_service.production.judging import Fault, Mismatch
from card_service.production.models import Batch, Bureau
from chassis.area import Bound, BoundedStatement
from chassis.paging import Paging
from chassis.row_arrays import statement

_BUREAU = (
    "SELECT bureau_id, name, governorate, CAST(encryption_key AS text) AS encryption_key,"
    " CAST(signing_key AS text) AS signing_key,"
    " valid_from, valid_to FROM bureau"
)
_FIND_BUREAU = text(f"{_BUREAU} WHERE bureau_id = :bureau_id")
_OF_NAME = text(
    f"{_BUREAU} WHERE (name, governorate) = (SELECT name, governorate FROM bureau WHERE bureau_id = :bureau_id)"
    " ORDER BY valid_from DESC, bureau_id DESC"
)
_BUREAUS = BoundedStatement(
    f"{_BUREAU} WHERE <bound> AND bureau_id > :after ORDER BY bureau_id LIMIT :limit", governorate="governorate"
)
_ENTER = text(
    "INSERT INTO bureau (bureau_id, name, governorate, encryption_key, signing_key, valid_from, valid_to, proposal_id)"
    " VALUES (:bureau_id, :name, :governorate, :encryption_key, :signing_key, :valid_from, :valid_to, :proposal_id)"
)
_TO_MAKE = text(
    "SELECT card_id FROM card WHERE state = 'approved' AND governorate = :governorate"
    " AND (CAST(:phase_id AS uuid) IS NULL OR phase_id = :phase_id)"
    " ORDER BY created_at, card_id LIMIT :limit FOR UPDATE SKIP LOCKED"
)
_BATCH = (
    "SELECT b.batch_id, b.bureau_id, u.name AS bureau, b.governorate, b.made_at, b.made_by, count(*) AS cards,"
    " count(*) FILTER (WHERE k.outcome IS NULL) AS in_production,"
    " count(*) FILTER (WHERE k.outcome = 'produced') AS produced,"
    " count(*) FILTER (WHERE k.outcome = 'spoiled') AS spoiled"
    " FROM production_batch b JOIN bureau u USING (bureau_id) JOIN batch_card k USING (batch_id)"
)
_FIND_BATCH = text(f"{_BATCH} WHERE b.batch_id = :batch_id GROUP BY b.batch_id, u.name")
_BATCHES = BoundedStatement(
    f"{_BATCH} WHERE b.batch_id IN (SELECT p.batch_id FROM production_batch p WHERE <bound> AND p.batch_id < :after"
    " ORDER BY p.batch_id DESC LIMIT :limit) GROUP BY b.batch_id, u.name ORDER BY b.batch_id DESC",
    governorate="p.governorate",
)
_LOCK_BATCH = text("SELECT batch_id FROM production_batch WHERE batch_id = :batch_id FOR UPDATE")
_FILE = text("SELECT file FROM production_batch WHERE batch_id = :batch_id")
_MAKE_BATCH = text(
    "INSERT INTO production_batch (batch_id, bureau_id, governorate, file, made_at, made_by)"
    " VALUES (:batch_id, :bureau_id, :governorate, :file, :made_at, :made_by)"
)
_PUT_CARDS = statement(
    "INSERT INTO batch_card (batch_id, card_id) SELECT :batch_id, r.card_id FROM <rows>", card_id="uuid"
)
_SENT = text(
    "SELECT k.card_id, c.number_sealed, k.outcome IS NULL AS in_production"
    " FROM batch_card k JOIN card c USING (card_id) WHERE k.batch_id = :batch_id"
)
_TAKEN = text("SELECT serial FROM batch_card WHERE serial = ANY(CAST(:serials AS text[]))")
_MADE = statement(
    "UPDATE batch_card k SET outcome = 'produced', serial = r.serial FROM <rows>"
    " WHERE k.batch_id = :batch_id AND k.card_id = r.card_id",
    card_id="uuid",
    serial="text",
)
_SPOILED = text(
    "UPDATE batch_card SET outcome = 'spoiled' WHERE batch_id = :batch_id AND card_id = ANY(CAST(:ids AS uuid[]))"
)
_RETURN = text(
    "INSERT INTO production_return (return_id, batch_id, produced, spoiled, taken_at, taken_by)"
    " VALUES (:return_id, :batch_id, :produced, :spoiled, :taken_at, :taken_by)"
)
_PUT_MISMATCHES = statement(
    "INSERT INTO production_mismatch (return_id, batch_id, row, card_id, code)"
    " SELECT :return_id, :batch_id, r.row, r.card_id, r.code FROM <rows>",
    row="integer",
    card_id="uuid",
    code="text",
)
_MISMATCHES = text(
    "SELECT number, return_id, row, card_id, code FROM production_mismatch WHERE batch_id = :batch_id"
    " AND number > :after ORDER BY number LIMIT :limit"
)


def _bureau(row: Row[Any]) -> Bureau:
    keys = {name: orjson.loads(getattr(row, name)) for name in ("encryption_key", "signing_key")}
    return record(Bureau, row, **keys)


async def find_bureau(session: AsyncSession, bureau_id: UUID) -> Bureau | None:
    """A bureau with one pair of its keys."""
    row = (await session.execute(_FIND_BUREAU, {"bureau_id": bureau_id})).one_or_none()
    return _bureau(row) if row else None


async def keys_of(session: AsyncSession, bureau_id: UUID) -> list[Bureau]:
    """All pairs of keys of the bureau that has this one, the newest first."""
    return [_bureau(row) for row in await session.execute(_OF_NAME, {"bureau_id": bureau_id})]


async def bureaus(session: AsyncSession, bound: Bound, page: Paging[UUID]) -> list[Bureau]:
    """The bureaus that the caller may see."""
    return [_bureau(row) for row in await session.execute(*_BUREAUS.within(bound, page.bounds))]


async def enter_bureau(session: AsyncSession, values: Mapping[str, object]) -> None:
    """Write a bureau with a pair of keys."""
    await session.execute(_ENTER, dict(values))


async def to_make(session: AsyncSession, governorate: str, phase_id: UUID | None, limit: int) -> list[UUID]:
    """Cards that are approved, the oldest first, the rows locked."""
    values = {"governorate": governorate, "phase_id": phase_id, "limit": limit}
    return list((await session.execute(_TO_MAKE, values)).scalars())


async def make_batch(
    session: AsyncSession, batch_id: UUID, bureau: Bureau, file: str, card_ids: Sequence[UUID], at: datetime, by: str
) -> None:
    """Write a batch with its file and its cards."""
    values = {
        "batch_id": batch_id,
        "bureau_id": bureau.bureau_id,
        "governorate": bureau.governorate,
        "file": file,
        "made_at": at,
        "made_by": by,
    }
    await session.execute(_MAKE_BATCH, values)
    await session.execute(_PUT_CARDS, {"batch_id": batch_id, "card_id": list(card_ids)})


async def find_batch(session: AsyncSession, batch_id: UUID, *, lock: bool = False) -> Batch | None:
    """A batch with its counts, its row locked against other returns if asked."""
    if lock:
        await session.execute(_LOCK_BATCH, {"batch_id": batch_id})
    row = (await session.execute(_FIND_BATCH, {"batch_id": batch_id})).one_or_none()
    return record(Batch, row) if row else None


async def batches(session: AsyncSession, bound: Bound, page: Paging[UUID]) -> list[Batch]:
    """Batches of a caller's area with their counts, the newest first."""
    rows = await session.execute(*_BATCHES.within(bound, page.bounds))
    return [record(Batch, row) for row in rows]


async def file_of(session: AsyncSession, batch_id: UUID) -> str:
    """The file of a batch."""
    return str((await session.execute(_FILE, {"batch_id": batch_id})).scalar_one())


async def sent(session: AsyncSession, batch_id: UUID) -> list[tuple[UUID, bytes, bool]]:
    """The cards of a batch: id, sealed number, whether the bureau still has it."""
    rows = await session.execute(_SENT, {"batch_id": batch_id})
    return [(row.card_id, bytes(row.number_sealed), row.in_production) for row in rows]


async def taken(session: AsyncSession, serials: Sequence[str]) -> set[str]:
    """Those of these serials that a card has or had."""
    return set((await session.execute(_TAKEN, {"serials": list(serials)})).scalars())


async def settle(session: AsyncSession, batch_id: UUID, made: Mapping[UUID, str], spoiled: Collection[UUID]) -> None:
    """Write what became of cards of a batch."""
    if made:
        values = {"batch_id": batch_id, "card_id": list(made), "serial": list(made.values())}
        await session.execute(_MADE, values)
    if spoiled:
        await session.execute(_SPOILED, {"batch_id": batch_id, "ids": list(spoiled)})


async def keep_return(
    session: AsyncSession,
    return_id: UUID,
    batch_id: UUID,
    counts: tuple[int, int],
    mismatches: Sequence[Mismatch],
    at: datetime,
    by: str,
) -> None:
    """Keep that a return was taken in, and what of it did not fit. `counts`: produced and spoiled."""
    produced, spoiled = counts
    whose = {"return_id": return_id, "batch_id": batch_id}
    counted = {"produced": produced, "spoiled": spoiled, "taken_at": at, "taken_by": by}
    await session.execute(_RETURN, {**whose, **counted})
    columns = {
        "row": [one.row for one in mismatches],
        "card_id": [one.card_id for one in mismatches],
        "code": [str(one.fault) for one in mismatches],
    }
    await session.execute(_PUT_MISMATCHES, {**whose, **columns})


async def mismatches(
    session: AsyncSession, batch_id: UUID, page: Paging[int]
) -> list[tuple[int, UUID, int | None, UUID | None, Fault]]:
    """What did not fit in the returns of a batch: number, return, row, card, why."""
    rows = await session.execute(_MISMATCHES, {"batch_id": batch_id, **page.bounds})
    return [(row.number, row.return_id, row.row, row.card_id, Fault(row.code)) for row in rows]
