"""Legal holds: a citizen's data are kept until a day since they are looked into, whatever else would end them.

Nobody is hindered in reading or changing them by it, so that nobody learns of an investigation. While one holds it is
in no copy that the citizen is given.
"""

from __future__ import annotations

from typing import Final

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from contracts.gateway import LegalHoldPlaced

# The table without the holds in force: what a citizen's copy shows of it.
OVER: Final = "(SELECT h.* FROM legal_hold h WHERE h.until <= (now() AT TIME ZONE 'Africa/Cairo')::date) t"
_KEEP = text(
    "INSERT INTO legal_hold (hold_id, citizen_id, until) VALUES (:hold_id, :citizen_id, :until)"
    " ON CONFLICT (hold_id) DO NOTHING"
)


async def keep(session: AsyncSession, told: LegalHoldPlaced) -> None:
    """Keep that a person's data must stay; told again it changes nothing."""
    await session.execute(_KEEP, {name: getattr(told, name) for name in LegalHoldPlaced.model_fields})
