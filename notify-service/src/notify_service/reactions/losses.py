"""What a card's holder hears of its loss: reactions to card-service's events about it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy.ext.asyncio import AsyncSession

from chassis.clock import business_day
from chassis.consumer import Reactions, Received
from chassis.contact import open_code
from contracts.losses import BreadCodeIssued, CardReportedLost, LostBlockLapsed
from notify_service.context import Runtime
from notify_service.messages import service
from notify_service.messages.service import Intent, about
from notify_service.templates.request_facts import BreadCodeFacts, LostFacts


def follow_losses(reactions: Reactions[Runtime]) -> None:
    """Tell holders that their lost card is blocked and until when, that it is free again; send their bread code."""
    reactions.on(CardReportedLost)(card_reported_lost)
    reactions.on(BreadCodeIssued)(bread_code_issued)
    reactions.on(LostBlockLapsed)(lost_block_lapsed)


async def card_reported_lost(
    events: Sequence[Received[CardReportedLost]], session: AsyncSession, runtime: Runtime
) -> None:
    """Tell that the card is refused, and by when a replacement is to be asked for where that is not done yet."""
    lapsing: list[Intent] = []
    for e in events:
        if e.data.lapses_at is not None:
            lapsing.append(about(e, e.data.card_id, LostFacts(until=business_day(_before(e.data.lapses_at)))))
    asked = [about(e, e.data.card_id) for e in events if e.data.lapses_at is None]
    await service.queue(session, runtime.state, "card_lost", lapsing)
    await service.queue(session, runtime.state, "card_blocked", asked)


async def bread_code_issued(
    events: Sequence[Received[BreadCodeIssued]], session: AsyncSession, runtime: Runtime
) -> None:
    """Send a bread code to the number the citizen is reached by. Raises SealBroken."""
    vault = runtime.state.settings.contact_vault()
    told = [
        about(
            e,
            e.data.code_id,
            BreadCodeFacts(
                code=open_code(vault, e.data.citizen_id, e.data.code_sealed), until=business_day(e.data.expires_at)
            ),
        )
        for e in events
    ]
    await service.queue(session, runtime.state, "bread_code", told)


async def lost_block_lapsed(
    events: Sequence[Received[LostBlockLapsed]], session: AsyncSession, runtime: Runtime
) -> None:
    """Tell that the card may be used again, nobody having asked for another."""
    await service.queue(session, runtime.state, "lost_lapsed", [about(e, e.data.card_id) for e in events])


def _before(end: datetime) -> datetime:
    """A moment of the day that ends at an instant."""
    return end - timedelta(seconds=1)
