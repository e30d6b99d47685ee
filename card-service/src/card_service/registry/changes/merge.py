"""Two households become one."""

from __future__ import annotations

from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from card_service.dependencies import CloseCards, Dependencies
from card_service.registry import repository
from card_service.registry.changes import members
from card_service.registry.changes.decided import Change, Decided, enter
from card_service.registry.changes.end import close
from card_service.registry.changes.errors import SameHousehold
from card_service.registry.changes.kinds import ChangeKind
from contracts.event import Event


async def apply_merge(
    session: AsyncSession, deps: Dependencies, decided: Decided, household_id: UUID, into: UUID, close_cards: CloseCards
) -> Change:
    """Let everybody of a household join another one, and end it. Its head is the other's member as any.

    Raises NotFound, HouseholdEnded, SameHousehold, FactInFuture, FactTooEarly or EffectiveMonthInvalid.
    """
    if household_id == into:
        raise SameHousehold
    locked = {one: await members.active(session, one) for one in sorted((household_id, into))}
    change = await enter(session, deps, ChangeKind.MERGED, decided, household_id)
    events: list[Event] = []
    for one in await repository.members(session, household_id):
        citizen = await members.member(session, household_id, one.citizen_id, decided.fact_on)
        await close_cards(session, citizen.citizen_id, deps.now(), decided.decided_by)
        events.extend(await members.let_go(session, deps, change, citizen))
        role = "other" if citizen.role is None or citizen.role == "head" else citizen.role
        moved = members.without_household(citizen)
        events.extend(await members.take_in(session, deps, change, locked[into], moved, role))
    await close(session, household_id, decided.fact_on, ChangeKind.MERGED)
    await members.tell(session, deps, change, [household_id, into], events)
    return change
