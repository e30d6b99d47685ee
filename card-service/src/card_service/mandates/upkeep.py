"""Mandates end by themselves: with their last day, and with the death of either. Told within the hour."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from sqlalchemy.ext.asyncio import AsyncSession

from card_service.context import Runtime
from card_service.mandates import repository, service
from card_service.mandates.models import Mandate
from chassis.clock import business_day
from chassis.isolation import Batches
from chassis.periodic import Periodic

CHUNK: Final = 500
EVERY_SECONDS: Final = 3600.0


async def _due(session: AsyncSession, runtime: Runtime, limit: int) -> Sequence[Mandate]:
    return await repository.over(session, business_day(runtime.state.dependencies.now()), limit)


async def _end(session: AsyncSession, runtime: Runtime, over: Sequence[Mandate]) -> None:
    await service.end_all(session, runtime.state.dependencies, over)


MANDATES_OVER = Batches(repository.WORKER, _due, _end, lambda mandate: mandate.mandate_id, lambda _: CHUNK)
ENDING: Final[Periodic[Runtime]] = Periodic(MANDATES_OVER.worker, MANDATES_OVER.run, EVERY_SECONDS)
