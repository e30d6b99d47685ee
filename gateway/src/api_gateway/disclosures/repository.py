"""Every SQL statement of disclosures."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Row, text
from sqlalchemy.ext.asyncio import AsyncSession

_OFFICES = text("SELECT authority_id, name_en, name_ar FROM authority")
_ASK = text(
    "INSERT INTO disclosure_delay (delay_id, citizen_id, case_number, reason, until, asked_by, asked_at)"
    " VALUES (:delay_id, :citizen_id, :case_number, :reason, :until, :asked_by, :asked_at)"
)
_DECIDE = text(
    "UPDATE disclosure_delay SET decided_by = :decided_by, decided_at = :decided_at"
    " WHERE delay_id = :delay_id AND decided_by IS NULL"
)
_FIND = text("SELECT * FROM disclosure_delay WHERE delay_id = :delay_id AND citizen_id = :citizen_id")
_OF = text(
    "SELECT d.*, p.proposal_id, p.digest, p.state AS proposal_state FROM disclosure_delay d"
    " LEFT JOIN proposal p ON p.kind = 'disclosure-delay' AND p.subject = d.delay_id::text"
    " WHERE d.citizen_id = :citizen_id ORDER BY d.asked_at DESC"
)
_LOCK = text("SELECT * FROM disclosure_delay WHERE delay_id = :delay_id FOR UPDATE")
_IN_FORCE = text(
    "SELECT case_number FROM disclosure_delay"
    " WHERE citizen_id = :citizen_id AND decided_by IS NOT NULL AND until > :today"
)


async def offices(session: AsyncSession) -> Mapping[str, tuple[str, str]]:
    """The names of all authorities in English and Arabic."""
    return {row.authority_id: (row.name_en, row.name_ar) for row in await session.execute(_OFFICES)}


async def ask(session: AsyncSession, values: Mapping[str, object]) -> None:
    """Write a delay that somebody asks for."""
    await session.execute(_ASK, dict(values))


async def find(session: AsyncSession, citizen_id: UUID, delay_id: UUID) -> Row[Any] | None:
    """A delay of a citizen's."""
    return (await session.execute(_FIND, {"delay_id": delay_id, "citizen_id": citizen_id})).one_or_none()


async def lock(session: AsyncSession, delay_id: UUID) -> Row[Any] | None:
    """A delay, its row held until the end of the transaction."""
    return (await session.execute(_LOCK, {"delay_id": delay_id})).one_or_none()


async def of_citizen(session: AsyncSession, citizen_id: UUID) -> Sequence[Row[Any]]:
    """The delays of a citizen's disclosures, each with its proposal, the newest first."""
    return (await session.execute(_OF, {"citizen_id": citizen_id})).all()


async def decide(session: AsyncSession, delay_id: UUID, who: str, now: datetime) -> None:
    """Let a delay hold."""
    await session.execute(_DECIDE, {"delay_id": delay_id, "decided_by": who, "decided_at": now})


async def delayed(session: AsyncSession, citizen_id: UUID, today: date) -> frozenset[str]:
    """The cases whose disclosures are held back from a citizen."""
    rows = await session.execute(_IN_FORCE, {"citizen_id": citizen_id, "today": today})
    return frozenset(rows.scalars())
