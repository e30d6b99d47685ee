"""What a card's holder hears of house calls: reactions to card-service's events about them."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy.ext.asyncio import AsyncSession

from chassis.consumer import Reactions, Received
from contracts.housecalls import HouseCallEnded, HouseCallPlanned
from notify_service.context import Runtime
from notify_service.messages import service
from notify_service.messages.service import about
from notify_service.templates.request_facts import HouseCallFacts


def follow_house_calls(reactions: Reactions[Runtime]) -> None:
    """Tell holders on which day the card is brought home, and that it is not."""
    reactions.on(HouseCallPlanned)(house_call_planned)
    reactions.on(HouseCallEnded)(house_call_ended)


async def house_call_planned(
    events: Sequence[Received[HouseCallPlanned]], session: AsyncSession, runtime: Runtime
) -> None:
    """Tell the day, of a further call that nobody was met the time before."""
    for template, first in (("house_call", True), ("house_call_again", False)):
        told = [
            about(e, e.data.card_id, HouseCallFacts(day=e.data.day)) for e in events if (e.data.number == 1) is first
        ]
        await service.queue(session, runtime.state, template, told)


async def house_call_ended(events: Sequence[Received[HouseCallEnded]], session: AsyncSession, runtime: Runtime) -> None:
    """Tell that nobody comes, and where the card is."""
    for template, missed in (("house_calls_over", True), ("house_call_withdrawn", False)):
        told = [about(e, e.data.card_id) for e in events if (e.data.because == "missed") is missed]
        await service.queue(session, runtime.state, template, told)
