"""Routes of what citizens see for themselves of bread and goods."""

from __future__ import annotations

from typing import Annotated, Final
from uuid import UUID

from sqlalchemy import RowMapping

from chassis.auth import Caller
from chassis.clock import business_day, month_start
from chassis.db import Reading
from chassis.endpoints import CITIZENS
from chassis.paging import LAST_ID, Paging, by_id
from chassis.routing import router
from contracts.scopes import Scope
from supply_service.cards import repository as cards
from supply_service.context import Running
from supply_service.own import repository
from supply_service.own.schemas import CitizenLine, CitizenSale, CitizenSales, NearbyOutlet, NearbyOutlets
from supply_service.rules.account import month_before
from supply_service.rules.refusals import CardUnknown
from supply_service.sales.record import SaleRecord, sale_of
from supply_service.sales.rendering import line_members

routes = router(prefix="/v1/self", tags=["entitlements"])

_OWN: Final = "citizens see it for themselves"


@routes.get("/sales", purpose="own", scopes=Scope.SELF_BALANCES, callers=CITIZENS, despite_restriction=_OWN)
async def list_citizens_sales(
    runtime: Running, caller: Caller, session: Reading, page: Annotated[Paging[UUID], by_id(20, 100, LAST_ID)]
) -> CitizenSales:
    """What was sold to one's own card in this month and the last one."""
    first = month_before(month_start(business_day(runtime.clock.now())))
    found = await repository.sales(session, caller.person_id, first, page.bounds)
    return CitizenSales.of(page, [_sale(row) for row in found], lambda sale: sale.redemption_id)


@routes.get(
    "/outlets",
    purpose="own",
    scopes=Scope.SELF_BALANCES,
    callers=CITIZENS,
    problems=CardUnknown,
    despite_restriction=_OWN,
)
async def list_nearby_outlets(
    caller: Caller, session: Reading, page: Annotated[Paging[UUID], by_id(100, 200)]
) -> NearbyOutlets:
    """The bakeries and shops of the district where one's household lives."""
    card_id = await cards.card_of(session, caller.person_id)
    if card_id is None:
        raise CardUnknown("This card was never issued.", detail_ar="هذا الكارت غير مسجل")
    found = await repository.outlets(session, card_id, page.bounds)
    return NearbyOutlets.of(page, [NearbyOutlet(**row) for row in found], lambda outlet: outlet.outlet_id)


def _sale(row: RowMapping) -> CitizenSale:
    sale = sale_of(row)
    return CitizenSale(
        redemption_id=sale.sale_id,
        card_id=sale.card_id,
        business_day=sale.business_day,
        occurred_at=sale.occurred_at,
        outlet_name_ar=row["name_ar"],
        outlet_name_en=row["name_en"],
        lines=_lines(sale),
        cash_due=sale.cash,
        wallet=row["wallet"],
        reversed_at=row["reversed_at"],
    )


def _lines(sale: SaleRecord) -> list[CitizenLine]:
    """The lines with the names that were kept with the sale, in as many languages as were."""
    none = ("",) * len(sale.lines)
    named = zip(sale.lines, (*sale.names, *none), (*sale.names_en, *none), strict=False)
    return [
        CitizenLine.model_validate({**line_members(line), "name_ar": arabic, "name_en": english})
        for line, arabic, english in named
    ]
