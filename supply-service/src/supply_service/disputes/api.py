"""Routes of what is in dispute of sales without a network."""

from __future__ import annotations

from datetime import timedelta
from typing import Annotated
from uuid import UUID

from fastapi import Query

from approvals.errors import ProposalOpen
from chassis.auth import Caller
from chassis.db import Reading, Work
from chassis.paging import Number, Paging, by_id
from chassis.places import GovernorateCode
from chassis.routing import router
from contracts.scopes import Scope
from supply_service.context import Running
from supply_service.disputes import service
from supply_service.disputes.repository import Listed
from supply_service.disputes.schemas import (
    Dispute,
    DisputeEvidence,
    DisputePage,
    DisputeState,
    Finding,
    FindingReply,
)
from supply_service.disputes.service import DisputeDecidedAlready, DisputeUnknown, DisputeWithdrawnAlready

routes = router(tags=["disputes"])

_SEEN_BY = (Scope.DISPUTES_WRITE, Scope.DISPUTES_APPROVE)


@routes.get("/v1/disputes", scopes=(*_SEEN_BY, Scope.DAYS_CLOSE), purpose="dispute")
async def list_disputes(
    runtime: Running,
    caller: Caller,
    session: Reading,
    page: Annotated[Paging[UUID], by_id(100, 500)],
    state: DisputeState | None = None,
    outlet_id: UUID | None = None,
    governorate: Annotated[GovernorateCode | None, Query()] = None,
    older_days: Annotated[Number | None, Query(ge=1, le=3650, description="found more days ago")] = None,
) -> DisputePage:
    """What outlets claim beyond what was booked of their offline sales. A terminal sees its own outlet's."""
    before = None if older_days is None else runtime.clock.now() - timedelta(days=older_days)
    listed = Listed(state, outlet_id, governorate, before)
    found: list[Dispute] = await service.page(session, caller.bound, listed, page)
    return DisputePage.of(page, found, lambda dispute: dispute.dispute_id)


@routes.get("/v1/disputes/{dispute_id}", scopes=_SEEN_BY, purpose="dispute", problems=DisputeUnknown)
async def read_dispute(dispute_id: UUID, caller: Caller, session: Reading) -> DisputeEvidence:
    """A dispute with its evidence: the sale as it was signed, and what else the household had around that day."""
    return await service.read(session, caller, dispute_id)


@routes.post(
    "/v1/disputes/{dispute_id}/finding",
    scopes=Scope.DISPUTES_WRITE,
    status_code=202,
    problems=(DisputeUnknown, DisputeDecidedAlready, DisputeWithdrawnAlready, ProposalOpen),
)
async def find_dispute(
    runtime: Running, dispute_id: UUID, body: Finding, caller: Caller, session: Work
) -> FindingReply:
    """Say what becomes of a dispute; another person decides. Upheld, the household owes it and the outlet is paid."""
    proposal_id = await service.find(session, runtime, caller, dispute_id, body)
    return FindingReply(dispute_id=dispute_id, proposal_id=proposal_id)
