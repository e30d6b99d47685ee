"""What notify-service keeps at hand in one process."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Annotated, TypeAlias

from fastapi import Depends

from chassis import runtime
from chassis.clock import Clock
from chassis.sealing import Vault
from notify_service.keys import KEYS
from notify_service.rules import Rules, read_rules
from notify_service.settings import Settings
from policybook.snapshot import Snapshot
from policybook.startup import open_book


@dataclass(frozen=True)
class Context:
    """One process's own objects. `vault` seals and opens personal data."""

    settings: Settings
    vault: Vault
    clock: Clock
    policies: Snapshot[Rules]

    @property
    def rules(self) -> Rules:
        """The rules of today."""
        return self.policies.figures.on(self.clock.today())


Runtime: TypeAlias = runtime.Runtime[Context]
Running = Annotated[Runtime, Depends(runtime.running(Context))]


@asynccontextmanager
async def lifespan(resources: runtime.Resources, settings: Settings) -> AsyncIterator[Context]:
    """Prepare the keys, enter the policy files."""
    policies = await open_book(resources, settings.policies, KEYS, read_rules)
    yield Context(settings, settings.vault(), resources.clock, policies)
