"""What health-service holds while it runs: the figures in force, and what seals diagnoses."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from chassis.clock import business_day
from chassis.runtime import Resources
from health_service.context import Context
from health_service.coverage import repository as coverage
from health_service.policies import service as policies
from health_service.rules.figures import FiguresByDay
from health_service.settings import Settings

MOST_DAYS = 400


@asynccontextmanager
async def lifespan(resources: Resources, settings: Settings) -> AsyncIterator[Context]:
    """Enter the policy files and read the book. A new figure may change any family's cover: all are looked at."""
    today = business_day(resources.clock.now())
    async with resources.sessions() as session, session.begin():
        book, changed = await policies.enter_files(session, settings.policies, today)
        if changed:
            await coverage.look_at_all(session, today)
    vault = settings.vault()
    # The body of a visit could be guessed from its plain hash: there are only so many diagnoses.
    resources.fingerprint_key = vault.fingerprint_key
    yield Context(settings, FiguresByDay(book, most_days=MOST_DAYS), vault)
