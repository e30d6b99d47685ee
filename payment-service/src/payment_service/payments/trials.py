"""Money of trials: a test wallet is given some when its card is activated, and what it paid is told for the outcome.

It comes from an account of its own (`fund`, `trial`) and goes to trial merchants: no real fund, payee or total has a
part in it.
"""

# ruff: noqa: S608 - nothing but this module's own words is put into a statement

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from datetime import datetime
from typing import Final, NamedTuple
from uuid import UUID, uuid5

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from chassis import outbox
from chassis.isolation import Batches, not_aside
from chassis.periodic import Periodic
from chassis.refusals import Refusal
from chassis.row_arrays import statement
from contracts.trials import TrialPaymentSeen
from payment_service.context import Runtime
from payment_service.keys import TRIAL_MONEY
from payment_service.ledger.accounts import NAMESPACE
from payment_service.ledger.rules import Transfer
from payment_service.payments import service

FUND: Final = "trial"
GIVEN: Final = "trial_money"
WORKER: Final = "trial_payments"
CHUNK: Final = 200
_NEXT = text(
    "SELECT t.transfer_id, h.household_id, t.settled_at FROM trial_household h JOIN card c USING (household_id)"
    " JOIN account a ON a.kind = 'wallet' AND a.owner = CAST(c.citizen_id AS text)"
    " JOIN transfer t ON t.debit_account_id = a.account_id AND t.kind = 'payment' AND t.state = 'posted'"
    " WHERE NOT EXISTS (SELECT FROM trial_payment_told d WHERE d.payment_id = t.transfer_id)"
    f" AND {not_aside(WORKER, 't.transfer_id')} ORDER BY t.transfer_id LIMIT :limit"
)
_TELL = statement(
    "INSERT INTO trial_payment_told (payment_id, told_at) SELECT DISTINCT r.payment_id, CAST(:at AS timestamptz)"
    " FROM <rows> ON CONFLICT (payment_id) DO NOTHING RETURNING payment_id",
    payment_id="uuid",
)


class Seen(NamedTuple):
    """What a test wallet has paid, and when it was taken."""

    payment_id: UUID
    household_id: UUID
    captured_at: datetime


async def give(runtime: Runtime, citizens: Sequence[UUID]) -> None:
    """Let test wallets have something to pay with, once each. Raises the ledger's refusal."""
    if not citizens:
        return
    accounts, amount = runtime.state.accounts, TRIAL_MONEY.on(runtime.state.policies.book, runtime.clock.today())
    fund = await accounts.one("fund", FUND)
    wallets = [await accounts.one("wallet", str(citizen)) for citizen in citizens]
    given = [
        Transfer(uuid5(NAMESPACE, f"{GIVEN}:{citizen}"), fund, wallet, amount, "posted", kind=GIVEN, reference=FUND)
        for citizen, wallet in zip(citizens, wallets, strict=True)
    ]
    for outcome in await asyncio.gather(*(service.book(runtime, one) for one in given)):
        if isinstance(outcome, Refusal):
            raise outcome


async def _next(session: AsyncSession, _: Runtime, limit: int) -> Sequence[Seen]:
    return [Seen(*row) for row in await session.execute(_NEXT, {"limit": limit})]


async def _tell(session: AsyncSession, runtime: Runtime, seen: Sequence[Seen]) -> None:
    """Tell of those that no other process has told meanwhile."""
    values = {"payment_id": [one.payment_id for one in seen], "at": runtime.clock.now()}
    new = set((await session.execute(_TELL, values)).scalars())
    told = {one.payment_id: one for one in seen if one.payment_id in new}
    await outbox.add(session, *(TrialPaymentSeen(**one._asdict()) for one in told.values()))


PAID = Batches(WORKER, _next, _tell, lambda one: one.payment_id, lambda _: CHUNK)
JOBS: Final = (Periodic(PAID.worker, PAID.run, lambda runtime: runtime.state.settings.trial_poll_seconds),)
