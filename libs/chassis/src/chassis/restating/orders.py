"""Orders to tell a subject again: every statement about them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from chassis.ids import new_id

FIRST = UUID(int=0)
_COLUMNS = (
    "restatement_id, subject, state, ordered_by, reason, ordered_at, begun_at, finished_at, done_key, told, expected"
)
# One that waits covers whatever is asked for before it begins.
_ORDER = text(
    "INSERT INTO restatement (restatement_id, subject, state, ordered_by, reason)"
    " VALUES (:restatement_id, :subject, 'waiting', :ordered_by, :reason)"
    " ON CONFLICT (subject) WHERE state = 'waiting' DO NOTHING"
)
_WAITING = text(f"SELECT {_COLUMNS} FROM restatement WHERE subject = :subject AND state = 'waiting'")  # noqa: S608
_CLAIM = text(
    f"SELECT {_COLUMNS} FROM restatement WHERE state IN ('running', 'waiting')"  # noqa: S608
    " ORDER BY state, ordered_at, restatement_id LIMIT 1 FOR UPDATE SKIP LOCKED"
)
_BEGIN = text(
    "UPDATE restatement SET state = 'running', begun_at = clock_timestamp(), expected = :expected"
    " WHERE restatement_id = :restatement_id"
)
_ADVANCE = text(
    "UPDATE restatement SET told = told + :told, done_key = :done_key WHERE restatement_id = :restatement_id"
)
_END = text(
    "UPDATE restatement SET state = :state, finished_at = clock_timestamp() WHERE restatement_id = :restatement_id"
)
_LATEST = text(
    f"SELECT {_COLUMNS} FROM restatement ORDER BY ordered_at DESC, restatement_id DESC LIMIT :limit"  # noqa: S608
)


@dataclass(frozen=True)
class Order:
    """An order: waiting, running, done or dropped; `done_key` is the last row that was told, `expected` how many there
    were when it began."""

    restatement_id: UUID
    subject: str
    state: str
    ordered_by: str
    reason: str
    ordered_at: datetime
    begun_at: datetime | None
    finished_at: datetime | None
    done_key: UUID | None
    told: int
    expected: int | None


async def order(session: AsyncSession, subject: str, ordered_by: str, reason: str) -> Order:
    """Order that a subject be told again; an order for it that waits is this one, too."""
    given = {"restatement_id": new_id(), "subject": subject, "ordered_by": ordered_by, "reason": reason}
    while True:
        await session.execute(_ORDER, given)
        if row := (await session.execute(_WAITING, {"subject": subject})).one_or_none():
            return Order(*row)


async def claim(session: AsyncSession) -> Order | None:
    """The order under way, or the oldest that waits, locked until the commit; None where no other is left."""
    row = (await session.execute(_CLAIM)).one_or_none()
    return Order(*row) if row else None


async def begin(session: AsyncSession, restatement_id: UUID, expected: int) -> None:
    """Say that an order is under way."""
    await session.execute(_BEGIN, {"restatement_id": restatement_id, "expected": expected})


async def advance(session: AsyncSession, restatement_id: UUID, told: int, done_key: UUID) -> None:
    """Add rows to what was told."""
    await session.execute(_ADVANCE, {"restatement_id": restatement_id, "told": told, "done_key": done_key})


async def end(session: AsyncSession, restatement_id: UUID, state: str) -> None:
    """Say that an order is done, or was dropped because nobody knows its subject."""
    await session.execute(_END, {"restatement_id": restatement_id, "state": state})


async def latest(session: AsyncSession, limit: int) -> list[Order]:
    """The latest orders, the newest first."""
    return [Order(*row) for row in await session.execute(_LATEST, {"limit": limit})]
