"""What supply-service has decided by two persons: its policies, and the kinds that other packages declare."""

from __future__ import annotations

from typing import Final

from approvals.kinds import Kinds
from approvals.operations import KINDS
from approvals.service import Proposals
from policybook.desk import PolicyDesk
from supply_service.context import Runtime
from supply_service.policies.modes import ModeNotKept, ensure_kept
from supply_service.policies.service import READ, published, withdrawn
from supply_service.rules.keys import KEYS
from supply_service.simulations import service as simulations

SHEET: Final = "paper-sheet"  # days reckon with how long one may wait for its decision
DESK: PolicyDesk[Runtime] = PolicyDesk(
    service="supply",
    keys=KEYS,
    read=READ,
    book=lambda runtime: runtime.state.snapshot.book,
    proposed=simulations.of_proposed,
    ready=simulations.ensure_simulated,
    published=published,
    withdrawn=withdrawn,
    check=ensure_kept,
    refusals=(ModeNotKept,),
    beside=simulations.beside,
)
PROPOSALS: Proposals[Runtime] = Proposals(Kinds(DESK.terms, *DESK.kinds, *KINDS))
