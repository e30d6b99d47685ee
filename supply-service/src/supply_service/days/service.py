"""Use cases: an outlet closes its business day, once, and it is settled in the same transaction.

A sale that comes later counts in the next day the outlet closes.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from uuid import UUID

from sqlalchemy.engine import RowMapping
from sqlalchemy.ext.asyncio import AsyncSession

from chassis import outbox
from chassis.area import Area
from chassis.clock import business_day
from chassis.principal import Principal
from chassis.problems import InvalidRequest, NotFound
from contracts.supply import OutletDayClosed
from supply_service.context import Runtime
from supply_service.days import repository
from supply_service.days.schemas import LatePart, OutletDay
from supply_service.rules.sale import figures_on
from supply_service.rules.settlement import Merchant, Part
from supply_service.settlements import service as settlements

_SUMS = ("redemptions", "reversals", "loaves", "goods_amount", "cash_amount", "wallet_amount")


class NoSuchOutlet(NotFound):
    """There is no such outlet, or it is not yours"""

    code = "no_such_outlet"
    title_ar = "المنفذ غير معروف"


class DayNotBegun(InvalidRequest):
    """The day has not begun yet"""

    code = "day_not_begun"
    title_ar = "هذا اليوم لم يبدأ بعد"


async def close(session: AsyncSession, runtime: Runtime, caller: Principal, outlet_id: UUID, day: date) -> OutletDay:
    """Close a day; closing it again gives the same figures. Raises NoSuchOutlet, DayNotBegun or PolicyNotInForce."""
    merchant = _own(caller, outlet_id, await repository.merchant(session, outlet_id, lock=True))
    now = runtime.clock.now()
    if day > business_day(now):
        raise DayNotBegun(f"{day} has not begun yet.", detail_ar="لا يمكن إغلاق يوم لم يبدأ")
    if await repository.closed(session, outlet_id, day) is not None:
        return await _read(session, runtime, outlet_id, day)
    counted = await repository.uncounted(session, outlet_id, day, _since(runtime, day))
    await repository.close(session, outlet_id, day, now, caller.subject, counted)
    parts = [Part(part["sold_on"], part["loaves"], part["goods_amount"]) for part in counted]
    settled = await settlements.settle(session, runtime, merchant, outlet_id, day, parts, now)
    event = OutletDayClosed(outlet_id=outlet_id, business_day=day, closed_at=now, **_sums(counted))
    await outbox.add(session, event, *settled)
    return _document(outlet_id, day, counted, closed_at=now, closed_by=caller.subject)


async def read(session: AsyncSession, runtime: Runtime, caller: Principal, outlet_id: UUID, day: date) -> OutletDay:
    """A day's figures, final or so far. Raises NoSuchOutlet or PolicyNotInForce."""
    _own(caller, outlet_id, await repository.merchant(session, outlet_id))
    return await _read(session, runtime, outlet_id, day)


async def _read(session: AsyncSession, runtime: Runtime, outlet_id: UUID, day: date) -> OutletDay:
    closed = await repository.closed(session, outlet_id, day)
    if closed is not None:
        return _document(outlet_id, day, await repository.parts(session, outlet_id, day), **closed)
    return _document(outlet_id, day, await repository.uncounted(session, outlet_id, day, _since(runtime, day)))


def _document(
    outlet_id: UUID,
    day: date,
    counted: Sequence[RowMapping],
    closed_at: datetime | None = None,
    closed_by: str | None = None,
) -> OutletDay:
    return OutletDay(
        outlet_id=outlet_id,
        business_day=day,
        closed=closed_at is not None,
        closed_at=closed_at,
        closed_by=closed_by,
        late=[LatePart.model_validate(part) for part in counted if part["sold_on"] != day],
        **_sums(counted),
    )


def _since(runtime: Runtime, day: date) -> date:
    """The earliest day for which a sale may still come in."""
    days = figures_on(runtime.state.snapshot.figures, day).offline_days
    return day - timedelta(days=days + 1)


def _sums(counted: Sequence[RowMapping]) -> dict[str, int]:
    return {name: sum(int(part[name]) for part in counted) for name in _SUMS}


def _own(caller: Principal, outlet_id: UUID, merchant: Merchant | None) -> Merchant:
    """A terminal closes its own outlet's days, a caller bound to a governorate those of that one."""
    if merchant is None or not caller.bound.covers(Area(merchant.governorate, outlet_id=outlet_id)):
        raise NoSuchOutlet()
    return merchant
