"""What payment-service keeps at hand in one process."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Annotated, TypeAlias

from fastapi import Depends

from chassis import runtime
from chassis.holder_proofs.keys import ProofKeys
from payment_service.settings import Settings
from policybook.book import PolicyBook
from policybook.snapshot import Snapshot

if TYPE_CHECKING:
    from payment_service.ledger.accounts import Opened
    from payment_service.ledger.lanes import Ledger
    from payment_service.payouts.payees import Register


@dataclass
class Context:
    """One process's own objects."""

    settings: Settings
    ledger: Ledger
    accounts: Opened
    policies: Snapshot[PolicyBook]
    register: Register
    proofs: ProofKeys
    approved: asyncio.Event = field(default_factory=asyncio.Event)  # a payout batch, in this process


Runtime: TypeAlias = runtime.Runtime[Context]
Running = Annotated[Runtime, Depends(runtime.running(Context))]
