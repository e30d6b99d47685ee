"""Use cases: entering and withdrawing deliveries of flour, bakeries' balances, and months that do not agree."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta
from typing import NamedTuple
from uuid import UUID

from prometheus_client import Gauge
from sqlalchemy.engine import RowMapping
from sqlalchemy.ext.asyncio import AsyncSession

from chassis.area import NATION, Area, Bound
from chassis.clock import business_day, months_before
from chassis.ids import new_id
from chassis.logging import get_logger
from chassis.metrics import BACKGROUND
from chassis.paging import FIRST_ID, Paging
from chassis.periodic import Periodic
from chassis.principal import Principal
from policybook.book import PolicyBook, PolicyInvalid, PolicyMissing
from supply_service.context import Runtime
from supply_service.months.service import present
from supply_service.outlets.service import OutletUnknown
from supply_service.rules import keys
from supply_service.rules.refusals import PolicyNotInForce
from supply_service.rules.sacks import balance
from supply_service.rules.settlement import Merchant
from supply_service.sacks import repository
from supply_service.sacks.errors import (
    DeliveryAhead,
    DeliveryEntered,
    DeliveryUnknown,
    FindingUnknown,
    NotABakery,
    PeriodInvalid,
)
from supply_service.sacks.schemas import Delivery, DeliveryRequest, Finding, OutletBalance

log = get_logger(__name__)

LONGEST = timedelta(days=91)
EVERY_SECONDS = 3600.0
TOGETHER = 200
ALONE = Gauge(
    "unicard_flour_findings_left_alone", "Findings about flour that nobody has followed for days", registry=BACKGROUND
)


class Found(NamedTuple):
    """A bakery's month that does not agree."""

    finding_id: UUID
    outlet_id: UUID
    sacks: int
    expected: int
    sold: int
    allowed: int


async def enter(session: AsyncSession, runtime: Runtime, caller: Principal, asked: DeliveryRequest) -> Delivery:
    """Enter a delivery. Raises OutletUnknown, NotABakery, DeliveryAhead or DeliveryEntered."""
    outlet = await repository.outlet(session, asked.outlet_id)
    if outlet is None or not caller.bound.covers(_area(outlet, asked.outlet_id)):
        raise OutletUnknown()
    if outlet["kind"] != "bakery":
        raise NotABakery()
    now = runtime.clock.now()
    if asked.delivered_on > business_day(now):
        raise DeliveryAhead()
    delivery_id = new_id()
    entered = await repository.add(
        session, delivery_id=delivery_id, entered_by=caller.subject, entered_at=now, **asked.model_dump()
    )
    if not entered:
        raise DeliveryEntered()
    return await _read(session, caller, delivery_id)


async def withdraw(
    session: AsyncSession, runtime: Runtime, caller: Principal, delivery_id: UUID, reason: str
) -> Delivery:
    """Let a delivery not count, once; a repeat gives the same. Raises DeliveryUnknown."""
    await _read(session, caller, delivery_id)
    await repository.withdraw(session, delivery_id, caller.subject, runtime.clock.now(), reason)
    return await _read(session, caller, delivery_id)


async def page(session: AsyncSession, bound: Bound, outlet_id: UUID | None, asked: Paging[UUID]) -> list[Delivery]:
    """The next deliveries that a caller may see."""
    rows = await repository.page(session, bound, outlet_id, asked.bounds)
    return [Delivery.model_validate(dict(row)) for row in rows]


async def balances(
    session: AsyncSession,
    runtime: Runtime,
    bound: Bound,
    outlet_id: UUID | None,
    period: tuple[date, date],
    asked: Paging[UUID],
) -> list[OutletBalance]:
    """The next bakeries' flour from the first to the last day. Raises PeriodInvalid or PolicyNotInForce."""
    first, last = period
    if not timedelta() <= last - first <= LONGEST:
        raise PeriodInvalid()
    book = runtime.state.snapshot.figures.book
    try:
        return await _balances(session, bound, outlet_id, period, book, asked)
    except (PolicyMissing, PolicyInvalid) as error:
        raise PolicyNotInForce(str(error)) from error


