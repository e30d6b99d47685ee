"""The worker for days that were closed while no policy gave their rate."""

from __future__ import annotations

import asyncio
from uuid import UUID

from sqlalchemy.exc import SQLAlchemyError

from chassis.logging import get_logger
from supply_service.context import Runtime
from supply_service.settlements import service

log = get_logger(__name__)

EVERY_SECONDS = 5.0
FIRST = UUID(int=0)


async def settle_waiting(runtime: Runtime) -> None:
    """Try again, for ever, what waits for a rate, whenever the policies have changed."""
    tried = -1
    while True:
        await asyncio.sleep(EVERY_SECONDS)
        version = runtime.state.snapshot.book.version
        if version == tried:
            continue
        try:
            await settle_all(runtime)
            tried = version
        except (OSError, SQLAlchemyError) as error:
            log.warning("settlements wait", error=type(error).__name__)


async def settle_all(runtime: Runtime) -> None:
    """Try everything that waits, one transaction each."""
    after: UUID | None = FIRST
    while after is not None:
        async with runtime.sessions() as session, session.begin():
            after = await service.settle_next_waiting(session, runtime, after)
    runtime.wake_relay()
