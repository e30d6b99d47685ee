"""The job that asks what is due."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from sqlalchemy.ext.asyncio import AsyncSession

from chassis.isolation import Batches
from chassis.periodic import Periodic
from notify_service.context import Runtime
from notify_service.spot_checks import repository, service
from notify_service.spot_checks.models import Due

CHUNK: Final = 500


async def _due(session: AsyncSession, runtime: Runtime, limit: int) -> list[Due]:
    return await service.due(session, runtime.state, runtime.clock.now(), limit)


async def _ask(session: AsyncSession, runtime: Runtime, checks: Sequence[Due]) -> None:
    await service.ask(session, runtime.state, checks, runtime.clock.now())


def _rarely(runtime: Runtime) -> float:
    return runtime.state.settings.notify_sweep_seconds


ASKING = Batches(repository.ASKING, _due, _ask, lambda one: one.check_id, lambda _: CHUNK)
JOBS: tuple[Periodic[Runtime], ...] = (Periodic(ASKING.worker, ASKING.run, _rarely),)
