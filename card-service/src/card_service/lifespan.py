"""What card-service holds while it runs: keys, the lanes of counters, what lower packages ask of upper ones."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import datetime
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from card_service.cards import repository as card_rows
from card_service.cards import service as cards
from card_service.context import Context
from card_service.dependencies import Dependencies
from card_service.distribution import repository as appointments
from card_service.duplicates import repository as duplicates
from card_service.handover import searches, service
from card_service.housecalls import service as housecalls
from card_service.keys import KEYS
from card_service.search import repository as names
from card_service.settings import Settings
from chassis.clock import business_day
from chassis.runtime import Resources
from policybook.startup import open_book, whole_book

LEFT = "left_household"


async def close_cards(session: AsyncSession, citizen_id: UUID, now: datetime, by: str) -> None:
    """End the cards of a citizen who leaves a household, decided by somebody, and the appointments they wait for."""
    closed = await cards.close_cards_of(session, citizen_id, LEFT, now, by)
    await appointments.cancel(session, closed)
    await housecalls.end_for(session, closed, now, business_day(now))


@asynccontextmanager
async def lifespan(resources: Resources, settings: Settings) -> AsyncIterator[Context]:
    """Read the keys; open the lanes of a counter's searches and hand-overs; in the end finish what was taken on."""
    book = await open_book(resources, settings.policies, KEYS, whole_book)
    deps = Dependencies.of(settings, resources.clock, book, card_rows.transfer, names.add, duplicates.open_of)
    finding, handing_over = searches.lanes_of(resources, settings), service.lanes_of(resources, settings, deps)
    async with handing_over.running(), finding.running():
        yield Context(deps, close_cards, finding, handing_over)
