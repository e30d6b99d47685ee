"""Cards told again, as their rows stand: every one that was ever told of, closed ones too."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from card_service.cards.lifecycle import WAITING, among
from card_service.context import Runtime
from chassis.restating.teller import Restatement
from contracts.card import CardRestated

# Whoever hands a card over, blocks or closes it locks its row before it writes the event.
_STAND = text(
    "SELECT c.card_id, c.citizen_id, c.household_id, c.governorate, h.district, h.members, "
    " CASE WHEN c.closed_at IS NOT NULL THEN 'closed' ELSE c.state END AS state, c.services,"  # however it has ended
    " c.activated_at, c.blocked_at, c.closed_at, CASE WHEN c.closed_at IS NOT NULL THEN"
    " (SELECT r.card_id FROM card r WHERE r.replaces = c.card_id AND r.issued_at IS NOT NULL) END AS replaced_by"
    " FROM card c JOIN household h USING (household_id) WHERE c.card_id = ANY(CAST(:keys AS uuid[])) ORDER BY c.card_id"
)


async def _cards(
    session: AsyncSession, _: Runtime, keys: Sequence[UUID], restatement_id: UUID
) -> Sequence[CardRestated]:
    rows = (await session.execute(_STAND, {"keys": list(keys)})).mappings()
    return [CardRestated.model_validate({**row, "restatement_id": restatement_id}) for row in rows]


CARDS: Final[Restatement[Runtime]] = Restatement(
    restated=CardRestated,
    table="card",
    key="card_id",
    where=f"state NOT IN {among(WAITING)}",  # nobody was told of them yet
    events=_cards,
)
