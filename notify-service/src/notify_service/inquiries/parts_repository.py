"""Every SQL statement of parts of long messages from citizens."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

# What was dealt with is known for a while: a part that is brought again in it is no other message's.
_FORGET = text(
    "DELETE FROM inbound_part WHERE handled_at IS NOT NULL"
    " AND handled_at <= clock_timestamp() - make_interval(secs => :wait)"
)
# One that comes after its message was read without it adds nothing.
_PUT = text(
    """
    INSERT INTO inbound_part (part_id, provider, number_hash, reference, total, place, came_at, handled_at, sealed)
    SELECT :part_id, :provider, :number_hash, :reference, :total, :place, clock_timestamp(), late.handled_at,
           CASE WHEN late.handled_at IS NULL THEN CAST(:sealed AS bytea) END
    FROM (SELECT max(p.handled_at) AS handled_at FROM inbound_part p
          WHERE p.provider = :provider AND p.number_hash = :number_hash AND p.reference = :reference
            AND p.total = :total) late
    ON CONFLICT (provider, number_hash, reference, total, place) DO NOTHING RETURNING part_id
    """
)
# Messages all of whose parts are there, and those whose first part has waited long enough.
_READY = text(
    """
    WITH ready AS (
        SELECT provider, number_hash, reference, total FROM inbound_part
        GROUP BY provider, number_hash, reference, total
        HAVING bool_and(handled_at IS NULL)
           AND (count(*) = total OR min(came_at) <= clock_timestamp() - make_interval(secs => :wait))
        ORDER BY min(came_at) LIMIT :limit
    )
    SELECT p.part_id, p.provider, p.number_hash, p.reference, p.total, p.place, p.sealed
    FROM inbound_part p JOIN ready USING (provider, number_hash, reference, total)
    ORDER BY provider, number_hash, reference, total, place
    """
)
_HANDLED = text(
    "UPDATE inbound_part SET handled_at = clock_timestamp(), sealed = NULL WHERE part_id = ANY(CAST(:ids AS uuid[]))"
)


class Key(NamedTuple):
    """What the parts of one message have in common."""

    provider: str
    number_hash: bytes
    reference: int
    total: int


@dataclass(frozen=True, slots=True)
class StoredPart:
    """A part as it is kept."""

    part_id: UUID
    key: Key
    place: int
    sealed: bytes


async def forget(session: AsyncSession, wait: float) -> None:
    """Forget parts that were dealt with so many seconds ago."""
    await session.execute(_FORGET, {"wait": wait})


async def put(session: AsyncSession, part: StoredPart) -> bool:
    """Keep a part; False where it is there already."""
    values = part.key._asdict() | {"part_id": part.part_id, "place": part.place, "sealed": part.sealed}
    return (await session.execute(_PUT, values)).scalar_one_or_none() is not None


async def ready(session: AsyncSession, wait: float, limit: int) -> Sequence[StoredPart]:
    """The parts of up to `limit` messages that are whole, or have waited so many seconds; those of one together."""
    rows = await session.execute(_READY, {"wait": wait, "limit": limit})
    return [
        StoredPart(
            row.part_id,
            Key(row.provider, bytes(row.number_hash), row.reference, row.total),
            row.place,
            bytes(row.sealed),
        )
        for row in rows
    ]


async def handled(session: AsyncSession, part_ids: Sequence[UUID]) -> None:
    """Note that parts were dealt with; their words are not kept."""
    await session.execute(_HANDLED, {"ids": list(part_ids)})
