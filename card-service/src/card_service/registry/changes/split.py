"""A household splits: some of its members found one of their own (the ministry's social separation)."""

from __future__ import annotations

from collections.abc import Mapping
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from card_service.dependencies import CloseCards, Dependencies
from card_service.registry.changes import members
from card_service.registry.changes.decided import Change, Decided, enter
from card_service.registry.changes.errors import HeadNeeded, NobodyStays
from card_service.registry.changes.kinds import ChangeKind
from card_service.registry.models import Role
from chassis.ids import new_id
from contracts.event import Event

# Where it lives and where its card is of are those of the household before; a move or transfer is a change of its own.
_FOUND = text(
    "INSERT INTO household (household_id, governorate, district, address, members, revision, issued_in, legal_basis,"
    " registered_at) SELECT :household_id, governorate, district, address, :members, 1, issued_in, legal_basis, :now"
    " FROM household WHERE household_id = :before"
)


async def apply_split(
    session: AsyncSession,
    deps: Dependencies,
    decided: Decided,
    household_id: UUID,
    roles: Mapping[UUID, Role],
    close_cards: CloseCards,
    *,
    new_head: UUID | None = None,
    kind: ChangeKind = ChangeKind.SPLIT,
) -> tuple[Change, UUID]:
    """Let members found a household: the change and the new household. `roles`: theirs in it, one of them the head.

    They count in the one before until the end of the month, so the first pots of the new one are the next month's. A
    head who leaves names with `new_head` who follows. Raises NotFound, HouseholdEnded, NotInHousehold, HeadNeeded,
    NobodyStays, FactInFuture, FactTooEarly or EffectiveMonthInvalid.
    """
    household = await members.active(session, household_id)
    if list(roles.values()).count("head") != 1:
        raise HeadNeeded(detail_ar="حدد رب أسرة واحداً للأسرة الجديدة.")
    if len(roles) >= household.members:
        raise NobodyStays
    leaving = [await members.member(session, household_id, one, decided.fact_on) for one in sorted(roles)]
    former = next((one for one in leaving if one.role == "head"), None)
    if former is not None and (new_head is None or new_head in roles):
        raise HeadNeeded(detail_ar="حدد من يصبح رب الأسرة الباقية.")
    change = await enter(session, deps, kind, decided, household_id)
    heir = await members.member(session, household_id, new_head, decided.fact_on) if former and new_head else None
    founded = new_id()
    await session.execute(
        _FOUND, {"household_id": founded, "before": household_id, "members": len(roles), "now": deps.now()}
    )
    fresh = await members.active(session, founded)
    events: list[Event] = []
    for citizen in leaving:
        await close_cards(session, citizen.citizen_id, deps.now(), decided.decided_by)
        events.extend(await members.let_go(session, deps, change, citizen))
    for citizen in leaving:
        moved = members.without_household(citizen)
        events.extend(await members.take_in(session, deps, change, fresh, moved, roles[citizen.citizen_id]))
    if former is not None and heir is not None:
        events.extend(await members.make_head(session, change, household_id, former.citizen_id, heir))
    await members.tell(session, deps, change, [household_id, founded], events)
    return change, founded
