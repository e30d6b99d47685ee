"""Routes of stock."""

from __future__ import annotations

from typing import Annotated, TypedDict
from uuid import UUID

from fastapi import Query

from card_service.cards.errors import SiteUnknown
from card_service.cards.lifecycle import CardState
from card_service.context import WithDependencies
from card_service.dependencies import Dependencies
from card_service.registry import names, sealed_names
from card_service.stock import repository, service
from card_service.stock.errors import (
    CardElsewhere,
    ConsignmentReceived,
    ConsignmentUnknown,
    CountDiffers,
    NothingToSend,
    SenderReceives,
    StoreOnly,
)
from card_service.stock.models import Consignment, Lies, Lying, Moved, Movement
from card_service.stock.schemas import (
    CardsToSend,
    CardToSend,
    ConsignedCard,
    ConsignmentList,
    ConsignmentOut,
    ConsignmentPage,
    CountIn,
    CountOut,
    DispatchIn,
    LyingOut,
    LyingPage,
    MovementOut,
    MovementPage,
    OutgoingIn,
    ReceiptIn,
    StockOut,
)
from card_service.stock.service import Stock
from chassis.auth import Caller
from chassis.db import Reading, Recording, Work
from chassis.endpoints import OFFICES, Rate
from chassis.months import Day
from chassis.paging import LAST_ID, Paging, by_id
from chassis.routing import router
from contracts.scopes import Scope

routes = router(tags=["stock"])
_BOTH = (Scope.STOCK_DISPATCH, Scope.STOCK_COUNT)


def _consignment_out(found: Consignment) -> ConsignmentOut:
    return ConsignmentOut.model_validate(found, from_attributes=True)


class _Named(TypedDict):
    card_id: UUID
    holder_name_masked: str
    state: CardState


def _named(deps: Dependencies, one: Lying | Movement) -> _Named:
    name = names.masked(sealed_names.opened(deps.vault, one.citizen_id, one.name_kept))
    return {"card_id": one.card_id, "holder_name_masked": name, "state": CardState(one.state)}


def _stock_out(stock: Stock) -> StockOut:
    counts, last, count = stock.counts, stock.last, None
    if last is not None:
        count = CountOut(
            count_id=last.count_id,
            expected=last.expected,
            counted=last.counted,
            difference=last.difference,
            cards=[
                *(ConsignedCard(card_id=card_id, outcome="missing") for card_id in stock.missing),
                *(ConsignedCard(card_id=card_id, outcome="surplus") for card_id in stock.surplus),
            ],
            counted_at=last.counted_at,
            counted_by=last.counted_by,
            note=last.note,
        )
    return StockOut(
        site_id=stock.site_id,
        day=stock.day,
        opening=counts.opening,
        received=counts.received,
        issued=counts.issued,
        spoiled=counts.spoiled,
        returned=counts.returned,
        ended=counts.ended,
        closing=counts.closing,
        on_the_way=stock.on_the_way,
        of_trials=stock.of_trials,
        count=count,
    )


@routes.post(
    "/v1/consignments",
    scopes=Scope.STOCK_DISPATCH,
    callers=OFFICES,
    status_code=201,
    problems=(SiteUnknown, NothingToSend),
    rate=Rate.BULK,
    deadline=30,
)
async def dispatch(given: DispatchIn, caller: Caller, session: Work, deps: WithDependencies) -> ConsignmentOut:
    """Send produced cards from the governorate's store to a site, those of its own district first."""
    return _consignment_out(await service.dispatch(session, deps, caller, given))


@routes.get("/v1/consignments", scopes=_BOTH, callers=OFFICES)
async def list_consignments(
    caller: Caller,
    session: Reading,
    page: Annotated[Paging[UUID], by_id(50, 200, LAST_ID)],
    on_the_way: Annotated[bool | None, Query(description="whether it is yet to be received; left out, all")] = None,
) -> ConsignmentPage:
    """What is sent to the caller's site or within its governorate, the newest first."""
    found = await repository.consignments(session, caller.bound, on_the_way, page)
    return ConsignmentPage.of(page, [_consignment_out(one) for one in found], lambda one: one.consignment_id)


@routes.post(
    "/v1/pickup-sites/{site_id}/outgoing-consignments",
    scopes=Scope.STOCK_COUNT,
    callers=OFFICES,
    status_code=201,
    problems=(SiteUnknown, CardElsewhere),
    rate=Rate.BULK,
    deadline=30,
)
async def send_from_site(
    site_id: UUID, given: OutgoingIn, caller: Caller, session: Work, deps: WithDependencies
) -> ConsignmentOut:
    """Send cards away from a site: to another one, or back to the store where nobody has collected them."""
    return _consignment_out(await service.send_from(session, deps, caller, site_id, given))


