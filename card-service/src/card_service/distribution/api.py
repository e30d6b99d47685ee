"""Routes of sites, appointments and pick-up plans."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Annotated
from uuid import UUID

from fastapi import Query
from pydantic import AwareDatetime
from sqlalchemy.ext.asyncio import AsyncSession

from card_service.cards.errors import SiteUnknown
from card_service.cards.lifecycle import CardState
from card_service.context import WithDependencies
from card_service.distribution import plan_repository, plans, repository, service
from card_service.distribution.errors import PlanNotDraft, PlanNotFound, SiteExists
from card_service.distribution.models import AppointmentState, DayAsked, Plan
from card_service.distribution.schemas import (
    BookedOut,
    BookedPage,
    DayLoadOut,
    DayLoadPage,
    HourCountOut,
    PlanOut,
    SiteIn,
    SiteOut,
    SitePage,
)
from card_service.registry import names, sealed_names
from chassis.auth import Caller
from chassis.db import Reading, Work
from chassis.months import Day
from chassis.paging import FIRST_ID, Paging, by_id, by_text
from chassis.places import GovernorateCode
from chassis.routing import router
from contracts.scopes import Scope

routes = router(tags=["distribution"])
_FIRST, _LAST = datetime(2000, 1, 1, tzinfo=UTC), datetime(2100, 1, 1, tzinfo=UTC)
_DAY_AND_SITE = r"^([0-9]{4}-[0-9]{2}-[0-9]{2}/[0-9a-f-]{36})?$"


def _day_and_site(cursor: str) -> tuple[date, UUID]:
    day, _, site_id = cursor.partition("/")
    return (date.fromisoformat(day), UUID(site_id)) if cursor else (date.min, FIRST_ID)


Loads = Annotated[Paging[str], by_text(500, 2000, _DAY_AND_SITE, _day_and_site)]


@routes.post("/v1/pickup-sites", scopes=Scope.SITES_WRITE, status_code=201, problems=SiteExists)
async def create_site(given: SiteIn, caller: Caller, session: Work, deps: WithDependencies) -> SiteOut:
    """Enter a place where cards are handed over."""
    return SiteOut.of(await service.create_site(session, deps, caller, given))


@routes.get(
    "/v1/pickup-sites",
    scopes=(
        Scope.SITES_READ,
        Scope.SITES_WRITE,
        Scope.ROLLOUT_WRITE,
        Scope.CARDS_HANDOVER,
        Scope.CARDS_WRITE,
        Scope.STOCK_DISPATCH,
    ),
)
async def list_sites(
    caller: Caller,
    session: Reading,
    page: Annotated[Paging[UUID], by_id(200, 1000)],
    governorate: Annotated[GovernorateCode | None, Query()] = None,
) -> SitePage:
    """The pick-up sites of a governorate, or of all."""
    found = await repository.page(session, caller.bound, governorate, page)
    return SitePage.of(page, [SiteOut.of(site) for site in found], lambda site: site.site_id)


@routes.get(
    "/v1/pickup-sites/{site_id}/appointments",
    scopes=(Scope.CARDS_HANDOVER, Scope.SITES_WRITE),
    problems=SiteUnknown,
    purpose="hand_over",
)
async def list_appointments(
    site_id: UUID,
    caller: Caller,
    session: Reading,
    deps: WithDependencies,
    page: Annotated[Paging[UUID], by_id(500, 1000)],
    day: Annotated[Day | None, Query(description="by default today, in Cairo")] = None,
    state: Annotated[AppointmentState | None, Query()] = None,
    hour: Annotated[AwareDatetime | None, Query(ge=_FIRST, le=_LAST, description="when it begins")] = None,
) -> BookedPage:
    """Who comes to a site on a day, and how many in each hour. A counter sees only its own site's."""
    asked = DayAsked(site_id, day or deps.today(), state, hour)
    site, found, counts = await service.booked(session, caller, asked, page)
    items = [
        BookedOut(
            appointment_id=one.appointment_id,
            card_id=one.card_id,
            holder_name_masked=names.masked(sealed_names.opened(deps.vault, one.citizen_id, one.name_kept)),
            starts_at=one.starts_at,
            ends_at=one.ends_at,
            state=one.state,
            card_state=CardState(one.card_state),
        )
        for one in found
    ]
    return BookedPage(
        items=items[: page.limit],
        next=items[page.limit - 1].appointment_id if len(items) > page.limit else None,
        day=asked.day,
        name_ar=site.name_ar,
        name_en=site.name_en,
        counts=[HourCountOut.model_validate(one, from_attributes=True) for one in counts],
    )


@routes.get("/v1/pickup-plans/{plan_id}", scopes=(Scope.ROLLOUT_READ, Scope.ROLLOUT_WRITE), problems=PlanNotFound)
async def read_plan(plan_id: UUID, caller: Caller, session: Reading) -> PlanOut:
    """How far a plan has come, site by site."""
    return await plan_out(session, await plans.find(session, caller, plan_id))


async def plan_out(session: AsyncSession, plan: Plan) -> PlanOut:
    """A plan with what it came to."""
    unplaced = await plan_repository.unplaced(session, plan.plan_id)
    return PlanOut.of(plan, unplaced, await plan_repository.plan_sites(session, plan.plan_id))


@routes.get("/v1/pickup-plans/{plan_id}/load", scopes=(Scope.ROLLOUT_READ, Scope.ROLLOUT_WRITE), problems=PlanNotFound)
async def read_load(plan_id: UUID, caller: Caller, session: Reading, page: Loads) -> DayLoadPage:
    """Whom a plan, or its draft, sends where: citizens by day and site."""
    plan = await plans.find(session, caller, plan_id)
    found = await plan_repository.days(session, plan.plan_id, _day_and_site(page.after), page.limit + 1)
    items = [
        DayLoadOut(
            day=one.day,
            site_id=one.site_id,
            citizens=one.citizens,
            offered=one.offered,
            most_in_an_hour=one.most,
        )
        for one in found
    ]
    return DayLoadPage.of(page, items, lambda one: f"{one.day}/{one.site_id}")


@routes.post("/v1/pickup-plans/{plan_id}/withdrawal", scopes=Scope.ROLLOUT_WRITE, problems=(PlanNotFound, PlanNotDraft))
async def drop_plan(plan_id: UUID, caller: Caller, session: Work, deps: WithDependencies) -> PlanOut:
    """Give a draft up: it can be looked at, and not started any more."""
    return await plan_out(session, await plans.drop(session, deps, caller, plan_id))
