"""What notify-service keeps at hand in one process."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated, TypeAlias

from fastapi import Depends

from chassis import runtime
from chassis.clock import Clock
from chassis.sealing import Vault
from notify_service.rules import Rules
from notify_service.settings import Settings
from policybook.snapshot import Snapshot

if TYPE_CHECKING:
    from notify_service.channels.choice import Channels


@dataclass(frozen=True)
class Context:
    """One process's own objects. `vault` seals and opens personal data; by `channels` messages leave."""

    settings: Settings
    vault: Vault
    clock: Clock
    policies: Snapshot[Rules]
    channels: Channels

    @property
    def rules(self) -> Rules:
        """The rules of today."""
        return self.policies.figures.on(self.clock.today())


Runtime: TypeAlias = runtime.Runtime[Context]
Running = Annotated[Runtime, Depends(runtime.running(Context))]
