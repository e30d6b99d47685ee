"""Workers for jobs that are done chunk by chunk, each chunk in one transaction together with the job's progress.

A killed worker leaves a whole number of chunks behind; the next one goes on from there. A job's row is locked while a
chunk of it is under way, so that two workers never do the same chunk.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from card_service.context import Runtime
from card_service.tools import Tools
from chassis import metrics
from chassis.infrastructure_errors import is_infrastructure
from chassis.logging import get_logger
from chassis.periodic import Periodic

log = get_logger(__name__)

MAX_ATTEMPTS = 5
MAX_IDLE_SECONDS = 1.0

Chunk = Callable[[AsyncSession, Tools], Awaitable[UUID | None]]
Failure = Callable[[AsyncSession, UUID, int], Awaitable[None]]


class ChunkFailed(Exception):
    """A chunk of a job came to nothing; `__cause__` says why."""

    def __init__(self, job_id: UUID) -> None:
        """Keep which job it was."""
        super().__init__(str(job_id))
        self.job_id = job_id


def job(name: str, chunk: Chunk, failure: Failure) -> Periodic[Runtime]:
    """A worker: `chunk` does one chunk of the next open job and returns its id, None if there is none.

    `failure` counts a failed attempt in the job's row; at `MAX_ATTEMPTS` in a row the job is given up. One that has
    failed less often comes first.
    """

    async def run(runtime: Runtime) -> bool:
        try:
            async with runtime.sessions() as session, session.begin():
                job_id = await chunk(session, runtime.state.tools)
        except ChunkFailed as error:
            if error.__cause__ is not None and is_infrastructure(error.__cause__):
                raise error.__cause__ from error
            metrics.ITEMS_FAILED.labels(name).inc()
            log.error("chunk failed", job=name, job_id=str(error.job_id), exc_info=error.__cause__)
            async with runtime.sessions() as session, session.begin():
                await failure(session, error.job_id, MAX_ATTEMPTS)
            return False
        if job_id is not None:
            runtime.wake_relay()
        return job_id is not None

    return Periodic(name, run, lambda runtime: runtime.state.tools.settings.card_job_poll_seconds, MAX_IDLE_SECONDS)
