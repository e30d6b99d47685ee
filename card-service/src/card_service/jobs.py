"""Workers for jobs that are done chunk by chunk, each chunk in one transaction together with the job's progress.

A killed worker leaves a whole number of chunks behind; the next one goes on from there. A job's row is locked while a
chunk of it is under way, so that two workers never do the same chunk.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import TypeVar
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from card_service.context import Runtime
from chassis import metrics
from chassis.infrastructure_errors import is_infrastructure
from chassis.logging import get_logger
from chassis.periodic import Periodic

log = get_logger(__name__)

MAX_ATTEMPTS = 5
MAX_IDLE_SECONDS = 1.0

J = TypeVar("J")
Failure = Callable[[AsyncSession, UUID, int], Awaitable[None]]


def job(
    name: str,
    claim: Callable[[AsyncSession], Awaitable[J | None]],
    chunk: Callable[[AsyncSession, Runtime, J], Awaitable[None]],
    id_of: Callable[[J], UUID],
    failure: Failure,
) -> Periodic[Runtime]:
    """A worker: `claim` takes the next open job, `chunk` does one chunk of it.

    `failure` counts a failed attempt in the job's row; at `MAX_ATTEMPTS` in a row the job is given up. One that has
    failed less often comes first.
    """

    async def run(runtime: Runtime) -> bool:
        found: J | None = None
        try:
            async with runtime.sessions() as session, session.begin():
                found = await claim(session)
                if found is not None:
                    await chunk(session, runtime, found)
        except Exception as error:  # why: whatever it was, the attempt is counted and the job goes on or is given up
            if found is None or is_infrastructure(error):
                raise
            metrics.ITEMS_FAILED.labels(name).inc()
            log.error("chunk failed", job=name, job_id=str(id_of(found)), exc_info=error)
            async with runtime.sessions() as session, session.begin():
                await failure(session, id_of(found), MAX_ATTEMPTS)
            return False
        if found is not None:
            runtime.wake_relay()
        return found is not None

    return Periodic(
        name, run, lambda runtime: runtime.state.dependencies.settings.card_job_poll_seconds, MAX_IDLE_SECONDS
    )
