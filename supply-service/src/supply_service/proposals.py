"""What supply-service has decided by two persons: its policies, and the kinds that other packages declare."""

from __future__ import annotations

from approvals.kinds import Kinds
from approvals.operations import KINDS
from approvals.service import Proposals
from policybook.desk import PolicyDesk
from supply_service.context import Runtime
from supply_service.policies.service import READ, published, withdrawn
from supply_service.rules.keys import KEYS

DESK: PolicyDesk[Runtime] = PolicyDesk(
    service="supply",
    keys=KEYS,
    read=READ,
    book=lambda runtime: runtime.state.snapshot.book,
    published=published,
    withdrawn=withdrawn,
)
PROPOSALS: Proposals[Runtime] = Proposals(Kinds(DESK.terms, *DESK.kinds, *KINDS))
