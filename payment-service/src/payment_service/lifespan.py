"""What payment-service holds while it runs: the ledger's lanes."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from chassis.runtime import Resources
from payment_service.context import Context
from payment_service.ledger.accounts import Opened
from payment_service.ledger.lanes import ledger
from payment_service.settings import Settings


@asynccontextmanager
async def lifespan(resources: Resources, settings: Settings) -> AsyncIterator[Context]:
    """Open the lanes; close them in the end."""
    async with ledger(resources, settings).running() as lanes:
        yield Context(settings, lanes, Opened(resources.pool))
