"""Contributions taken back by entries: what was entered stays, the months it paid for are paid no more."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy.engine import RowMapping
from sqlalchemy.ext.asyncio import AsyncSession

from approvals.kinds import Kind
from approvals.model import Proposal
from chassis.area import OF_THE_NATION
from chassis.principal import Principal
from contracts.scopes import Scope
from health_service.cards import repository as cards
from health_service.context import Runtime
from health_service.coverage import repository
from health_service.coverage import service as coverage
from health_service.coverage.schemas import ContributionReversal
from health_service.errors import ContributionUnknown, EntryReversed
from health_service.proposals import PROPOSALS
from health_service.rules.keys import CONTRIBUTION


async def reverse(
    session: AsyncSession, runtime: Runtime, caller: Principal, contribution_id: UUID, reason: str
) -> ContributionReversal:
    """Take a contribution back, or propose it for another person to decide, as the policies say.

    Raises ContributionUnknown, EntryReversed or ProposalOpen.
    """
    row = await _known(session, contribution_id)
    area = await cards.residence(session, row["household_id"]) or OF_THE_NATION
    caller.bound.hold(area, ContributionUnknown)
    if row["reversed"]:
        raise EntryReversed()
    now = runtime.clock.now()
    alone = timedelta(days=runtime.state.figures_at(now).reversal_alone_days[CONTRIBUTION])
    if row["recorded_by"] == caller.subject and now - row["recorded_at"] < alone:
        await _take_back(session, runtime, row, reason, caller.subject, None, now)
        return ContributionReversal(contribution_id=contribution_id, state="reversed")
    content = {
        "reason": reason,
        "amount": row["amount"],
        "first_month": row["first_month"].isoformat(),
        "months": row["months"],
    }
    made = await PROPOSALS.enter(
        session, runtime, caller, REVERSAL, str(contribution_id), content, area=area, amount=row["amount"]
    )
    return ContributionReversal(contribution_id=contribution_id, state="proposed", proposal_id=made.proposal_id)


async def _take_back(
    session: AsyncSession,
    runtime: Runtime,
    row: RowMapping,
    reason: str,
    by: str,
    decided_by: str | None,
    now: datetime,
) -> None:
    await repository.lock(session, [row["household_id"]])
    entry = {"contribution_id": row["contribution_id"], "reason": reason, "by": by, "decided_by": decided_by, "at": now}
    if not await repository.reverse_contribution(session, **entry):
        raise EntryReversed()
    await coverage.update_standing(session, runtime, [row["household_id"]])


async def _known(session: AsyncSession, contribution_id: UUID) -> RowMapping:
    row = await repository.find_contribution(session, contribution_id)
    if row is None:
        raise ContributionUnknown()
    return row


async def _execute(session: AsyncSession, runtime: Runtime, proposal: Proposal, decider: Principal) -> None:
    row = await _known(session, UUID(proposal.subject))
    said: Any = proposal.content
    proposer = proposal.acts[0].actor.who
    await _take_back(session, runtime, row, said["reason"], proposer, decider.subject, runtime.clock.now())


REVERSAL: Kind[Runtime] = PROPOSALS.kinds.declare(
    Kind(
        name="contribution-reversal",
        enters=Scope.CONTRIBUTIONS_WRITE,
        decides=Scope.COVERAGE_WRITE,
        execute=_execute,
    )
)
