"""Every SQL statement of activations that are taken back."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from card_service.database import record
from card_service.rollout.models import TakingBack

_TAKING = (
    "SELECT t.activation_id, a.phase_id, t.reason, t.approved_by, t.status, t.done_card, t.taken_back, t.left_alone"
    " FROM taking_back t JOIN activation a USING (activation_id)"
)
_FIND = text(f"{_TAKING} WHERE t.activation_id = :activation_id")
_CLAIM = text(
    f"{_TAKING} WHERE t.status IN ('queued', 'running') ORDER BY t.attempts, t.activation_id LIMIT 1"
    " FOR UPDATE OF t SKIP LOCKED"
)
_CREATE = text(
    "INSERT INTO taking_back (activation_id, reason, proposal_id, approved_by, status, created_at)"
    " VALUES (:activation_id, :reason, :proposal_id, :approved_by, 'queued', :now)"
    " ON CONFLICT DO NOTHING RETURNING activation_id"
)
_NEXT = text(
    "SELECT card_id, added FROM activated_card WHERE activation_id = :activation_id"
    " AND (CAST(:after AS uuid) IS NULL OR card_id > :after) ORDER BY card_id LIMIT :most"
)
_ADVANCE = text(
    "UPDATE taking_back SET done_card = coalesce(CAST(:done_card AS uuid), done_card), attempts = 0,"
    " taken_back = taken_back + :taken_back, left_alone = left_alone + :left_alone, finished_at = :finished_at,"
    " status = CASE WHEN CAST(:finished_at AS timestamptz) IS NULL THEN 'running' ELSE 'done' END"
    " WHERE activation_id = :activation_id"
)
_FAIL = text(
    "UPDATE taking_back SET attempts = attempts + 1,"
    " status = CASE WHEN attempts + 1 >= :max_attempts THEN 'failed' ELSE status END,"
    " finished_at = CASE WHEN attempts + 1 >= :max_attempts THEN clock_timestamp() END"
    " WHERE activation_id = :activation_id AND status IN ('queued', 'running')"
)


async def find(session: AsyncSession, activation_id: UUID) -> TakingBack | None:
    """How an activation is taken back, if it is."""
    row = (await session.execute(_FIND, {"activation_id": activation_id})).one_or_none()
    return record(TakingBack, row) if row else None


async def claim(session: AsyncSession) -> TakingBack | None:
    """The oldest one that is under way and that no other worker has at hand, its row locked."""
    row = (await session.execute(_CLAIM)).one_or_none()
    return record(TakingBack, row) if row else None


async def create(
    session: AsyncSession, activation_id: UUID, reason: str, proposal_id: UUID, approved_by: str, now: datetime
) -> bool:
    """Have an activation taken back; False where it is already."""
    values = {
        "activation_id": activation_id,
        "reason": reason,
        "proposal_id": proposal_id,
        "approved_by": approved_by,
        "now": now,
    }
    return (await session.execute(_CREATE, values)).scalar() is not None


async def following(session: AsyncSession, taking: TakingBack, most: int) -> dict[UUID, list[str]]:
    """The next cards of an activation, by their ids, with what each got by it."""
    values = {"activation_id": taking.activation_id, "after": taking.done_card, "most": most}
    return {row.card_id: list(row.added) for row in await session.execute(_NEXT, values)}


async def advance(
    session: AsyncSession, taking: TakingBack, cards: Collection[UUID], taken: int, finished_at: datetime | None
) -> None:
    """Add a chunk to its progress; with `finished_at` it is done."""
    values = {
        "activation_id": taking.activation_id,
        "done_card": max(cards, default=None),
        "taken_back": taken,
        "left_alone": len(cards) - taken,
        "finished_at": finished_at,
    }
    await session.execute(_ADVANCE, values)


async def fail(session: AsyncSession, activation_id: UUID, max_attempts: int) -> None:
    """Count a failed attempt; at `max_attempts` in a row it is given up."""
    await session.execute(_FAIL, {"activation_id": activation_id, "max_attempts": max_attempts})
