"""What health-service keeps at hand in one process."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Annotated, TypeAlias

from fastapi import Depends

from chassis import runtime
from chassis.clock import business_day
from chassis.holder_proofs.keys import ProofKeys
from chassis.sealing import Vault
from health_service.settings import Settings
from policybook.days import ByDay
from policybook.snapshot import Snapshot

if TYPE_CHECKING:
    from health_service.rules.figures import Figures


@dataclass
class Context:
    """One process's own objects."""

    settings: Settings
    snapshot: Snapshot[Figures]
    vault: Vault
    contacts: Vault
    proofs: ProofKeys

    @property
    def figures(self) -> ByDay[Figures]:
        """The figures of each day."""
        return self.snapshot.figures

    def figures_at(self, instant: datetime) -> Figures:
        """The figures of the business day an instant falls on."""
        return self.figures.on(business_day(instant))


Runtime: TypeAlias = runtime.Runtime[Context]
Running = Annotated[Runtime, Depends(runtime.running(Context))]
