"""Every SQL statement of findings."""

# ruff: noqa: S608 - nothing but this module's own words is put into a statement

from __future__ import annotations

from uuid import UUID

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from card_service.findings.models import Finding

_COLUMNS = "finding_id, card_id, household_id, outlet_id, found_on, place_sealed, report, entered_by, entered_at"
_BY_NUMBER = text("SELECT card_id FROM card WHERE number_hash = :number_hash")
_ADD = text(
    f"INSERT INTO card_finding ({_COLUMNS}) VALUES (:finding_id, :card_id, :household_id, :outlet_id, :found_on,"
    " :place_sealed, :report, :entered_by, :entered_at)"
    " ON CONFLICT (card_id, found_on, report) DO NOTHING RETURNING finding_id"
)
_OF_HOUSEHOLD = text(
    f"SELECT {_COLUMNS} FROM card_finding WHERE household_id = :household_id ORDER BY found_on, finding_id"
)


async def card_by_number(session: AsyncSession, number_hash: bytes) -> UUID | None:
    """The card with this number."""
    found: UUID | None = (await session.execute(_BY_NUMBER, {"number_hash": number_hash})).scalar_one_or_none()
    return found


async def add(session: AsyncSession, finding: Finding) -> bool:
    """Keep a finding; false where the same report says it of the card and day already."""
    values = {name: getattr(finding, name) for name in Finding.__slots__}
    return (await session.execute(_ADD, values)).scalar_one_or_none() is not None


async def of_household(session: AsyncSession, household_id: UUID) -> list[Finding]:
    """All findings of a household's cards, the oldest first."""
    return [Finding(*row) for row in await session.execute(_OF_HOUSEHOLD, {"household_id": household_id})]
