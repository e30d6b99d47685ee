"""Somebody joins a household: a newborn, by marriage, or included."""

from __future__ import annotations

from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from card_service.dependencies import Dependencies
from card_service.registry import repository
from card_service.registry.changes import members
from card_service.registry.changes.decided import Change, Decided, enter
from card_service.registry.changes.kinds import ChangeKind
from card_service.registry.models import Role
from chassis.problems import NotFound

JOINS = frozenset({ChangeKind.NEWBORN, ChangeKind.MARRIAGE, ChangeKind.DIVORCE, ChangeKind.INCLUDED})


async def apply_join(
    session: AsyncSession,
    deps: Dependencies,
    kind: ChangeKind,
    decided: Decided,
    household_id: UUID,
    citizen_id: UUID,
    role: Role,
) -> Change:
    """Take a registered citizen, who belongs to no household, into one.

    Raises NotFound, HouseholdEnded, InAHousehold, Deceased, FactInFuture, FactTooEarly or EffectiveMonthInvalid.
    """
    if kind not in JOINS or role == "head":
        raise ValueError(f"{kind} as {role} is no way to join a household")
    household = await members.active(session, household_id)
    citizen = await repository.find_citizen(session, citizen_id, lock=True)
    if citizen is None:
        raise NotFound
    change = await enter(session, deps, kind, decided, household_id, citizen_id)
    events = await members.take_in(session, deps, change, household, citizen, role)
    await members.tell(session, deps, change, [household_id], events)
    return change
