"""Visits taken back by entries: the visit stays as it was, its co-payment goes back, its cap is free again."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy.engine import RowMapping
from sqlalchemy.ext.asyncio import AsyncSession

from approvals.kinds import Kind
from approvals.model import Proposal
from chassis import outbox
from chassis.area import Area
from chassis.principal import Principal
from contracts.event import Event
from contracts.health import CopaymentReversed, EncounterReversed
from contracts.scopes import Scope
from health_service.context import Runtime
from health_service.encounters import repository
from health_service.encounters.schemas import Reversal
from health_service.errors import EncounterUnknown, EntryReversed, ReversalTooLate
from health_service.proposals import PROPOSALS
from health_service.rules.copayment import period_of
from health_service.rules.keys import VISIT
from health_service.rules.reviews import OWED


async def by_provider(
    session: AsyncSession, runtime: Runtime, provider_id: UUID, encounter_id: UUID, reason: str, by: str
) -> Reversal:
    """Take back a visit of one's own soon after it was entered.

    Raises EncounterUnknown, EntryReversed, or ReversalTooLate where another person has to decide by then.
    """
    row = await repository.find(session, encounter_id, provider_id, lock=True)
    if row is None:
        raise EncounterUnknown()
    now = runtime.clock.now()
    days = runtime.state.figures_at(now).reversal_alone_days[VISIT]
    if now - row["recorded_at"] > timedelta(days=days):
        raise ReversalTooLate(
            f"A provider takes a visit back within {days} days.",
            detail_ar=f"تلغي الجهة الزيارة خلال عدد أيام أقصاه {days}.",
            days=days,
        )
    await take_back(session, runtime, row, reason, by, None, now)
    return Reversal(id=encounter_id, state="reversed")


async def propose(
    session: AsyncSession, runtime: Runtime, caller: Principal, encounter_id: UUID, reason: str
) -> Reversal:
    """Propose to take a visit of the caller's area back, for another to decide. EncounterUnknown, ProposalOpen."""
    row = await repository.find_any(session, encounter_id)
    if row is None:
        raise EncounterUnknown()
    area = Area(row["governorate"], row["district"])
    caller.bound.hold(area, EncounterUnknown)
    content = {"reason": reason, "copayment": row["copayment"], "insurer_part": row["insurer_part"]}
    made = await PROPOSALS.enter(
        session,
        runtime,
        caller,
        REVERSAL,
        str(encounter_id),
        content,
        area=area,
        amount=row["total"],
    )
    return Reversal(id=encounter_id, state="proposed", proposal_id=made.proposal_id)


async def take_back(
    session: AsyncSession,
    runtime: Runtime,
    row: RowMapping,
    reason: str,
    by: str,
    decided_by: str | None,
    now: datetime,
) -> None:
    """Enter that a visit was taken back, free its cap, and have what was paid given back. Raises EntryReversed."""
    entry = {"encounter_id": row["encounter_id"], "reason": reason, "by": by, "decided_by": decided_by, "at": now}
    if not await repository.add_reversal(session, **entry):
        raise EntryReversed()
    await free_case(session, runtime, row)
    told: list[Event] = []
    if row["household_id"] is not None and row["review"] != "open":
        if not row["trial"]:  # nobody was told of it
            told.append(_reversed(row, now))
        if row["copayment"] and row["copayment_state"] != OWED:
            told.append(_given_back(row))
    await repository.set_reversed(session, row["encounter_id"])
    await outbox.add(session, *told)


async def free_case(session: AsyncSession, runtime: Runtime, row: RowMapping) -> None:
    """Count a visit no more in the case or period it counted in."""
    if row["patient_id"] is None or not (row["copayment"] or row["cap_period"]):
        return
    period, counted = _period(runtime, row), {"amount": row["copayment"], "total": row["total"]}
    await repository.free_cap(session, row["patient_id"], row["service"], period, **counted)


def _period(runtime: Runtime, row: RowMapping) -> str:
    """The period whose cap a visit counted in; of one entered before that was kept, by the policies of its day."""
    if row["cap_period"] is not None:
        return str(row["cap_period"])
    tariff = runtime.state.figures.on(row["business_day"]).tariffs[row["service"]]
    case = row["referral_id"] or row["encounter_id"]
    return period_of(tariff, row["business_day"], case, row["encounter_id"])


def _reversed(row: RowMapping, now: datetime) -> EncounterReversed:
    return EncounterReversed(
        encounter_id=row["encounter_id"],
        citizen_id=row["patient_id"],
        household_id=row["household_id"],
        provider_id=row["provider_id"],
        service=row["service"],
        reversed_at=now,
    )


def _given_back(row: RowMapping) -> CopaymentReversed:
    return CopaymentReversed(
        copayment_id=row["copayment_id"],
        encounter_id=row["encounter_id"],
        citizen_id=row["payer_id"],
        household_id=row["household_id"],
        card_id=row["card_id"],
        provider_id=row["provider_id"],
        amount=row["copayment"],
    )


async def _execute(session: AsyncSession, runtime: Runtime, proposal: Proposal, decider: Principal) -> None:
    row = await repository.find_any(session, UUID(proposal.subject), lock=True)
    if row is None:
        raise EncounterUnknown()
    said: Any = proposal.content
    proposer = proposal.acts[0].actor.who
    await take_back(session, runtime, row, said["reason"], proposer, decider.subject, runtime.clock.now())


REVERSAL: Kind[Runtime] = PROPOSALS.kinds.declare(
    Kind(name="visit-reversal", enters=Scope.COVERAGE_WRITE, decides=Scope.COVERAGE_WRITE, execute=_execute)
)
