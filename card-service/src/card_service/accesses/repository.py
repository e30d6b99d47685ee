"""Every SQL statement of the log of accesses."""

# ruff: noqa: S608 - nothing but this module's own words is put into a statement

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from card_service.accesses.models import GENESIS, Access, chained
from chassis.isolation import not_aside
from chassis.paging import Paging
from chassis.row_arrays import statement

CHAIN = "access_chain"

_LOCK = text("SELECT pg_try_advisory_xact_lock(hashtext('card.access_chain'))")
_LAST = text("SELECT position, hash FROM access_log ORDER BY position DESC LIMIT 1")
_TAKE = text(
    "WITH batch AS (SELECT access_id FROM access_pending"
    f" WHERE {not_aside(CHAIN, 'access_id')} ORDER BY access_id LIMIT :limit FOR UPDATE SKIP LOCKED)"
    " DELETE FROM access_pending p USING batch WHERE p.access_id = batch.access_id"
    " RETURNING p.access_id, p.citizen_id, p.subject, p.action, p.purpose, p.request_id, p.accessed_at"
)
_APPEND = statement(
    "INSERT INTO access_log"
    " (position, access_id, citizen_id, subject, action, purpose, request_id, accessed_at, hash)"
    " SELECT * FROM <rows>",
    position="bigint",
    access_id="uuid",
    citizen_id="uuid",
    subject="text",
    action="text",
    purpose="text",
    request_id="text",
    accessed_at="timestamptz",
    hash="bytea",
)
_CARDS = text("SELECT card_id FROM card WHERE citizen_id = :citizen_id")
_OF_CITIZEN = text(
    "WITH accesses AS ("
    " SELECT access_id, citizen_id, subject, action, purpose, request_id, accessed_at"
    " FROM access_log WHERE citizen_id = :citizen_id"
    " UNION ALL SELECT access_id, citizen_id, subject, action, purpose, request_id, accessed_at"
    " FROM access_pending WHERE citizen_id = :citizen_id)"
    " SELECT * FROM accesses WHERE access_id < :after"
    " ORDER BY access_id DESC LIMIT :limit"
)


async def take(session: AsyncSession, limit: int) -> list[Access]:
    """Take the oldest pending accesses away, to be appended; none while another process is at it."""
    if not (await session.execute(_LOCK)).scalar_one():
        return []
    return sorted((Access(*row) for row in await session.execute(_TAKE, {"limit": limit})), key=lambda a: a.access_id)


async def append(session: AsyncSession, taken: Sequence[Access]) -> None:
    """Append accesses to the chain."""
    last = (await session.execute(_LAST)).one_or_none()
    position, digest = (last.position, bytes(last.hash)) if last else (0, GENESIS)
    columns: dict[str, list[object]] = {name: [] for name in (*Access.__slots__, "position", "hash")}
    for access in taken:
        position += 1
        digest = chained(digest, position, access)
        for name in Access.__slots__:
            columns[name].append(getattr(access, name))
        columns["position"].append(position)
        columns["hash"].append(digest)
    await session.execute(_APPEND, columns)


async def cards_of(session: AsyncSession, citizen_id: UUID) -> Sequence[UUID]:
    """The ids of a citizen's cards, old ones among them."""
    return (await session.execute(_CARDS, {"citizen_id": citizen_id})).scalars().all()


async def of_citizen(session: AsyncSession, citizen_id: UUID, page: Paging[UUID]) -> list[Access]:
    """The accesses to a citizen's record from before there was a record in every service, the newest first."""
    return [Access(*row) for row in await session.execute(_OF_CITIZEN, {"citizen_id": citizen_id} | page.bounds)]
