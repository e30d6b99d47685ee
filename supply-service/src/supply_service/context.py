"""What supply-service keeps at hand in one process, and how it stays fresh."""

from __future__ import annotations

import asyncio
import time
from dataclasses import dataclass
from datetime import date
from typing import Annotated, TypeAlias
from uuid import UUID

from fastapi import Depends

from chassis import runtime
from chassis.holder_proofs.keys import ProofKeys
from chassis.sealing import Vault
from chassis.signing import Signer
from supply_service.cards.credential import CredentialKeys
from supply_service.places.registry import KnownTerminal, Registry
from supply_service.policies.snapshot import Snapshot
from supply_service.sales.lanes import SaleLanes
from supply_service.sales.refused import Refused
from supply_service.sales.unproven import Unproven
from supply_service.settings import Settings

LOOK_AGAIN_SECONDS = 0.05

_TERMINALS = "SELECT version FROM change_counter WHERE subject = 'terminals'"


@dataclass
class Context:
    """One process's own objects."""

    settings: Settings
    snapshot: Snapshot
    registry: Registry
    lanes: SaleLanes
    credentials: CredentialKeys
    proofs: ProofKeys
    unproven: Unproven
    refused: Refused
    uploads: asyncio.Semaphore
    contacts: Vault
    configurations: Signer
    looked_at: float = 0.0
    due: tuple[date, float] | None = None  # the day that the clock closes, and since when that is the one
    opening_batch: int = 0  # households in the next step of opening a month; 0: as the settings say
    settled_by: int = -1  # the version of the policies by which what waited for a rate was last tried

    async def terminal(self, resources: runtime.Resources, terminal_id: UUID) -> KnownTerminal | None:
        """A terminal; one that is not known here is looked up at once, it may have been registered just now."""
        found = self.registry.find(terminal_id)
        if found is None and time.monotonic() - self.looked_at > LOOK_AGAIN_SECONDS:
            self.looked_at = time.monotonic()
            await self.registry.refresh(resources.sessions)
            found = self.registry.find(terminal_id)
        return found

    async def refresh_policies(self, resources: runtime.Resources) -> None:
        """Read the policies again where their version has grown."""
        await self.snapshot.refresh(resources)

    async def refresh_terminals(self, resources: runtime.Resources) -> None:
        """Read the terminals again where their version has grown."""
        terminals = int(await resources.pool.fetchval(_TERMINALS))
        if terminals != self.registry.version:
            await self.registry.refresh(resources.sessions, terminals)


Runtime: TypeAlias = runtime.Runtime[Context]
Running = Annotated[Runtime, Depends(runtime.running(Context))]
