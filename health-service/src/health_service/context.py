"""What health-service keeps at hand in one process."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import cast

from chassis.clock import business_day
from chassis.runtime import Runtime
from health_service.coverage import repository as coverage
from health_service.policies import service as policies
from health_service.rules.figures import Figures, FiguresByDay
from health_service.settings import Settings
from health_service.vault import Vault

EXTRA = "health"
MOST_DAYS = 400


@dataclass
class Context:
    """One process's own objects."""

    settings: Settings
    figures: FiguresByDay
    vault: Vault

    def figures_at(self, instant: datetime) -> Figures:
        """The figures of the business day an instant falls on."""
        return self.figures.on(business_day(instant))


def of(runtime: Runtime) -> Context:
    """The context that belongs to a runtime."""
    return cast("Context", runtime.extra[EXTRA])


@asynccontextmanager
async def lifespan(runtime: Runtime) -> AsyncIterator[None]:
    """Enter the policy files and read the book. A new figure may change any family's cover: all are looked at."""
    settings = cast("Settings", runtime.settings)
    today = business_day(runtime.clock.now())
    async with runtime.sessions() as session, session.begin():
        book, changed = await policies.enter_files(session, settings.policies, today)
        if changed:
            await coverage.look_at_all(session, today)
    vault = settings.vault()
    # The body of a visit could be guessed from its plain hash: there are only so many diagnoses.
    runtime.fingerprint_key = vault.fingerprint_key
    runtime.extra[EXTRA] = Context(settings, FiguresByDay(book, most_days=MOST_DAYS), vault)
    yield
