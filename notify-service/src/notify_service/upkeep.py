"""The worker that keeps the queue sound: leases, late answers, messages too old, late contacts, retention."""

from __future__ import annotations

import asyncio
import time

from sqlalchemy.exc import SQLAlchemyError

from chassis.logging import get_logger
from notify_service import metrics, policy, repository, service
from notify_service.context import Runtime
from notify_service.inquiries import balances
from notify_service.inquiries import repository as inbound

log = get_logger(__name__)

CHUNK = 5000


async def keep_queue(runtime: Runtime) -> None:
    """Look after the queue for ever. A worker of the service."""
    settings = runtime.state.settings
    swept_at = float("-inf")
    while True:
        try:
            await look_after(runtime)
            if time.monotonic() - swept_at >= settings.notify_sweep_seconds:
                swept_at = time.monotonic()
                await sweep(runtime)
        except (SQLAlchemyError, OSError) as error:
            log.warning("upkeep failed, trying again", error=type(error).__name__)
        await asyncio.sleep(settings.notify_upkeep_seconds)


async def look_after(runtime: Runtime) -> None:
    """What cannot wait: leases that ran out, answers that wait for a part, messages too old to be sent."""
    async with runtime.sessions() as session, session.begin():
        await repository.take_back_leases(session)
    async with runtime.sessions() as session, session.begin():
        await balances.answer_overdue(session, runtime.state.vault)
    await _expire(runtime)


async def sweep(runtime: Runtime) -> None:
    """What can: contacts that crossed with their messages, erasure after the retention, the gauges."""
    days = policy.load().retention_days
    async with runtime.sessions() as session, session.begin():
        await repository.release_missed(session)
        await repository.erase(session, days, CHUNK)
        await inbound.forget(session, days)
        waiting = await repository.waiting(session)
    for kind in policy.load().classes.values():
        metrics.QUEUED.labels(str(kind.priority)).set(waiting.get(kind.priority, 0))


async def _expire(runtime: Runtime) -> None:
    async with runtime.sessions() as session, session.begin():
        ended = await repository.expire(session, CHUNK)
        await service.announce(session, ended, permanent=frozenset())
    for row in ended:
        metrics.MESSAGES.labels(row.template, row.status).inc()
    if ended:
        runtime.wake_relay()
