"""A household ends."""

from __future__ import annotations

from datetime import date
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from card_service.dependencies import CloseCards, Dependencies
from card_service.registry import repository
from card_service.registry.changes import members
from card_service.registry.changes.decided import Change, Decided, enter
from card_service.registry.changes.kinds import ChangeKind
from contracts.event import Event

_END = text(
    "UPDATE household SET status = 'ended', ended_on = :day, end_reason = :reason, members = 0"
    " WHERE household_id = :household_id"
)


async def close(session: AsyncSession, household_id: UUID, day: date, reason: str) -> None:
    """Mark a household that nobody belongs to any more as ended."""
    await session.execute(_END, {"household_id": household_id, "day": day, "reason": reason})


async def apply_end(
    session: AsyncSession, deps: Dependencies, decided: Decided, household_id: UUID, close_cards: CloseCards
) -> Change:
    """End a household: everybody leaves it, their cards are closed, this month's pots stay what they are.

    Raises NotFound, HouseholdEnded, FactInFuture, FactTooEarly or EffectiveMonthInvalid.
    """
    await members.active(session, household_id)
    change = await enter(session, deps, ChangeKind.ENDED, decided, household_id)
    events: list[Event] = []
    for one in await repository.members(session, household_id):
        citizen = await members.member(session, household_id, one.citizen_id, decided.fact_on)
        await close_cards(session, citizen.citizen_id, deps.now(), decided.decided_by)
        events.extend(await members.let_go(session, deps, change, citizen))
    await close(session, household_id, decided.fact_on, decided.reason or ChangeKind.ENDED)
    await members.tell(session, deps, change, [household_id], events)
    return change
