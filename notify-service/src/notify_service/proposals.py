"""What notify-service has decided by two persons: its policies, and the kinds that other packages declare."""

from __future__ import annotations

from approvals.kinds import Kinds
from approvals.operations import KINDS
from approvals.service import Proposals
from notify_service.context import Runtime
from notify_service.keys import KEYS
from notify_service.rules import read_rules
from policybook.desk import PolicyDesk

DESK: PolicyDesk[Runtime] = PolicyDesk(
    service="notify",
    keys=KEYS,
    read=read_rules,
    book=lambda runtime: runtime.state.policies.book,
)
PROPOSALS: Proposals[Runtime] = Proposals(Kinds(DESK.terms, *DESK.kinds, *KINDS))
