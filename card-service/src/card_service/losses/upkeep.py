"""What happens to lost cards by itself: blocks lapse, and codes that are over are forgotten."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from typing import Final

from sqlalchemy.ext.asyncio import AsyncSession

from card_service.cards import repository as cards
from card_service.cards.models import Card
from card_service.context import Runtime
from card_service.losses import repository, service
from chassis.isolation import Batches
from chassis.periodic import Periodic

CHUNK: Final = 500
EVERY_SECONDS: Final = 3600.0
KEPT: Final = timedelta(days=2)  # codes of a day are counted of them


async def _due(session: AsyncSession, runtime: Runtime, limit: int) -> list[Card]:
    return await cards.lapsed(session, runtime.state.dependencies.now(), limit)


async def _lapse(session: AsyncSession, _: Runtime, lapsed: Sequence[Card]) -> None:
    await service.lapse(session, lapsed)


async def _without_day(session: AsyncSession, _: Runtime, limit: int) -> list[Card]:
    return await cards.undated(session, limit)


async def _date(session: AsyncSession, runtime: Runtime, undated: Sequence[Card]) -> None:
    await service.date(session, runtime.state.dependencies, undated)


async def _forget(runtime: Runtime) -> None:
    async with runtime.sessions() as session, session.begin():
        await repository.forget(session, runtime.state.dependencies.now() - KEPT)


LAPSES = Batches(cards.LAPSES, _due, _lapse, lambda card: card.card_id, lambda _: CHUNK)
LAPSING: Final[Periodic[Runtime]] = Periodic(
    LAPSES.worker, LAPSES.run, lambda runtime: runtime.state.dependencies.settings.card_sweep_seconds
)
UNDATED = Batches(cards.UNDATED, _without_day, _date, lambda card: card.card_id, lambda _: CHUNK)
DATING: Final[Periodic[Runtime]] = Periodic(
    UNDATED.worker, UNDATED.run, lambda runtime: runtime.state.dependencies.settings.card_sweep_seconds
)
CODES_OVER: Final[Periodic[Runtime]] = Periodic("bread_codes_over", _forget, EVERY_SECONDS)
