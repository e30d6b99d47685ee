"""What a card's holder hears of appointments: reactions to card-service's events about them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from typing import Final

from sqlalchemy.ext.asyncio import AsyncSession

from chassis.consumer import Reactions, Received
from contracts.appointments import PickupCancelled
from contracts.card import PickupMissed, PickupScheduled
from notify_service.context import Runtime
from notify_service.messages import service
from notify_service.messages.service import Intent, about
from notify_service.templates.facts import AppointmentFacts
from notify_service.templates.request_facts import HouseCallFacts

# What is not named here is told as a first appointment; who walks in stands at the counter, and is told nothing.
_BECAUSE: Final[Mapping[str, str]] = {
    "rebooked": "appointment_changed",
    "moved": "appointment_moved",
    "replanned": "appointment_replanned",
}


def follow_appointments(reactions: Reactions[Runtime]) -> None:
    """Tell holders where and when they collect the card, and what becomes of that."""
    reactions.on(PickupScheduled)(pickup_scheduled)
    reactions.on(PickupMissed)(pickup_missed)
    reactions.on(PickupCancelled)(pickup_cancelled)


async def pickup_scheduled(
    events: Sequence[Received[PickupScheduled]], session: AsyncSession, runtime: Runtime
) -> None:
    """Tell where and when the card is collected, and why it is another hour."""
    told: dict[str, list[Intent]] = defaultdict(list)
    for e in events:
        if e.data.because != "walk_in":
            facts = AppointmentFacts(**e.data.model_dump())
            told[_BECAUSE.get(e.data.because, "appointment")].append(about(e, e.data.card_id, facts))
    for template, intents in told.items():
        await service.queue(session, runtime.state, template, intents)


async def pickup_missed(events: Sequence[Received[PickupMissed]], session: AsyncSession, runtime: Runtime) -> None:
    """Tell that the appointment passed; of the last one, until when the card is kept."""
    last = [
        about(e, e.data.card_id, HouseCallFacts(day=e.data.kept_until))
        for e in events
        if e.data.again is False and e.data.kept_until is not None
    ]
    usual = [about(e, e.data.card_id) for e in events if e.data.again is not False or e.data.kept_until is None]
    await service.queue(session, runtime.state, "missed_appointment", usual)
    await service.queue(session, runtime.state, "last_appointment_missed", last)


async def pickup_cancelled(
    events: Sequence[Received[PickupCancelled]], session: AsyncSession, runtime: Runtime
) -> None:
    """Tell that nobody is expected, and what follows."""
    for template, closed in (("appointment_cancelled", False), ("appointment_closed", True)):
        told = [about(e, e.data.card_id) for e in events if (e.data.because == "closed") is closed]
        await service.queue(session, runtime.state, template, told)
