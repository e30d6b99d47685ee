"""Routes of when a site is open: its hours, closures, last day, and the slots that follow."""

from __future__ import annotations

from typing import Annotated, Final
from uuid import UUID

from fastapi import Query

from card_service.cards.errors import SiteEnded, SiteUnknown
from card_service.context import WithDependencies
from card_service.distribution import service, slots
from card_service.distribution.errors import (
    ClosureInvalid,
    ClosureOver,
    ClosureUnknown,
    SiteEndInvalid,
    SlotPeriodInvalid,
)
from card_service.distribution.schemas import (
    ClosureIn,
    ClosureOut,
    ClosurePage,
    EndingIn,
    HoursIn,
    SiteOut,
    SlotOut,
    SlotsOut,
)
from chassis.auth import Caller
from chassis.db import Reading, Work
from chassis.months import Day
from chassis.paging import Paging, by_id
from chassis.routing import router
from contracts.scopes import Scope

routes = router(tags=["distribution"])

WHO_SENDS_PEOPLE: Final = (
    Scope.SITES_READ,
    Scope.SITES_WRITE,
    Scope.ROLLOUT_WRITE,
    Scope.CARDS_HANDOVER,
    Scope.CARDS_WRITE,
)


@routes.put("/v1/pickup-sites/{site_id}/hours", scopes=Scope.SITES_WRITE, problems=(SiteUnknown, SiteEnded))
async def set_hours(site_id: UUID, given: HoursIn, caller: Caller, session: Work, deps: WithDependencies) -> SiteOut:
    """Give a site other hours and counters from now on. Who is invited already stays so, however few may come now."""
    return SiteOut.of(await service.set_hours(session, deps, caller, site_id, given))


@routes.post(
    "/v1/pickup-sites/{site_id}/ending", scopes=Scope.SITES_WRITE, problems=(SiteUnknown, SiteEnded, SiteEndInvalid)
)
async def end_site(site_id: UUID, given: EndingIn, caller: Caller, session: Work, deps: WithDependencies) -> SiteOut:
    """Give a site its last day: nobody is invited there later."""
    return SiteOut.of(await service.end_site(session, deps, caller, site_id, given))


@routes.post(
    "/v1/pickup-sites/{site_id}/closures",
    scopes=Scope.SITES_WRITE,
    status_code=201,
    problems=(SiteUnknown, SiteEnded, ClosureInvalid),
)
async def close_site(
    site_id: UUID, given: ClosureIn, caller: Caller, session: Work, deps: WithDependencies
) -> ClosureOut:
    """Shut a site for a time, planned or in an emergency: its hours of that time take nobody any more."""
    return ClosureOut.of(await service.close_site(session, deps, caller, site_id, given))


@routes.get("/v1/pickup-sites/{site_id}/closures", scopes=(Scope.SITES_READ, Scope.SITES_WRITE), problems=SiteUnknown)
async def list_closures(
    site_id: UUID, caller: Caller, session: Reading, page: Annotated[Paging[UUID], by_id(50, 200)]
) -> ClosurePage:
    """When a site was or will be shut, why, and who has said so."""
    found = await service.closures(session, caller, site_id, page)
    return ClosurePage.of(page, [ClosureOut.of(one) for one in found], lambda one: one.closure_id)


@routes.post(
    "/v1/pickup-sites/{site_id}/closures/{closure_id}/withdrawal",
    scopes=Scope.SITES_WRITE,
    problems=(SiteUnknown, SiteEnded, ClosureUnknown, ClosureOver),
)
async def reopen_site(
    site_id: UUID, closure_id: UUID, caller: Caller, session: Work, deps: WithDependencies
) -> ClosureOut:
    """Let a site be open after all."""
    return ClosureOut.of(await service.reopen_site(session, deps, caller, site_id, closure_id))


@routes.get("/v1/pickup-sites/{site_id}/slots", scopes=WHO_SENDS_PEOPLE, problems=(SiteUnknown, SlotPeriodInvalid))
async def list_slots(
    site_id: UUID,
    caller: Caller,
    session: Reading,
    first: Annotated[Day, Query(alias="from")],
    last: Annotated[Day, Query(alias="to")],
) -> SlotsOut:
    """A site's hours from a day to another, both included, at most two months: what each offers and what is free."""
    found = await service.slots_of(session, caller, site_id, first, last)
    return SlotsOut(
        site_id=site_id,
        slots=[
            SlotOut(
                starts_at=slot.starts_at,
                ends_at=slots.ends_at(slot.starts_at),
                capacity=slot.offered,
                taken=slot.taken,
                free=slot.free,
            )
            for slot in found
        ],
    )
