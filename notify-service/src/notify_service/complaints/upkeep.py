"""The jobs that keep complaints moving: late ones go to the nation's team, answers nobody contests close them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from sqlalchemy.ext.asyncio import AsyncSession

from chassis.isolation import Batches
from chassis.periodic import Periodic
from notify_service.complaints import repository, service
from notify_service.complaints.models import Complaint
from notify_service.context import Runtime

CHUNK: Final = 500


async def _late(session: AsyncSession, runtime: Runtime, limit: int) -> list[Complaint]:
    return await repository.late(session, runtime.clock.now(), limit)


async def _escalate(session: AsyncSession, runtime: Runtime, late: Sequence[Complaint]) -> None:
    await service.escalate(session, runtime.state, late, runtime.clock.now())


async def _standing(session: AsyncSession, runtime: Runtime, limit: int) -> list[Complaint]:
    before = runtime.clock.now() - runtime.state.rules.complaints.answer_stands
    return await repository.standing(session, before, limit)


async def _close(session: AsyncSession, runtime: Runtime, standing: Sequence[Complaint]) -> None:
    await service.close(session, runtime.state, standing, runtime.clock.now())


def _rarely(runtime: Runtime) -> float:
    return runtime.state.settings.notify_sweep_seconds


ESCALATIONS = Batches(repository.ESCALATIONS, _late, _escalate, lambda one: one.complaint_id, lambda _: CHUNK)
CLOSINGS = Batches(repository.CLOSINGS, _standing, _close, lambda one: one.complaint_id, lambda _: CHUNK)
JOBS: tuple[Periodic[Runtime], ...] = (
    Periodic(ESCALATIONS.worker, ESCALATIONS.run, _rarely),
    Periodic(CLOSINGS.worker, CLOSINGS.run, _rarely),
)
