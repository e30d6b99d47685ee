"""Somebody leaves a household: by death, divorce, marriage or removal. The last one who leaves ends it."""

from __future__ import annotations

from uuid import UUID

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from card_service.dependencies import CloseCards, Dependencies
from card_service.registry.changes import members
from card_service.registry.changes.decided import Change, Decided, enter
from card_service.registry.changes.end import close
from card_service.registry.changes.errors import HeadNeeded
from card_service.registry.changes.kinds import ChangeKind
from card_service.registry.months import month_text
from contracts.card import PersonDied

LEAVES = frozenset({ChangeKind.DEATH, ChangeKind.DIVORCE, ChangeKind.MARRIAGE, ChangeKind.REMOVED})
_DIES = text("UPDATE citizen SET life = 'deceased', died_on = :day WHERE citizen_id = :citizen_id")


async def apply_leave(
    session: AsyncSession,
    deps: Dependencies,
    kind: ChangeKind,
    decided: Decided,
    household_id: UUID,
    citizen_id: UUID,
    close_cards: CloseCards,
    *,
    new_head: UUID | None = None,
) -> Change:
    """Let a member go: cards are closed at once, the month's pots stay with the household.

    A head who leaves others behind names who is the head from now on. Raises NotFound, HouseholdEnded, NotInHousehold,
    HeadNeeded, Deceased, FactInFuture, FactTooEarly or EffectiveMonthInvalid.
    """
    if kind not in LEAVES:
        raise ValueError(f"{kind} is no way to leave a household")
    household = await members.active(session, household_id)
    citizen = await members.member(session, household_id, citizen_id, decided.fact_on)
    last = household.members == 1
    was_head = citizen.role == "head"
    if was_head and not last and (new_head is None or new_head == citizen_id):
        raise HeadNeeded(detail_ar="حدد من يصبح رب الأسرة.")
    change = await enter(session, deps, kind, decided, household_id, citizen_id)
    heir = await members.member(session, household_id, new_head, decided.fact_on) if was_head and new_head else None
    await close_cards(session, citizen_id, deps.now(), decided.decided_by)
    events = await members.let_go(session, deps, change, citizen)
    if kind is ChangeKind.DEATH:
        await session.execute(_DIES, {"day": decided.fact_on, "citizen_id": citizen_id})
        events.append(
            PersonDied(
                household_id=household_id,
                citizen_id=citizen_id,
                died_on=decided.fact_on,
                was_head=was_head,
                effective_month=month_text(change.month),
                change_id=change.change_id,
            )
        )
    if last:
        await close(session, household_id, decided.fact_on, kind)
    elif heir is not None:
        events.extend(await members.make_head(session, change, household_id, citizen_id, heir))
    await members.tell(session, deps, change, [household_id], events)
    return change
