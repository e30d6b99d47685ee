"""What the holders of a household's cards hear of flour instead of bread: reactions to supply-service's events."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy.ext.asyncio import AsyncSession

from chassis.consumer import Reactions, Received
from contracts.supply import FlourChoiceWithdrawn, FlourChosen
from notify_service.contacts import repository as contacts
from notify_service.context import Runtime
from notify_service.messages import service
from notify_service.messages.service import Intent
from notify_service.templates.request_facts import FlourFacts


def follow_flour(reactions: Reactions[Runtime]) -> None:
    """Tell holders that flour was chosen, which takes a month's bread, and that it was withdrawn."""
    reactions.on(FlourChosen)(flour_chosen)
    reactions.on(FlourChoiceWithdrawn)(flour_choice_withdrawn)


async def flour_chosen(events: Sequence[Received[FlourChosen]], session: AsyncSession, runtime: Runtime) -> None:
    """Tell that the household draws no bread in that month, in case nobody of it asked for it."""
    await service.queue(session, runtime.state, "flour_chosen", await _intents(events, session))


async def flour_choice_withdrawn(
    events: Sequence[Received[FlourChoiceWithdrawn]], session: AsyncSession, runtime: Runtime
) -> None:
    """Tell that it draws bread after all."""
    await service.queue(session, runtime.state, "flour_withdrawn", await _intents(events, session))


async def _intents(
    events: Sequence[Received[FlourChosen]] | Sequence[Received[FlourChoiceWithdrawn]], session: AsyncSession
) -> list[Intent]:
    holders = await contacts.holders(session, [e.data.card_id for e in events])
    return [
        Intent(
            event_id=e.id,
            facts=FlourFacts(month=f"{e.data.month:%Y-%m}"),
            citizen_id=holders[e.data.card_id],
            household_id=e.data.household_id,
            subject=e.data.choice_id,
        )
        for e in events
        if e.data.card_id in holders
    ]
