"""Every SQL statement of what is printed; it reads cards and the names of their holders, and changes nothing."""

# ruff: noqa: S608 - a part of a statement takes only text of the statement around it
from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from card_service.cards.lifecycle import CardState
from card_service.printing.models import Printable
from card_service.registry import sealed_names

_OF = text(
    "SELECT c.card_id, c.citizen_id, c.household_id, c.governorate, h.district, c.number_sealed,"
    f" {sealed_names.column('z')} AS name_kept, c.state, c.created_at"
    " FROM card c JOIN citizen z USING (citizen_id) JOIN household h ON h.household_id = c.household_id"
    " WHERE c.card_id = ANY(CAST(:ids AS uuid[]))"
)


async def cards(session: AsyncSession, card_ids: Sequence[UUID]) -> dict[UUID, Printable]:
    """The cards there are of these."""
    found = await session.execute(_OF, {"ids": list(card_ids)})
    return {row.card_id: Printable(**{**row._mapping, "state": CardState(row.state)}) for row in found}
