"""What health-service has decided by two persons: its policies, and the kinds that other packages declare."""

from __future__ import annotations

from sqlalchemy.ext.asyncio import AsyncSession

from approvals.kinds import Kinds
from approvals.operations import KINDS
from approvals.service import Proposals
from health_service.context import Runtime
from health_service.coverage import repository as coverage
from health_service.rules.figures import read_figures
from health_service.rules.keys import KEYS
from policybook.book import Policy
from policybook.desk import PolicyDesk


async def _look_again(session: AsyncSession, _: Runtime, policy: Policy) -> None:
    """A new figure may change any family's cover from its first day on: all are looked at then."""
    await coverage.look_at_all(session, policy.effective_from)


DESK: PolicyDesk[Runtime] = PolicyDesk(
    service="health",
    keys=KEYS,
    read=read_figures,
    book=lambda runtime: runtime.state.snapshot.book,
    published=_look_again,
    withdrawn=_look_again,
)
PROPOSALS: Proposals[Runtime] = Proposals(Kinds(DESK.terms, *DESK.kinds, *KINDS))
