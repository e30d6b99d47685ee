"""Use cases: letting a bakery sell to people without a card, taking that back on its day, and the list of it."""

from __future__ import annotations

from uuid import UUID

from sqlalchemy.engine import RowMapping
from sqlalchemy.ext.asyncio import AsyncSession

from chassis.area import Area, Bound
from chassis.clock import business_day
from chassis.ids import new_id
from chassis.paging import Paging
from chassis.principal import Principal
from chassis.problems import Conflict, NotFound
from policybook.book import PolicyInvalid
from supply_service.context import Runtime
from supply_service.inspections import repository
from supply_service.inspections.schemas import DrawRequest, InspectorDraw
from supply_service.outlets.service import OutletUnknown
from supply_service.rules import inspector
from supply_service.rules.refusals import PolicyNotInForce
from supply_service.rules.sale import figures_on
from supply_service.rules.settlement import Merchant


class DrawUnknown(NotFound):
    """There is no such draw of an inspector, or it is not yours"""

    code = "inspector_draw_unknown"
    title_ar = "صرف المفتش غير معروف"


class DrawOver(Conflict):
    """A draw of an inspector is taken back on its own day"""

    code = "inspector_draw_over"
    title_ar = "يتم إلغاء صرف المفتش في نفس اليوم فقط"


async def draw(session: AsyncSession, runtime: Runtime, caller: Principal, asked: DrawRequest) -> InspectorDraw:
    """Let a bakery sell. Raises OutletUnknown, PolicyNotInForce, or what `inspector.draw` refuses."""
    outlet = await repository.outlet(session, asked.outlet_id)
    if outlet is None or not caller.bound.covers(_area(outlet, asked.outlet_id)):
        raise OutletUnknown()
    now, by_day = runtime.clock.now(), runtime.state.snapshot.figures
    day = business_day(now)
    merchant = Merchant(outlet["kind"], outlet["governorate"], outlet["fuel"], outlet["loaf_type"])
    drawn = await repository.drawn(session, asked.outlet_id, day)
    try:
        amount = inspector.draw(merchant, asked.loaves, drawn, figures_on(by_day, day), by_day.book)
    except PolicyInvalid as error:
        raise PolicyNotInForce(str(error)) from error
    draw_id = new_id()
    await repository.add(
        session,
        draw_id=draw_id,
        business_day=day,
        amount=amount,
        drawn_by=caller.subject,
        drawn_at=now,
        **asked.model_dump(),
    )
    return _reply(await _own(session, caller, draw_id))


async def withdraw(session: AsyncSession, runtime: Runtime, caller: Principal, draw_id: UUID) -> InspectorDraw:
    """Take a draw back on its own day; a repeat gives the same. Raises DrawUnknown or DrawOver."""
    found, now = await _own(session, caller, draw_id), runtime.clock.now()
    if found["withdrawn_at"] is None:
        if business_day(now) > found["business_day"]:
            raise DrawOver()
        await repository.withdraw(session, draw_id, caller.subject, now)
    return _reply(await _own(session, caller, draw_id))


async def page(session: AsyncSession, bound: Bound, outlet_id: UUID | None, asked: Paging[UUID]) -> list[InspectorDraw]:
    """The next draws that a caller may see."""
    return [_reply(row) for row in await repository.page(session, bound, outlet_id, asked.bounds)]


async def _own(session: AsyncSession, caller: Principal, draw_id: UUID) -> RowMapping:
    found = await repository.find(session, draw_id)
    if found is None or not caller.bound.covers(_area(found, found["outlet_id"])):
        raise DrawUnknown()
    return found


def _area(row: RowMapping, outlet_id: UUID) -> Area:
    return Area(row["governorate"], row["district"], outlet_id=outlet_id)


def _reply(row: RowMapping) -> InspectorDraw:
    return InspectorDraw.model_validate(dict(row))
