"""Proposing to keep households out that draw nothing: entered by the system, decided by a person, then announced."""

from __future__ import annotations

from datetime import date
from typing import Final
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from card_service.context import Runtime
from card_service.keys import UNUSED_MONTHS
from card_service.registry.requests import proposing
from chassis.area import NATIONAL
from chassis.clock import whole_months
from chassis.principal import CallerKind, Principal
from contracts.scopes import Scope

# In whose name what supply-service has found is entered.
FINDER: Final = Principal(
    "supply-service", CallerKind.CLIENT, frozenset({Scope.REQUESTS_WRITE}), NATIONAL, "supply-service"
)


async def propose(session: AsyncSession, runtime: Runtime, household_id: UUID, since: date) -> None:
    """Propose a household's exclusion where the policies of the day call for it; supply tells again what is left."""
    deps = runtime.state.dependencies
    if whole_months(since, deps.today()) < UNUSED_MONTHS.on(deps.policies.book, deps.today()):
        return
    reference = f"supply:unused/{since}"
    await proposing.exclusion(session, runtime, FINDER, household_id, "unused", [reference], unused_since=since)
