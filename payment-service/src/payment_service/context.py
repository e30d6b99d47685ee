"""What payment-service keeps at hand in one process."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import cast

from chassis.runtime import Runtime
from payment_service.ledger.accounts import Opened
from payment_service.ledger.lanes import Ledger
from payment_service.ledger.lanes import ledger as ledger_lanes
from payment_service.settings import Settings

EXTRA = "payment"


@dataclass
class Context:
    """One process's own objects."""

    settings: Settings
    ledger: Ledger
    accounts: Opened
    approved: asyncio.Event = field(default_factory=asyncio.Event)  # a payout batch, in this process


def of(runtime: Runtime) -> Context:
    """The context that belongs to a runtime."""
    return cast("Context", runtime.extra[EXTRA])


@asynccontextmanager
async def lifespan(runtime: Runtime) -> AsyncIterator[None]:
    """Open the lanes; close them in the end."""
    settings = cast("Settings", runtime.settings)
    ledger = ledger_lanes(runtime, settings)
    runtime.extra[EXTRA] = Context(settings, ledger, Opened(runtime.pool))
    async with ledger.running():
        yield
