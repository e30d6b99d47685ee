"""What time alone changes: cover that begins, and cover that is suspended when the grace is over."""

from __future__ import annotations

import asyncio

from sqlalchemy.exc import SQLAlchemyError

from chassis.clock import business_day
from chassis.logging import get_logger
from health_service.context import Runtime
from health_service.coverage import repository, service

log = get_logger(__name__)


async def keep_standing(runtime: Runtime) -> None:
    """Look for families whose cover time has changed, for ever."""
    seconds = runtime.state.settings.standing_poll_seconds
    while True:
        try:
            while await settle_due(runtime):
                runtime.wake_relay()
        except (OSError, SQLAlchemyError) as error:
            log.warning("cover not looked at", error=type(error).__name__)
        await asyncio.sleep(seconds)


async def settle_due(runtime: Runtime) -> int:
    """Settle one chunk of the families that are due today. Returns how many."""
    chunk = runtime.state.settings.standing_chunk
    async with runtime.sessions() as session, session.begin():
        due = await repository.due(session, business_day(runtime.clock.now()), chunk)
        await service.settle(session, runtime, due)
    return len(due)
