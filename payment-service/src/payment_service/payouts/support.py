"""Support given as cash: what supply-service tells to be due becomes a batch of payouts, month by month.

What is due follows from the policies and the register, and nobody decides it line by line. The money moves as every
payout does: somebody gathers a month into a batch, another person approves it, and the fund must have it.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime

from sqlalchemy.ext.asyncio import AsyncSession

from chassis.area import OF_THE_NATION
from chassis.months import first_day
from chassis.principal import Principal
from contracts.scopes import Scope
from contracts.supply import CashSupportDue
from payment_service.context import Runtime
from payment_service.errors import NothingDue, ProgrammeUnknown
from payment_service.funds import service as funds
from payment_service.ownership import reads_all
from payment_service.payouts import service, support_rows
from payment_service.payouts.schemas import (
    DeclarationRequest,
    PayoutBatch,
    PayoutBatchRequest,
    SupportBatchRequest,
    SupportDue,
)


def programme_of(supplied: str) -> str:
    """The programme of payouts that pays for one of supply's: `cash_goods` for goods."""
    return f"cash_{supplied}"


async def hear(session: AsyncSession, told: Sequence[tuple[CashSupportDue, datetime]]) -> None:
    """Keep what is due until it is gathered; what was told before changes nothing."""
    rows = [(due.due_id, due.household_id, programme_of(due.programme), due.period, due.amount, at) for due, at in told]
    await support_rows.enter(session, rows)


async def gather(runtime: Runtime, session: AsyncSession, caller: Principal, body: SupportBatchRequest) -> PayoutBatch:
    """Make an open batch of what is due for a month and in no batch yet, to the present heads of the households.

    Raises OutsideBound, NothingDue, and what `service.declare` raises.
    """
    caller.bound.ensure_covers(OF_THE_NATION)
    await funds.usable(session, caller, body.programme)
    month = first_day(body.month)
    await support_rows.take_turn(session, body.programme, month)
    count, total = await support_rows.payable(session, body.programme, month)
    if not count:
        raise NothingDue
    request = PayoutBatchRequest(**body.model_dump(), declared_count=count, declared_total=total)
    made = await service.declare(runtime, session, caller, request)
    filled = await support_rows.fill(session, made.batch_id, body.programme, month)
    if filled == (count, total):
        return await service.get(session, caller, made.batch_id)
    # More was told meanwhile: the batch is what was gathered.
    told = DeclarationRequest(declared_count=filled[0], declared_total=filled[1])
    return await service.redeclare(runtime, session, caller, made.batch_id, told)


async def due(session: AsyncSession, caller: Principal, programme: str, month: date) -> SupportDue:
    """What is due for a month and how far it has come. Raises ProgrammeUnknown, also for another authority's."""
    if not reads_all(caller, Scope.PAYOUTS_READ):
        await funds.programme_of(session, caller, programme)
    elif not programme.startswith(programme_of("")):
        raise ProgrammeUnknown
    found = await support_rows.totals(session, programme, month)
    return SupportDue(programme=programme, month=month, **found)
