"""What the gateway has decided by two persons: its policies, and the kinds that other packages declare."""

from __future__ import annotations

from api_gateway.context import Runtime
from api_gateway.figures import KEYS
from approvals.kinds import Kinds
from approvals.operations import KINDS
from approvals.service import Proposals
from policybook.desk import PolicyDesk
from policybook.startup import whole_book

DESK: PolicyDesk[Runtime] = PolicyDesk(
    service="gateway",
    keys=KEYS,
    read=whole_book,
    book=lambda runtime: runtime.state.policies.book,
)
PROPOSALS: Proposals[Runtime] = Proposals(Kinds(DESK.terms, *DESK.kinds, *KINDS))
