"""Looking after the ledger: holds that ran out are given up, old answers forgotten."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from datetime import timedelta
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from chassis.clock import business_day
from chassis.isolation import Batches
from chassis.periodic import Periodic
from chassis.refusals import Refusal
from payment_service.context import Runtime
from payment_service.keys import HOLD_GRACE_SECONDS
from payment_service.ledger import repository
from payment_service.payments import service

AT_ONCE = 500
PRUNE_EVERY_SECONDS = 3600.0


async def _overdue(session: AsyncSession, runtime: Runtime, limit: int) -> Sequence[UUID]:
    """Holds that ran out longer ago than the grace their sale's event is given."""
    now = runtime.clock.now()
    grace = HOLD_GRACE_SECONDS.on(runtime.state.policies.book, business_day(now))
    return await repository.overdue(session, now - timedelta(seconds=grace), limit)


async def _expire(_: AsyncSession, runtime: Runtime, holds: Sequence[UUID]) -> None:
    outcomes = await asyncio.gather(*(service.expire(runtime, hold) for hold in holds), return_exceptions=True)
    for outcome in outcomes:
        if isinstance(outcome, BaseException) and not isinstance(outcome, Refusal):
            raise outcome


async def _prune(runtime: Runtime) -> None:
    await repository.prune_answers(runtime.pool, runtime.state.settings.answer_days)


HOLDS = Batches(repository.HOLDS, _overdue, _expire, lambda hold: hold, lambda _: AT_ONCE)
JOBS = (
    Periodic(HOLDS.worker, HOLDS.run, lambda runtime: runtime.state.settings.expiry_poll_seconds),
    Periodic("ledger_answers", _prune, PRUNE_EVERY_SECONDS),
)
