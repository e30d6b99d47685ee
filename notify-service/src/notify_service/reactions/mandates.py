"""What a card's holder hears of mandates: reactions to card-service's events about them."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy.ext.asyncio import AsyncSession

from chassis.consumer import Reactions, Received
from contracts.mandates import MandateBegan, MandateEnded
from notify_service.context import Runtime
from notify_service.messages import service
from notify_service.messages.service import about
from notify_service.templates.request_facts import MandateFacts


def follow_mandates(reactions: Reactions[Runtime]) -> None:
    """Tell holders that somebody may prove for them, and that nobody may any more."""
    reactions.on(MandateBegan)(mandate_began)
    reactions.on(MandateEnded)(mandate_ended)


async def mandate_began(events: Sequence[Received[MandateBegan]], session: AsyncSession, runtime: Runtime) -> None:
    """Tell from when until when, in case the holder has given none."""
    for template, proves in (("mandate_began", True), ("collecting_mandate_began", False)):
        told = [
            about(e, e.data.mandate_id, MandateFacts(begins_on=e.data.begins_on, ends_on=e.data.ends_on))
            for e in events
            if ("prove" in e.data.allows) is proves
        ]
        await service.queue(session, runtime.state, template, told)


async def mandate_ended(events: Sequence[Received[MandateEnded]], session: AsyncSession, runtime: Runtime) -> None:
    """Tell that it holds no longer; the dead are told nothing."""
    told = [about(e, e.data.mandate_id) for e in events if e.data.because != "holder_died"]
    await service.queue(session, runtime.state, "mandate_ended", told)
