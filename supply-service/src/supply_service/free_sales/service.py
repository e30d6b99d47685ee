"""Use cases: a sale at the free price, taking it back, and the sales of a day."""

from __future__ import annotations

from datetime import date
from uuid import UUID

import orjson
from sqlalchemy.engine import RowMapping
from sqlalchemy.ext.asyncio import AsyncSession

from chassis.area import Area, Bound
from chassis.clock import business_day
from chassis.ids import new_id
from chassis.paging import Paging
from chassis.principal import Principal
from policybook.book import PolicyInvalid
from supply_service.context import Runtime
from supply_service.free_sales import repository
from supply_service.free_sales.schemas import FreeSale, FreeSaleRequest
from supply_service.redemptions.service import place_of
from supply_service.rules import free
from supply_service.rules.refusals import AlreadyReversed, PolicyNotInForce, ReversalTooLate, SaleUnknown
from supply_service.rules.sale import figures_on


async def sell(session: AsyncSession, runtime: Runtime, caller: Principal, asked: FreeSaleRequest) -> FreeSale:
    """Sell for cash. Raises what the terminal, the outlet or `free.sell` refuses, or PolicyNotInForce."""
    place = await place_of(runtime, caller, sells=True)
    now = runtime.clock.now()
    day, by_day = business_day(now), runtime.state.snapshot.figures
    figures, wanted = figures_on(by_day, day), [(line.item, line.quantity) for line in asked.lines]
    try:
        lines = free.sell(wanted, place.outlet_kind, figures, by_day.book, asked.expected_amount)
    except PolicyInvalid as error:
        raise PolicyNotInForce(str(error)) from error
    free_sale_id = new_id()
    await repository.add(
        session,
        free_sale_id=free_sale_id,
        outlet_id=place.outlet_id,
        terminal_id=place.terminal_id,
        business_day=day,
        sold_at=now,
        lines=orjson.dumps([line._asdict() for line in lines]).decode(),
        loaves=free.loaves_of(lines),
        amount=sum(line.amount for line in lines),
    )
    return _reply(await _own(session, caller, free_sale_id))


async def reverse(
    session: AsyncSession, runtime: Runtime, caller: Principal, free_sale_id: UUID, reason: str
) -> FreeSale:
    """Take a sale of the same outlet back, on its business day.

    Raises SaleUnknown, AlreadyReversed or ReversalTooLate.
    """
    await place_of(runtime, caller)
    sold, now = await _own(session, caller, free_sale_id), runtime.clock.now()
    if sold["reversed_at"] is None and business_day(now) > sold["business_day"]:
        raise ReversalTooLate("It is taken back on its own day.", detail_ar="يتم إلغاء البيع الحر في نفس اليوم فقط")
    if not await repository.reverse(session, free_sale_id, caller.subject, now, reason):
        raise AlreadyReversed("This sale was reversed already.", detail_ar="سبق إلغاء هذه العملية")
    return _reply(await _own(session, caller, free_sale_id))


async def page(
    session: AsyncSession, runtime: Runtime, bound: Bound, day: date | None, outlet_id: UUID | None, asked: Paging[UUID]
) -> list[FreeSale]:
    """The next sales of a day, today where none is named, that a caller may see; a terminal its outlet's."""
    wanted = day or business_day(runtime.clock.now())
    return [_reply(row) for row in await repository.page(session, bound, wanted, outlet_id, asked.bounds)]


async def _own(session: AsyncSession, caller: Principal, free_sale_id: UUID) -> RowMapping:
    found = await repository.find(session, free_sale_id)
    if found is None or not caller.bound.covers(
        Area(found["governorate"], found["district"], outlet_id=found["outlet_id"])
    ):
        raise SaleUnknown("This outlet has made no such sale.", detail_ar="العملية غير مسجلة لهذا المنفذ")
    return found


def _reply(row: RowMapping) -> FreeSale:
    return FreeSale.model_validate({**row, "lines": orjson.loads(row["lines"])})
