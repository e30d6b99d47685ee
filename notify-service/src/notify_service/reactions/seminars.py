"""What citizens hear of awareness seminars: reactions to card-service's events about them."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy.ext.asyncio import AsyncSession

from chassis.consumer import Reactions, Received
from contracts.seminars import SeminarCalledOff, SeminarInvited
from notify_service.context import Runtime
from notify_service.messages import service
from notify_service.messages.service import about
from notify_service.templates.request_facts import SeminarFacts, SeminarOffFacts


def follow_seminars(reactions: Reactions[Runtime]) -> None:
    """Invite, as a campaign: outside quiet hours, nobody who has opted out; and tell that one is called off."""
    reactions.on(SeminarInvited)(seminar_invited)
    reactions.on(SeminarCalledOff)(seminar_called_off)


async def seminar_invited(events: Sequence[Received[SeminarInvited]], session: AsyncSession, runtime: Runtime) -> None:
    """Tell where and when."""
    told = [about(e, e.data.invitation_id, SeminarFacts(**e.data.model_dump())) for e in events]
    await service.queue(session, runtime.state, "seminar_invitation", told)


async def seminar_called_off(
    events: Sequence[Received[SeminarCalledOff]], session: AsyncSession, runtime: Runtime
) -> None:
    """Tell whoever was invited that nobody need come; an invitation that still waits is not sent."""
    told = [about(e, e.data.invitation_id, SeminarOffFacts(starts_at=e.data.starts_at)) for e in events]
    await service.queue(session, runtime.state, "seminar_called_off", told)
