"""The worker that keeps the queue sound: contacts that came late, leases that ran out, messages too old, retention."""

from __future__ import annotations

import asyncio
from datetime import datetime, timedelta

from sqlalchemy.exc import SQLAlchemyError

from chassis.logging import get_logger
from chassis.runtime import Runtime
from notify_service import metrics, policy, repository, service
from notify_service.inquiries import repository as inbound
from notify_service.runtime import settings_of

log = get_logger(__name__)

CHUNK = 5000


async def keep_queue(runtime: Runtime) -> None:
    """Look after the queue for ever. A worker of the service."""
    while True:
        try:
            await look_after(runtime)
        except (SQLAlchemyError, OSError) as error:
            log.warning("upkeep failed, trying again", error=type(error).__name__)
        await asyncio.sleep(settings_of(runtime).notify_upkeep_seconds)


async def look_after(runtime: Runtime) -> None:
    """One round. What is too old to be sent fails, and that is published."""
    now = runtime.clock.now()
    before = now - timedelta(days=policy.load().retention_days)
    async with runtime.sessions() as session, session.begin():
        await repository.release(session)
    await _expire(runtime, now)
    async with runtime.sessions() as session, session.begin():
        await repository.erase(session, before, CHUNK)
        await inbound.forget(session, before)
        waiting = await repository.waiting(session)
    for kind in policy.load().classes.values():
        metrics.QUEUED.labels(str(kind.priority)).set(waiting.get(kind.priority, 0))


async def _expire(runtime: Runtime, now: datetime) -> None:
    async with runtime.sessions() as session, session.begin():
        ended = await repository.expire(session, now, CHUNK)
        await service.announce(session, ended, permanent=frozenset())
    for row in ended:
        metrics.MESSAGES.labels(row.template, row.status).inc()
    if ended:
        runtime.wake_relay()
