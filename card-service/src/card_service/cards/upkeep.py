"""What happens to cards by itself: they expire, and words of the version before this one become today's."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from sqlalchemy.ext.asyncio import AsyncSession

from card_service.cards import repository, service
from card_service.cards.models import Card
from card_service.cards.validity import periods
from card_service.context import Runtime
from chassis.isolation import Batches
from chassis.logging import get_logger
from chassis.periodic import Periodic

log = get_logger(__name__)

CHUNK: Final = 500
EVERY_SECONDS: Final = 1800.0


async def _due(session: AsyncSession, runtime: Runtime, limit: int) -> list[Card]:
    deps = runtime.state.dependencies
    return await repository.expired(session, list(periods(deps.policies.book)), deps.today(), limit)


async def _expire(session: AsyncSession, runtime: Runtime, over: Sequence[Card]) -> None:
    for card in over:
        await service.expire(session, card, runtime.state.dependencies.now())


async def _map(runtime: Runtime) -> bool:
    async with runtime.sessions() as session, session.begin():
        mapped = await repository.in_todays_words(session, CHUNK)
    if mapped:
        log.info("states of cards have today's words", cards=mapped)
    return mapped == CHUNK


EXPIRED = Batches(repository.EXPIRED, _due, _expire, lambda card: card.card_id, lambda _: CHUNK)
EXPIRING: Final[Periodic[Runtime]] = Periodic(
    EXPIRED.worker, EXPIRED.run, lambda runtime: runtime.state.dependencies.settings.card_sweep_seconds
)
MAPPING: Final[Periodic[Runtime]] = Periodic("states_in_todays_words", _map, EVERY_SECONDS)