async def findings(session: AsyncSession, bound: Bound, asked: Paging[UUID]) -> list[Finding]:
    """The next findings that a caller may see."""
    return [Finding.model_validate(dict(row)) for row in await repository.findings(session, bound, asked.bounds)]


async def follow(session: AsyncSession, runtime: Runtime, caller: Principal, finding_id: UUID, note: str) -> Finding:
    """Go after a finding; whoever says so last does. Raises FindingUnknown."""
    found = await repository.finding(session, finding_id)
    if found is None or not caller.bound.covers(_area(found, found["outlet_id"])):
        raise FindingUnknown()
    now = runtime.clock.now()
    await repository.follow(session, finding_id, caller.subject, now, note)
    followed = {"followed_by": caller.subject, "followed_at": now, "note": note}
    return Finding.model_validate(dict(found) | followed)


async def look(runtime: Runtime) -> None:
    """Look at the month that is over, once, as soon as no sale made without a network in it is taken any more."""
    book, now, month = runtime.state.snapshot.figures.book, runtime.clock.now(), present(runtime)
    if business_day(now) <= month + timedelta(days=keys.OFFLINE_DAYS.on(book, business_day(now))):
        return
    over = months_before(month, 1)
    async with runtime.sessions() as session:
        if await repository.looked_at(session, over):
            return
    period, after, looked_at = (over, month - timedelta(days=1)), FIRST_ID, 0
    while True:
        async with runtime.sessions() as session, session.begin():
            some = await _balances(session, Bound(NATION), None, period, book, Paging(after, TOGETHER - 1))
            flagged = [one for one in some if one.flagged]
            found = [Found(new_id(), one.outlet_id, one.sacks, one.expected, one.sold, one.allowed) for one in flagged]
            await repository.enter_findings(session, over, now, found)
            looked_at += len(some)
            if len(some) < TOGETHER:
                await repository.mark(session, over, now, looked_at)
                log.info("bakeries' flour was held against their loaves", month=over.isoformat(), bakeries=looked_at)
                return
            after = some[-1].outlet_id


async def _balances(
    session: AsyncSession,
    bound: Bound,
    outlet_id: UUID | None,
    period: tuple[date, date],
    book: PolicyBook,
    asked: Paging[UUID],
) -> list[OutletBalance]:
    first, last = period
    rows: Sequence[RowMapping] = await repository.sold(session, bound, outlet_id, first, last, asked.bounds)
    delivered = await repository.delivered(session, [row["outlet_id"] for row in rows], first, last)
    made = []
    for row in rows:
        merchant = Merchant(row["kind"], row["governorate"], row["fuel"], row["loaf_type"])
        held = balance(merchant, delivered[row["outlet_id"]], row["sold"], last, book)
        made.append(
            OutletBalance(outlet_id=row["outlet_id"], missing=held.missing, flagged=held.flagged, **held._asdict())
        )
    return made


async def _read(session: AsyncSession, caller: Principal, delivery_id: UUID) -> Delivery:
    found = await repository.find(session, delivery_id)
    if found is None or not caller.bound.covers(_area(found, found["outlet_id"])):
        raise DeliveryUnknown()
    return Delivery.model_validate(dict(found))


def _area(row: RowMapping, outlet_id: UUID) -> Area:
    return Area(row["governorate"], row["district"], outlet_id=outlet_id)


async def _left_alone(runtime: Runtime) -> None:
    now = runtime.clock.now()
    days = keys.FINDING_DAYS.find(runtime.state.snapshot.book, business_day(now))
    if days is not None:
        ALONE.set(await runtime.pool.fetchval(repository.LEFT_ALONE, now - timedelta(days=days)))


JOBS: tuple[Periodic[Runtime], ...] = (
    Periodic("flour_balances", look, EVERY_SECONDS),
    Periodic("flour_findings", _left_alone, EVERY_SECONDS),
)
