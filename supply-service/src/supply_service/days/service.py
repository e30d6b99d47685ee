"""Use cases: an outlet's business day is closed, once, and settled in the same transaction: by hand, or by the clock.

A sale that comes later counts in the next day of the outlet that is closed.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from uuid import UUID

from sqlalchemy.engine import RowMapping
from sqlalchemy.ext.asyncio import AsyncSession

from chassis import outbox
from chassis.area import Area
from chassis.clock import business_day
from chassis.paging import Paging
from chassis.principal import Principal
from chassis.problems import InvalidRequest, NotFound
from contracts.supply import OutletDayClosed
from supply_service.context import Runtime
from supply_service.days import claims, repository, unclosed
from supply_service.days.schemas import ClaimFigures, ClosedDay, FreeFigures, LatePart, OutletDay, TerminalFigures
from supply_service.rules.closing import to_close
from supply_service.rules.sale import figures_on
from supply_service.rules.settlement import Merchant, Part
from supply_service.settlements import service as settlements

_SUMS = ("redemptions", "reversals", "loaves", "flour", "goods_amount", "grants_amount", "cash_amount", "wallet_amount")


class NoSuchOutlet(NotFound):
    """There is no such outlet, or it is not yours"""

    code = "no_such_outlet"
    title_ar = "المنفذ غير معروف"


class DayNotBegun(InvalidRequest):
    """The day has not begun yet"""

    code = "day_not_begun"
    title_ar = "هذا اليوم لم يبدأ بعد"


async def close(session: AsyncSession, runtime: Runtime, caller: Principal, outlet_id: UUID, day: date) -> OutletDay:
    """Close a day; closing it again gives the same figures. Days before it that were left open are closed first.

    Raises NoSuchOutlet, DayNotBegun or PolicyNotInForce.
    """
    merchant = _own(caller, await repository.merchant(session, outlet_id, lock=True))
    now = runtime.clock.now()
    if day > business_day(now):
        raise DayNotBegun(f"{day} has not begun yet.", detail_ar="لا يمكن إغلاق يوم لم يبدأ")
    if await repository.closed(session, outlet_id, day) is None:
        found = await unclosed.uncounted(session, [outlet_id], day, reach(runtime, now), now)
        left_open = [sold.day for sold in found.get(outlet_id, ()) if not sold.closed and sold.day < day]
        for earlier in left_open:
            await _close(session, runtime, merchant, outlet_id, earlier, unclosed.CLOCK)
        await _close(session, runtime, merchant, outlet_id, day, caller.subject)
    return await _read(session, runtime, outlet_id, day)


async def closed_days(session: AsyncSession, caller: Principal, outlet_id: UUID, page: Paging[str]) -> list[ClosedDay]:
    """The days that an outlet has closed, the newest first. Raises NoSuchOutlet."""
    _own(caller, await repository.merchant(session, outlet_id))
    before = date.fromisoformat(page.after) if page.after else date.max
    rows = await repository.listed(session, outlet_id, before, page.limit + 1)
    return [ClosedDay.model_validate(row) for row in rows]


async def close_by_clock(session: AsyncSession, runtime: Runtime, outlet_id: UUID, last: date) -> int:
    """Close the days of an outlet up to `last` that nobody has closed; how many. Each is closed once, by whomever."""
    known = await repository.merchant(session, outlet_id, lock=True)
    if known is None:
        return 0
    merchant, _ = known
    # Read behind the lock: what another process has closed meanwhile is closed.
    now = runtime.clock.now()
    found = await unclosed.uncounted(session, [outlet_id], last, reach(runtime, now), now)
    claims = bool(await unclosed.claimants(session, [outlet_id]))
    closed = 0
    for day in to_close(found.get(outlet_id, ()), last, claims=claims):
        if await repository.closed(session, outlet_id, day) is None:
            await _close(session, runtime, merchant, outlet_id, day, unclosed.CLOCK)
            closed += 1
    return closed


async def read(session: AsyncSession, runtime: Runtime, caller: Principal, outlet_id: UUID, day: date) -> OutletDay:
    """A day's figures, final or so far. Raises NoSuchOutlet or PolicyNotInForce."""
    _own(caller, await repository.merchant(session, outlet_id))
    return await _read(session, runtime, outlet_id, day)


def reach(runtime: Runtime, now: datetime) -> int:
    """Days before its coming on which a late sale may have been made, a day more than the policies say.

    What stands on paper sheets is looked for by the sheets' own days.
    """
    return figures_on(runtime.state.snapshot.figures, business_day(now)).offline_days + 1


async def _close(
    session: AsyncSession, runtime: Runtime, merchant: Merchant, outlet_id: UUID, day: date, by: str
) -> None:
    now = runtime.clock.now()
    counted = await repository.uncounted(session, outlet_id, day, reach(runtime, now), now)
    await repository.close(session, outlet_id, day, now, by, counted)
    await claims.count(session, outlet_id, day)
    parts = [
        Part(
            part["sold_on"],
            part["loaves"],
            part["goods_amount"],
            grants_amount=part["grants_amount"],
            flour=part["flour"],
        )
        for part in counted
    ]
    for claim in await claims.counted(session, outlet_id, day):
        paid = Part(
            claim["sold_on"], claim["loaves"], claim["goods_amount"], True, claim["grants_amount"], claim["flour"]
        )
        parts.append(paid)
    if merchant.trial:  # it is closed as any, so that closing is tried; nobody hears of it, and nothing is paid
        return
    settled = await settlements.settle(session, runtime, merchant, outlet_id, day, parts, now)
    event = OutletDayClosed(outlet_id=outlet_id, business_day=day, closed_at=now, **_sums(counted))
    await outbox.add(session, event, *settled)


async def _read(session: AsyncSession, runtime: Runtime, outlet_id: UUID, day: date) -> OutletDay:
    closed = await repository.closed(session, outlet_id, day)
    if closed is not None:
        counted = await repository.parts(session, outlet_id, day)
    else:
        now = runtime.clock.now()
        counted = await repository.uncounted(session, outlet_id, day, reach(runtime, now), now)
    return OutletDay(
        outlet_id=outlet_id,
        business_day=day,
        closed=closed is not None,
        closed_at=closed["closed_at"] if closed else None,
        closed_by=closed["closed_by"] if closed else None,
        late=[LatePart.model_validate(part) for part in counted if part["sold_on"] != day],
        claims=[ClaimFigures(**claim) for claim in await claims.counted(session, outlet_id, day)],
        terminals=[TerminalFigures(**row) for row in await repository.terminals(session, outlet_id, day)],
        free=FreeFigures(**await repository.free(session, outlet_id, day)),
        inspector_loaves=await repository.inspector_loaves(session, outlet_id, day),
        **_sums(counted),
    )


def _sums(counted: Sequence[RowMapping]) -> dict[str, int]:
    return {name: sum(int(part[name]) for part in counted) for name in _SUMS}


def _own(caller: Principal, known: tuple[Merchant, Area] | None) -> Merchant:
    """A terminal closes its own outlet's days, a caller bound to a governorate or a district those of that one."""
    if known is None or not caller.bound.covers(known[1]):
        raise NoSuchOutlet()
    return known[0]
