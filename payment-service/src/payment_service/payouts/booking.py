"""Letting an approved batch be booked: within its fund's balance and ceiling, from an account of its own.

What a batch may pay is moved from its fund to the batch's account when it is approved, so that no two batches count on
the same money and none can pay more than was approved; what is left when it is completed goes back.
"""

from __future__ import annotations

from typing import Any
from uuid import UUID

from sqlalchemy import Row, event
from sqlalchemy.ext.asyncio import AsyncSession

from chassis import outbox
from chassis.clock import business_day
from chassis.ids import new_id
from chassis.principal import Principal
from chassis.problems import NotFound
from contracts.payment import PayoutBatchAccepted
from payment_service.context import Runtime
from payment_service.errors import AboveCeiling, FundShort, ProgrammeUnknown
from payment_service.funds import repository as funds
from payment_service.keys import PAYOUT_FUND_MOST
from payment_service.ledger import repository as ledger
from payment_service.ledger.accounts import account_id
from payment_service.payouts import repository

RESERVED, RETURNED = "payout_reserved", "payout_returned"
ACCOUNT = "clearing"


async def release(session: AsyncSession, runtime: Runtime, batch_id: UUID, caller: Principal) -> None:
    """Reserve a submitted batch's sum and let it be booked. Raises FundShort, AboveCeiling or ProgrammeUnknown."""
    batch = await repository.lock(session, batch_id)
    if batch is None:
        raise NotFound("There is no such batch.", detail_ar="لا توجد هذه الدفعة.")
    fund = await funds.lock_fund(session, batch.fund)
    if fund is None or fund.authority != batch.owner:
        raise ProgrammeUnknown(
            "The batch's fund is another authority's by now.", detail_ar="أصبح صندوق الدفعة تابعاً لجهة أخرى."
        )
    await _ensure_below_ceiling(session, runtime, batch)
    now = runtime.clock.now()
    owner = f"payout_batch:{batch_id}"
    await ledger.open_accounts(session, ACCOUNT, [owner], may_overdraw=False)
    paying = account_id(ACCOUNT, owner)
    reserved = ledger.Move(
        new_id(), fund.account_id, paying, batch.declared_total, RESERVED, f"{batch.programme}:{batch.reference}"
    )
    if not await ledger.move(session, reserved, business_day(now), now):
        raise FundShort(
            f"The fund {batch.fund} does not have {batch.declared_total} piastres.",
            detail_ar="يلزم تمويل الصندوق أولاً.",
        )
    await repository.approve(session, batch_id, caller.subject, now, paying)
    accepted = PayoutBatchAccepted(
        batch_id=batch_id, programme=batch.programme, count=batch.declared_count, total=batch.declared_total
    )
    await outbox.add(session, accepted)
    event.listen(session.sync_session, "after_commit", lambda _: runtime.state.approved.set(), once=True)


async def give_back(session: AsyncSession, runtime: Runtime, batch: Row[Any]) -> None:
    """Return to the fund what a completed batch has not paid."""
    left = await ledger.balance(session, batch.paying_account_id)
    if left:
        now = runtime.clock.now()
        back = ledger.Move(
            new_id(), batch.paying_account_id, batch.fund_id, left, RETURNED, f"{batch.programme}:{batch.reference}"
        )
        await ledger.move(session, back, business_day(now), now)


async def _ensure_below_ceiling(session: AsyncSession, runtime: Runtime, batch: Row[Any]) -> None:
    most = PAYOUT_FUND_MOST.on(runtime.state.policies.book, batch.month, fund=batch.fund)
    taken = await repository.taken_of_fund(session, batch.fund, batch.month, batch.batch_id)
    if taken + batch.declared_total > most:
        raise AboveCeiling(
            f"The fund {batch.fund} may pay {most} piastres for {batch.month:%Y-%m}; {taken} are approved already.",
            detail_ar="إجمالي دفعات الصندوق لهذا الشهر يتجاوز الحد المسموح.",
            most=most,
        )
