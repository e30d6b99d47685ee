"""Routes of the catalogue."""

from __future__ import annotations

from chassis.clock import business_day
from chassis.months import Day
from chassis.routing import router
from contracts.scopes import Scope
from supply_service.catalogue.schemas import Catalogue, CatalogueItem, GrantOnSale, LimitReply
from supply_service.context import Running
from supply_service.rules.figures import LOAF, Figures
from supply_service.rules.free import price_of
from supply_service.rules.keys import BREAD
from supply_service.rules.refusals import PolicyNotInForce
from supply_service.rules.sale import figures_on

routes = router(tags=["policies"])


@routes.get(
    "/v1/catalogue",
    scopes=(Scope.CATALOGUE_READ, Scope.REDEMPTIONS_CREATE, Scope.POLICIES_READ),
    problems=PolicyNotInForce,
)
async def catalogue(runtime: Running, on: Day | None = None) -> Catalogue:
    """What is on sale on a day (today where none is given), at which price, up to which limit."""
    day = on or business_day(runtime.clock.now())
    figures = figures_on(runtime.state.snapshot.figures, day)
    book = runtime.state.snapshot.figures.book
    items = [_item(code, figures, price_of(code, day, book)) for code in sorted(figures.items)]
    grants = [
        GrantOnSale.model_validate(grant._asdict())
        for grant in sorted(figures.grants.values(), key=lambda one: one.programme)
    ]
    sold = [item for item in items if item.prices or item.free_price is not None]
    return Catalogue(on=day, price_list=figures.price_list, items=sold, grants=grants)


def _item(code: str, figures: Figures, free_price: int | None) -> CatalogueItem:
    item = figures.items[code]
    prices = {programme: amount for (programme, sold), amount in figures.prices.items() if sold == code}
    if code == LOAF:
        prices = {BREAD: figures.loaf_price}
    limit = figures.limits.get(item.limit_group or "")
    steps = limit.by_members if limit else None
    return CatalogueItem(
        item=code,
        name_ar=item.name_ar,
        name_en=item.name_en,
        unit=item.unit,
        content=item.content,
        prices=prices,
        free_price=free_price,
        limit_group=item.limit_group if limit else None,
        limit=LimitReply(
            units_each=item.limit_units,
            per_person=limit.per_person,
            per_card=limit.per_card,
            by_members=list(zip(steps.starts, steps.figures, strict=True)) if steps else None,
        )
        if limit
        else None,
    )
