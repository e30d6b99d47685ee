"""Members are kept out of a programme on a ground, taken into it, or reinstated."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from card_service.dependencies import Dependencies
from card_service.registry import memberships
from card_service.registry.changes import members
from card_service.registry.changes.decided import Change, Decided, enter
from card_service.registry.changes.errors import NothingToReinstate
from card_service.registry.changes.kinds import ChangeKind
from card_service.registry.months import ENTERED, Decision, Programme, month_text
from contracts.card import EntitlementDecided


async def apply_exclusion(
    session: AsyncSession,
    deps: Dependencies,
    decided: Decided,
    household_id: UUID,
    citizen_ids: Sequence[UUID],
    programme: Programme,
    ground: str,
) -> Change:
    """Keep members out of a programme on a ground (a code), until that ground is lifted.

    Raises NotFound, HouseholdEnded, NotInHousehold, FactInFuture, FactTooEarly or EffectiveMonthInvalid.
    """
    kind = ChangeKind.PROGRAMME_EXCLUDED
    return await _decide(session, deps, kind, decided, household_id, citizen_ids, programme, ground, counts=False)


async def apply_inclusion(
    session: AsyncSession,
    deps: Dependencies,
    decided: Decided,
    household_id: UUID,
    citizen_ids: Sequence[UUID],
    programme: Programme,
    ground: str = ENTERED,
    basis: str | None = None,
) -> Change:
    """Take members into a programme, or lift the ground on which they were kept out of it; other grounds stay.

    Raises NotFound, HouseholdEnded, NotInHousehold, FactInFuture, FactTooEarly or EffectiveMonthInvalid.
    """
    kind = ChangeKind.PROGRAMME_INCLUDED
    return await _decide(
        session, deps, kind, decided, household_id, citizen_ids, programme, ground, counts=True, basis=basis
    )


async def apply_reinstatement(
    session: AsyncSession, deps: Dependencies, decided: Decided, household_id: UUID, exclusion: UUID
) -> Change:
    """Take an exclusion back as if it had never been: the one change that reaches opened months, and is paid back.

    Raises NotFound, HouseholdEnded, NothingToReinstate, FactInFuture or EffectiveMonthInvalid.
    """
    await members.active(session, household_id)
    facts = await memberships.facts_of_households(session, [household_id])
    lost = [one for one in facts.decisions if one.change_id == exclusion and not one.counts]
    if not lost:
        raise NothingToReinstate
    first_lost = min(decided.fact_on, *(one.month for one in lost))
    change = await enter(session, deps, ChangeKind.REINSTATED, replace(decided, fact_on=first_lost), household_id)
    await _carry_out(
        session, deps, change, household_id, [_decision(change, o, counts=True, month=o.month) for o in lost]
    )
    return change


def _decision(change: Change, of: Decision, *, counts: bool, month: date) -> Decision:
    return Decision(
        change_id=change.change_id,
        citizen_id=of.citizen_id,
        programme=of.programme,
        ground=of.ground,
        counts=counts,
        month=month,
        basis=of.basis,
        decided_at=change.decided.decided_at,
    )


async def _decide(
    session: AsyncSession,
    deps: Dependencies,
    kind: ChangeKind,
    decided: Decided,
    household_id: UUID,
    citizen_ids: Sequence[UUID],
    programme: Programme,
    ground: str,
    *,
    counts: bool,
    basis: str | None = None,
) -> Change:
    await members.active(session, household_id)
    for citizen_id in sorted(set(citizen_ids)):
        await members.member(session, household_id, citizen_id, decided.fact_on)
    change = await enter(session, deps, kind, decided, household_id)
    at = decided.decided_at
    made = [
        Decision(change.change_id, citizen_id, programme, ground, counts, change.month, basis, at)
        for citizen_id in sorted(set(citizen_ids))
    ]
    await _carry_out(session, deps, change, household_id, made)
    return change


async def _carry_out(
    session: AsyncSession, deps: Dependencies, change: Change, household_id: UUID, made: Sequence[Decision]
) -> None:
    await memberships.decide(session, made)
    events = [
        EntitlementDecided(
            household_id=household_id,
            citizen_id=one.citizen_id,
            programme=one.programme,
            counts=one.counts,
            ground=one.ground,
            basis=one.basis,
            effective_month=month_text(one.month),
            decided_at=one.decided_at,
            paid_back=change.kind is ChangeKind.REINSTATED,
            change_id=one.change_id,
        )
        for one in made
    ]
    await members.tell(session, deps, change, [household_id], events)
