"""Looking after the ledger: holds that ran out are given up, old answers forgotten."""

from __future__ import annotations

import asyncio
import time
from datetime import timedelta

import asyncpg
from sqlalchemy.exc import SQLAlchemyError

from chassis.faults import Busy
from chassis.logging import get_logger
from chassis.refusals import Refusal
from payment_service.context import Runtime
from payment_service.ledger import repository
from payment_service.payments import service

log = get_logger(__name__)

AT_ONCE = 500
PRUNE_EVERY_SECONDS = 3600.0


async def keep_house(runtime: Runtime) -> None:
    """Expire holds every second, forget old answers every hour, for ever."""
    pruned_at = 0.0
    settings = runtime.state.settings
    while True:
        try:
            await expire_holds(runtime)
            if time.monotonic() - pruned_at > PRUNE_EVERY_SECONDS:
                await repository.prune_answers(runtime.pool, settings.answer_days)
                pruned_at = time.monotonic()
        except (OSError, SQLAlchemyError, asyncpg.PostgresError, asyncpg.InterfaceError, Busy) as error:
            log.warning("upkeep interrupted", error=type(error).__name__)
        await asyncio.sleep(settings.expiry_poll_seconds)


async def expire_holds(runtime: Runtime) -> int:
    """Give up holds that ran out longer ago than the grace their sale's event is given. Returns how many."""
    grace = timedelta(seconds=runtime.state.settings.hold_grace_seconds)
    async with runtime.sessions() as session:
        overdue = await repository.overdue(session, runtime.clock.now() - grace, AT_ONCE)
    outcomes = await asyncio.gather(*(service.expire(runtime, payment_id) for payment_id in overdue))
    return sum(1 for outcome in outcomes if not isinstance(outcome, Refusal))
