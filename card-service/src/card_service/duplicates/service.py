"""Use cases of likely duplicates: reading one, deciding it."""

from __future__ import annotations

from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from card_service.dependencies import Dependencies
from card_service.duplicates import repository
from card_service.duplicates.errors import DuplicateDecided, DuplicateUnknown, KeptUnknown
from card_service.duplicates.repository import Duplicate
from card_service.duplicates.schemas import DecisionIn
from chassis.principal import Principal


async def duplicate_of(
    session: AsyncSession, caller: Principal, duplicate_id: UUID, *, lock: bool = False
) -> Duplicate:
    """A likely duplicate, both citizens of which are the caller's. Raises DuplicateUnknown."""
    found = await repository.find(session, duplicate_id, lock=lock)
    if found is None:
        raise DuplicateUnknown
    for area in found.areas:
        caller.bound.hold(area, DuplicateUnknown)
    return found


async def decide(
    session: AsyncSession, deps: Dependencies, caller: Principal, duplicate_id: UUID, given: DecisionIn
) -> Duplicate:
    """Keep what a person decides of two citizens. Raises DuplicateUnknown, DuplicateDecided or KeptUnknown."""
    found = await duplicate_of(session, caller, duplicate_id, lock=True)
    if found.state != "open":
        raise DuplicateDecided
    if (given.outcome == "same") != (given.kept in {found.first_id, found.second_id}):
        raise KeptUnknown
    await repository.decide(session, duplicate_id, given.outcome, given.kept, caller.subject, given.reason, deps.now())
    return await duplicate_of(session, caller, duplicate_id)
