"""What stood in the register before it was corrected: kept with the act that changed it, sealed as its words are."""

from __future__ import annotations

from sqlalchemy.ext.asyncio import AsyncSession

from card_service.dependencies import Dependencies
from card_service.registry import repository, sealed_names
from card_service.registry.requests.details import CorrectAddress, CorrectBirth, CorrectName, CorrectSex, Details


async def stood(session: AsyncSession, deps: Dependencies, details: Details) -> str | None:
    """The name, day of birth, sex or address that a correction replaces; numbers are kept in tables of their own."""
    match details:
        case CorrectAddress():
            household = await repository.find_household(session, details.household_id)
            return household.address if household else None
        case CorrectName() | CorrectBirth() | CorrectSex():
            citizen = await repository.find_citizen(session, details.citizen_id)
            if citizen is None:
                return None
            if isinstance(details, CorrectName):
                return sealed_names.opened(deps.vault, citizen.citizen_id, citizen.name_kept)
            return citizen.sex if isinstance(details, CorrectSex) else citizen.birth_date.isoformat()
    return None