@routes.get(
    "/v1/consignments/{consignment_id}",
    scopes=_BOTH,
    callers=OFFICES,
    problems=ConsignmentUnknown,
    purpose="card_lookup",
)
async def read_consignment(consignment_id: UUID, caller: Caller, session: Recording) -> ConsignmentList:
    """A consignment with its cards, for whom it goes to."""
    found = await service.find(session, caller, consignment_id)
    items = [
        ConsignedCard(card_id=card_id, outcome=outcome)
        for card_id, outcome in await repository.cards_of(session, consignment_id)
    ]
    return ConsignmentList(**_consignment_out(found).model_dump(), items=items)


@routes.post(
    "/v1/consignments/{consignment_id}/receipt",
    scopes=_BOTH,
    callers=OFFICES,
    problems=(ConsignmentUnknown, ConsignmentReceived, SenderReceives, StoreOnly),
    rate=Rate.BULK,
    deadline=30,
)
async def receive(
    consignment_id: UUID, given: ReceiptIn, caller: Caller, session: Work, deps: WithDependencies
) -> ConsignmentOut:
    """Count a consignment in, against its list: received, missing, surplus, damaged."""
    return _consignment_out(await service.receive(session, deps, caller, consignment_id, given))


@routes.get(
    "/v1/pickup-sites/{site_id}/cards-to-send",
    scopes=_BOTH,
    callers=OFFICES,
    problems=SiteUnknown,
    purpose="card_lookup",
)
async def list_cards_to_send(
    site_id: UUID, caller: Caller, session: Recording, page: Annotated[Paging[UUID], by_id(100, 1000)]
) -> CardsToSend:
    """Cards that lie at a site and are to be collected at another one: what goes with the next consignments."""
    found = await service.to_send_on(session, caller, site_id, page)
    items = [CardToSend.model_validate(one, from_attributes=True) for one in found]
    return CardsToSend.of(page, items, lambda card: card.card_id)


@routes.get(
    "/v1/pickup-sites/{site_id}/stock", scopes=_BOTH, callers=OFFICES, problems=SiteUnknown, purpose="card_lookup"
)
async def read_stock(
    site_id: UUID,
    caller: Caller,
    session: Recording,
    deps: WithDependencies,
    day: Annotated[Day | None, Query(description="by default today, in Cairo")] = None,
) -> StockOut:
    """A site's cards on a day, with the last count and by how much it differs."""
    return _stock_out(await service.stock_of(session, caller, site_id, day or deps.today()))


@routes.get(
    "/v1/pickup-sites/{site_id}/stock/cards", scopes=_BOTH, callers=OFFICES, problems=SiteUnknown, purpose="card_lookup"
)
async def list_lying(
    site_id: UUID,
    caller: Caller,
    session: Recording,
    deps: WithDependencies,
    page: Annotated[Paging[UUID], by_id(100, 1000)],
    part: Annotated[Lies, Query()] = "here",
    day: Annotated[Day | None, Query(description="by default today; tells of `here` only")] = None,
) -> LyingPage:
    """The cards behind `closing` of a site's stock on a day, or those on the way to it or of trials there now."""
    found = await service.lying(session, caller, site_id, day or deps.today(), part, page)
    return LyingPage.of(page, [LyingOut(**_named(deps, one)) for one in found], lambda one: one.card_id)


@routes.get(
    "/v1/pickup-sites/{site_id}/stock/movements",
    scopes=_BOTH,
    callers=OFFICES,
    problems=SiteUnknown,
    purpose="card_lookup",
)
async def list_movements(
    site_id: UUID,
    caller: Caller,
    session: Recording,
    deps: WithDependencies,
    page: Annotated[Paging[UUID], by_id(100, 1000)],
    part: Annotated[Moved, Query()],
    day: Annotated[Day | None, Query(description="by default today, in Cairo")] = None,
) -> MovementPage:
    """What `received`, `issued`, `spoiled`, `returned` or `ended` of a site's stock on a day counts."""
    found = await service.moved(session, caller, site_id, day or deps.today(), part, page)
    items = [MovementOut(**_named(deps, one), step_id=one.step_id, at=one.at) for one in found]
    return MovementPage.of(page, items, lambda one: one.step_id)


@routes.post(
    "/v1/pickup-sites/{site_id}/stock-counts",
    scopes=Scope.STOCK_COUNT,
    callers=OFFICES,
    status_code=201,
    problems=(SiteUnknown, CountDiffers),
    purpose="card_lookup",
    despite_restriction="the card goes on giving what it gives",
)
async def count_stock(site_id: UUID, given: CountIn, caller: Caller, session: Work, deps: WithDependencies) -> StockOut:
    """Keep what was counted at a site now: the day closes to zero, or says by how much not, by card where scanned."""
    return _stock_out(await service.count(session, deps, caller, site_id, given))
