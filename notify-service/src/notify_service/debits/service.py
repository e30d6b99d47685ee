"""Use cases: telling of what left a wallet, at once; the rest of a day together, for whoever asked for that."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncSession

from chassis.clock import CAIRO, business_day
from chassis.consumer import Received
from chassis.ids import new_id
from contracts.payment import PaymentCaptured, WalletCorrected
from notify_service.contacts import repository as contacts
from notify_service.context import Context
from notify_service.debits import repository
from notify_service.debits.repository import Rows
from notify_service.messages import service
from notify_service.messages.service import Intent, about
from notify_service.templates.facts import CorrectionFacts, DebitFacts, DebitsFacts


async def captured(session: AsyncSession, here: Context, events: Sequence[Received[PaymentCaptured]]) -> None:
    """Tell the wallets' holders of each debit, those who want a digest of the first ones of the day only."""
    together = await contacts.want_digests(session, [event.data.citizen_id for event in events])
    most, intents = here.rules.debits_told_singly, []
    for event in events:
        data = event.data
        if data.citizen_id in together:
            day = business_day(event.time)
            if not await repository.count(session, data.citizen_id, data.household_id, day, data.amount, most):
                continue
        facts = DebitFacts(amount=data.amount, happened_at=event.time)
        intents.append(about(event, data.payment_id, facts))
    await service.queue(session, here, "wallet_debited", intents)


async def corrected(session: AsyncSession, here: Context, events: Sequence[Received[WalletCorrected]]) -> None:
    """Tell each wallet's holder what was taken back of a wrong credit, and what is owed: never in a digest."""
    whole: list[Intent] = []
    part: list[Intent] = []
    for event in events:
        facts = CorrectionFacts(amount=event.data.amount, owed=event.data.owed)
        (part if event.data.owed else whole).append(about(event, event.data.credit_id, facts))
    await service.queue(session, here, "wallet_corrected", whole)
    await service.queue(session, here, "wallet_corrected_in_part", part)


async def due(session: AsyncSession, here: Context, now: datetime, limit: int) -> Rows:
    """Days whose rest is to be told now."""
    due_today = now.astimezone(CAIRO).hour >= here.rules.debits_digest_hour
    return await repository.due(session, business_day(now), due_today=due_today, limit=limit)


async def tell(session: AsyncSession, here: Context, rows: Rows) -> None:
    """Tell the rest of days together."""
    intents = [
        Intent(
            event_id=new_id(),
            facts=DebitsFacts(day=row.day, count=row.waiting, amount=row.amount),
            citizen_id=row.citizen_id,
            household_id=row.household_id,
        )
        for row in rows
    ]
    await repository.told(session, rows)
    await service.queue(session, here, "wallet_debits", intents)
