"""What notify-service keeps at hand in one process."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Annotated, TypeAlias

from fastapi import Depends

from chassis import runtime
from chassis.sealing import Vault
from notify_service.settings import Settings


@dataclass(frozen=True)
class Context:
    """One process's own objects. `vault` seals and opens personal data."""

    settings: Settings
    vault: Vault


Runtime: TypeAlias = runtime.Runtime[Context]
Running = Annotated[Runtime, Depends(runtime.running(Context))]


@asynccontextmanager
async def lifespan(_: runtime.Resources, settings: Settings) -> AsyncIterator[Context]:
    """Prepare the keys once."""
    yield Context(settings, settings.vault())
