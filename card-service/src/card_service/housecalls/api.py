"""Routes of house calls; the card itself is handed over by `POST /v1/cards/{card_id}/handover`."""

from __future__ import annotations

from typing import Annotated, Final
from uuid import UUID

from fastapi import Query

from card_service.cards.errors import CardUnknown
from card_service.context import WithDependencies
from card_service.housecalls import service
from card_service.housecalls.errors import (
    CardNotAtSite,
    HouseCallAhead,
    HouseCallOpen,
    HouseCallOver,
    HouseCallsFull,
    HouseCallsUsedUp,
    HouseCallUnknown,
)
from card_service.housecalls.schemas import HouseCallIn, HouseCallOut, VisitOut, Visits
from card_service.registry import names, sealed_names
from chassis.auth import Caller
from chassis.db import Reading, Work
from chassis.months import Day
from chassis.paging import Paging, by_id
from chassis.records.acts import Rows
from chassis.routing import router
from contracts.scopes import Scope

routes = router(tags=["distribution"])

_DESKS: Final = (Scope.CARDS_HANDOVER, Scope.CARDS_REPORT)
_CALL: Final = Rows("house_call", "call_id")


@routes.post(
    "/v1/cards/{card_id}/house-calls",
    scopes=_DESKS,
    status_code=201,
    problems=(CardUnknown, CardNotAtSite, HouseCallOpen, HouseCallsFull, HouseCallsUsedUp),
    purpose="hand_over",
    despite_restriction="the card goes on giving what it gives",
)
async def ask_house_call(
    card_id: UUID, given: HouseCallIn, caller: Caller, session: Work, deps: WithDependencies
) -> HouseCallOut:
    """Have a card brought home to who cannot come to its site: the first working day with room in the district.

    The appointment at the site is cancelled, and the holder is told the day by SMS.
    """
    return HouseCallOut.of(await service.ask(session, deps, caller, card_id, given))


@routes.get("/v1/house-calls", scopes=Scope.CARDS_HANDOVER, purpose="hand_over")
async def list_house_calls(
    caller: Caller,
    session: Reading,
    deps: WithDependencies,
    page: Annotated[Paging[UUID], by_id(100, 500)],
    day: Day,
    district: Annotated[str | None, Query(pattern=r"^[0-9]{2}\.[0-9]{2}$")] = None,
) -> Visits:
    """Whom the visiting team goes to on a day: addresses, and the sites where it fetches the cards."""
    found = await service.visits(session, caller, day, district, page)
    items = [
        VisitOut(
            call_id=one.call.call_id,
            card_id=one.call.card_id,
            citizen_id=one.call.citizen_id,
            holder_name_masked=names.masked(sealed_names.opened(deps.vault, one.call.citizen_id, one.name_kept)),
            district=one.call.district,
            address=one.address,
            reason=one.call.reason,
            day=one.call.day,
            state=one.call.state,
            site_id=one.site_id,
        )
        for one in found
    ]
    return Visits.of(page, items, lambda one: one.call_id)


@routes.post(
    "/v1/house-calls/{call_id}/miss",
    scopes=Scope.CARDS_HANDOVER,
    problems=(HouseCallUnknown, HouseCallOver, HouseCallAhead, HouseCallsFull),
    rows=_CALL,
    purpose="hand_over",
    despite_restriction="the card goes on giving what it gives",
)
async def miss_house_call(call_id: UUID, caller: Caller, session: Work, deps: WithDependencies) -> HouseCallOut:
    """Keep that nobody was met. The next call, planned as the first was; after the last one, the call as it ended."""
    return HouseCallOut.of(await service.miss(session, deps, caller, call_id))


@routes.post(
    "/v1/house-calls/{call_id}/withdrawal",
    scopes=_DESKS,
    problems=(HouseCallUnknown, HouseCallOver),
    rows=_CALL,
    purpose="hand_over",
    despite_restriction="the card goes on giving what it gives",
)
async def withdraw_house_call(call_id: UUID, caller: Caller, session: Work, deps: WithDependencies) -> HouseCallOut:
    """Call a house call off; the card is collected at its site."""
    return HouseCallOut.of(await service.withdraw(session, deps, caller, call_id))
