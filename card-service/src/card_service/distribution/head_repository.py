"""Every SQL statement of new heads of household who wait for a card."""

# ruff: noqa: S608 - a part of a statement takes only text of the modules around it
from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from typing import NamedTuple
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from card_service.cards.lifecycle import without_card
from chassis.isolation import not_aside

WORKER = "new_heads"

_WAITING = text(
    "SELECT w.household_id FROM head_waiting w WHERE (w.tried_on IS NULL OR w.tried_on < :today)"
    f" AND {not_aside(WORKER, 'w.household_id')} ORDER BY w.household_id LIMIT :limit FOR UPDATE OF w SKIP LOCKED"
)
# Who is still the head and has no card, and the phase of the newest card of a household the head has belonged to.
_HEADS = text(
    "SELECT h.household_id, w.citizen_id, h.governorate, h.district, p.phase_id, p.state <> 'paused' AS goes_on"
    " FROM head_waiting w JOIN household h USING (household_id)"
    " JOIN citizen c ON c.citizen_id = w.citizen_id AND c.household_id = h.household_id"
    " AND c.role = 'head' AND c.life = 'alive'"
    " JOIN LATERAL (SELECT f.phase_id, f.state FROM membership m JOIN card k ON k.household_id = m.household_id"
    "  JOIN rollout_phase f USING (phase_id) WHERE m.citizen_id = w.citizen_id AND f.governorate = h.governorate"
    "  ORDER BY k.card_id DESC LIMIT 1) p ON true"
    " WHERE w.household_id = ANY(CAST(:ids AS uuid[])) AND h.status = 'active'"
    f" AND {without_card('w.citizen_id')}"
    " ORDER BY p.phase_id, h.household_id"
)
_TRIED = text("UPDATE head_waiting SET tried_on = :today WHERE household_id = ANY(CAST(:ids AS uuid[]))")
_DONE = text("DELETE FROM head_waiting WHERE household_id = ANY(CAST(:ids AS uuid[]))")


class NewHead(NamedTuple):
    """A head of household who has no card; `goes_on`: the phase is not paused."""

    household_id: UUID
    citizen_id: UUID
    governorate: str
    district: str
    phase_id: UUID
    goes_on: bool


async def waiting(session: AsyncSession, today: date, limit: int) -> list[UUID]:
    """Households whose new heads have not been tried today, their entries locked."""
    return list((await session.execute(_WAITING, {"today": today, "limit": limit})).scalars())


async def heads(session: AsyncSession, households: Iterable[UUID]) -> list[NewHead]:
    """The new heads of households who are to be given a card, phase by phase."""
    return [NewHead(*row) for row in await session.execute(_HEADS, {"ids": list(households)})]


async def tried(session: AsyncSession, households: Iterable[UUID], today: date) -> None:
    """Let entries wait until tomorrow."""
    await session.execute(_TRIED, {"ids": list(households), "today": today})


async def done(session: AsyncSession, households: Iterable[UUID]) -> None:
    """Take entries out."""
    await session.execute(_DONE, {"ids": list(households)})
