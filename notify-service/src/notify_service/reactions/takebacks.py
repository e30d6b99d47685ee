"""What a card's holder hears when an activation is taken back."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy.ext.asyncio import AsyncSession

from chassis.consumer import Reactions, Received
from contracts.rollout import ActivationTakenBack
from notify_service.context import Runtime
from notify_service.messages import service
from notify_service.messages.service import about
from notify_service.templates.facts import ServicesFacts


def follow_takebacks(reactions: Reactions[Runtime]) -> None:
    """Tell holders which services their card has no more for now."""
    reactions.on(ActivationTakenBack)(activation_taken_back)


async def activation_taken_back(
    events: Sequence[Received[ActivationTakenBack]], session: AsyncSession, runtime: Runtime
) -> None:
    """Tell what the card opens no more, and to keep it."""
    told = [about(e, e.data.card_id, ServicesFacts(services=e.data.services)) for e in events]
    await service.queue(session, runtime.state, "activation_taken_back", told)
