"""Route by which contributions are taken back."""

from __future__ import annotations

from uuid import UUID

from approvals.errors import ProposalOpen
from chassis.auth import Caller
from chassis.db import Work
from chassis.routing import router
from contracts.scopes import Scope
from health_service import errors
from health_service.context import Running
from health_service.coverage.schemas import ContributionReversal, ContributionReversalIn
from health_service.reversals import service

routes = router(tags=["coverage"])


@routes.post(
    "/v1/contributions/{contribution_id}/reversal",
    scopes=Scope.CONTRIBUTIONS_WRITE,
    status_code=202,
    problems=(errors.ContributionUnknown, errors.EntryReversed, ProposalOpen),
    purpose="contribution",
)
async def reverse_contribution(
    runtime: Running, contribution_id: UUID, body: ContributionReversalIn, caller: Caller, session: Work
) -> ContributionReversal:
    """Take a contribution back by an entry, which another person decides; its months are paid no more then."""
    return await service.reverse(session, runtime, caller, contribution_id, body.reason)
