"""Another member becomes the head of a household."""

from __future__ import annotations

from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from card_service.dependencies import Dependencies
from card_service.registry.changes import members
from card_service.registry.changes.decided import Change, Decided, enter
from card_service.registry.changes.errors import AlreadyHead
from card_service.registry.changes.kinds import ChangeKind
from card_service.registry.models import Role


async def apply_head_change(
    session: AsyncSession, deps: Dependencies, decided: Decided, household_id: UUID, new_head: UUID, former_role: Role
) -> Change:
    """Make a member the head; the one before stays, as `former_role`.

    Raises NotFound, HouseholdEnded, NotInHousehold, AlreadyHead, FactInFuture, FactTooEarly or EffectiveMonthInvalid.
    """
    if former_role == "head":
        raise ValueError("a household has one head")
    await members.active(session, household_id)
    heir = await members.member(session, household_id, new_head, decided.fact_on)
    if heir.role == "head":
        raise AlreadyHead
    head = await members.head_of(session, household_id)
    former = await members.member(session, household_id, head.citizen_id, decided.fact_on)
    change = await enter(session, deps, ChangeKind.HEAD_CHANGED, decided, household_id, new_head)
    await members.give_role(session, change, former, former_role)
    events = await members.make_head(session, change, household_id, former.citizen_id, heir)
    await members.tell(session, deps, change, [household_id], events)
    return change
