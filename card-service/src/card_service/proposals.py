"""What card-service has decided by two persons: its policies, and the kinds that other packages declare."""

from __future__ import annotations

from approvals.kinds import Kinds
from approvals.operations import KINDS
from approvals.service import Proposals
from card_service.context import Runtime
from card_service.keys import KEYS
from policybook.desk import PolicyDesk
from policybook.startup import whole_book

DESK: PolicyDesk[Runtime] = PolicyDesk(
    service="card",
    keys=KEYS,
    read=whole_book,
    book=lambda runtime: runtime.state.dependencies.policies.book,
)
PROPOSALS: Proposals[Runtime] = Proposals(Kinds(DESK.terms, *DESK.kinds, *KINDS))
