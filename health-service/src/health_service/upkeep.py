"""What time alone changes: cover that begins, and cover that is suspended when the grace is over."""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from chassis.clock import business_day
from chassis.isolation import Batches
from chassis.periodic import Periodic
from health_service.context import Runtime
from health_service.coverage import repository, service


async def _due(session: AsyncSession, runtime: Runtime, limit: int) -> Sequence[UUID]:
    return await repository.due(session, business_day(runtime.clock.now()), limit)


DUE = Batches(
    repository.STANDING, _due, service.update_standing, lambda family: family, lambda r: r.state.settings.standing_chunk
)
JOBS = (Periodic(DUE.worker, DUE.run, lambda runtime: runtime.state.settings.standing_poll_seconds),)
