"""Correcting and taking out payouts of an open batch: who did it and what was there before is kept."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from sqlalchemy import Row
from sqlalchemy.ext.asyncio import AsyncSession

from chassis.clock import business_day
from chassis.principal import Principal
from chassis.problems import InvalidRequest
from payment_service.context import Runtime
from payment_service.errors import AboveCeiling, PayoutUnknown
from payment_service.keys import PAYOUT_MOST
from payment_service.payouts import payees, proposals, rows
from payment_service.payouts.payees import Asking
from payment_service.payouts.payout_file import PAYEES, Payee
from payment_service.payouts.reasons import words
from payment_service.payouts.schemas import Correction, Payout
from payment_service.payouts.service import get, opened


async def correct(
    runtime: Runtime, session: AsyncSession, asking: Asking, batch_id: UUID, number: int, wanted: Correction
) -> Payout:
    """Give a payout another amount or payee. Raises BatchState, PayoutUnknown, AboveCeiling or InvalidRequest."""
    caller = asking.caller
    programme = (await get(session, caller, batch_id)).programme
    citizen_id = await _payee(runtime, session, asking, wanted)
    batch = await opened(session, caller, batch_id)
    old = await _payout(session, batch_id, number)
    now = runtime.clock.now()
    most = PAYOUT_MOST.on(runtime.state.policies.book, business_day(now), programme=programme)
    amount = old.amount if wanted.amount is None else wanted.amount
    if amount > most:
        english, arabic = words("amount_above_ceiling")
        raise AboveCeiling(english, detail_ar=arabic, most=most)
    await rows.correct(session, batch_id, old, (citizen_id or old.citizen_id, amount), caller.subject, now)
    await proposals.note(session, runtime, caller, batch)
    return payout_of(await _payout(session, batch_id, number))


async def take_out(runtime: Runtime, session: AsyncSession, caller: Principal, batch_id: UUID, number: int) -> Payout:
    """Leave a payout out of an open batch; one left out already stays so. Raises BatchState or PayoutUnknown."""
    batch = await opened(session, caller, batch_id)
    old = await _found(session, batch_id, number)
    if old.state != "taken_out":
        await rows.take_out(session, batch_id, old, caller.subject, runtime.clock.now())
        await proposals.note(session, runtime, caller, batch)
    return payout_of(await _found(session, batch_id, number))


def payout_of(row: Row[Any]) -> Payout:
    """A payout as the API tells it, its reason in words."""
    english, arabic = (None, None) if row.reason is None else words(row.reason)
    return Payout(**row._mapping, reason_en=english, reason_ar=arabic)


async def _payee(runtime: Runtime, session: AsyncSession, asking: Asking, wanted: Correction) -> UUID | None:
    for payee in PAYEES:
        named = getattr(wanted, payee)
        if named is not None:
            return await _citizen(runtime, session, asking, payee, named)
    return None


async def _citizen(runtime: Runtime, session: AsyncSession, asking: Asking, payee: Payee, named: UUID | str) -> UUID:
    found = (await payees.citizens(session, runtime.state.register, asking, payee, [named]))[0]
    if isinstance(found, UUID):
        return found
    english, arabic = words(found)
    raise InvalidRequest(
        english, detail_ar=arabic, errors=[{"where": f"body.{payee}", "reason": english, "code": found}]
    )


async def _payout(session: AsyncSession, batch_id: UUID, number: int) -> Row[Any]:
    found = await _found(session, batch_id, number)
    if found.state == "taken_out":
        raise PayoutUnknown
    return found


async def _found(session: AsyncSession, batch_id: UUID, number: int) -> Row[Any]:
    found = await rows.find(session, batch_id, number)
    if found is None:
        raise PayoutUnknown
    return found
