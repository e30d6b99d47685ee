"""What citizens are asked of later, by sample: reactions to payouts and hand-overs."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy.ext.asyncio import AsyncSession

from chassis.consumer import Received
from contracts.card import CardIssued
from contracts.payment import PayoutPaid
from notify_service.context import Runtime
from notify_service.spot_checks import repository, service


async def of_payouts(events: Sequence[Received[PayoutPaid]], session: AsyncSession, runtime: Runtime) -> None:
    """Draw those payouts whose citizens are asked whether they got them."""
    found = [
        service.sampled(
            runtime.state, "payout", e.data.payout_id, e.data.citizen_id, e.data.household_id, e.time, e.data.programme
        )
        for e in events
    ]
    await repository.put(session, [one for one in found if one])


async def of_handovers(events: Sequence[Received[CardIssued]], session: AsyncSession, runtime: Runtime) -> None:
    """Draw those hand-overs whose holders are asked whether they have the card."""
    found = [
        service.sampled(
            runtime.state, "handover", e.data.card_id, e.data.citizen_id, e.data.household_id, e.data.issued_at
        )
        for e in events
    ]
    await repository.put(session, [one for one in found if one])
