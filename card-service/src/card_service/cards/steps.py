"""The SQL of the steps that are kept of a card's life; triggers of `card` write them, whoever moves it."""

from __future__ import annotations

from uuid import UUID

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from card_service.cards.models import KeptStep
from card_service.cards.moves import Action, CardState
from chassis.paging import Paging

_OF_CARD = text(
    "SELECT step_id, action, state_before, state, at, done_by, site_id, because FROM card_step"
    " WHERE card_id = :card_id AND step_id > :after ORDER BY step_id LIMIT :limit"
)


async def of_card(session: AsyncSession, card_id: UUID, page: Paging[UUID]) -> list[KeptStep]:
    """The steps of a card that a page asks for, the first one first."""
    return [
        KeptStep(
            row.step_id,
            Action(row.action) if row.action else None,
            CardState(row.state_before) if row.state_before else None,
            CardState(row.state),
            row.at,
            row.done_by,
            row.site_id,
            row.because,
        )
        for row in await session.execute(_OF_CARD, {"card_id": card_id, **page.bounds})
    ]
