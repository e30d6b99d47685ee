"""Routes of the register's lists: all there is, and what has changed since, by one cursor.

Whoever keeps the `position` of the last item and asks behind it again misses no change, also of a transaction that took
long; what changes while a list is read comes once more at its end.
"""

from __future__ import annotations

from typing import Annotated
from uuid import UUID

from fastapi import Depends, Query

from card_service.registry import listing
from card_service.registry.listing import Asked
from card_service.registry.listing_schemas import CitizenListPage, HouseholdPage, MembershipPage
from card_service.registry.models import HouseholdStatus, Life
from chassis.auth import Caller
from chassis.db import Recording
from chassis.endpoints import Rate
from chassis.paging import Paging, by_text
from chassis.places import DistrictAsked, GovernorateCode
from chassis.routing import router
from contracts.scopes import Scope

routes = router(tags=["citizens"])
READS = (Scope.CITIZENS_READ, Scope.CITIZENS_WRITE)
Governorate = Annotated[GovernorateCode | None, Query()]
District = Annotated[DistrictAsked | None, Query()]
Since = Annotated[Paging[str], by_text(100, 500, listing.POSITION)]


def _households(
    governorate: Governorate = None, district: District = None, status: HouseholdStatus | None = None
) -> Asked:
    return {"governorate": governorate, "district": district, "status": status}


def _citizens(governorate: Governorate = None, district: District = None, life: Life | None = None) -> Asked:
    return {"governorate": governorate, "district": district, "life": life}


def _memberships(
    governorate: Governorate = None,
    district: District = None,
    household_id: UUID | None = None,
    citizen_id: UUID | None = None,
) -> Asked:
    ids = {"household_id": household_id, "citizen_id": citizen_id}
    place = {"governorate": governorate, "district": district}
    return place | {name: None if one is None else str(one) for name, one in ids.items()}


@routes.get("/v1/households", scopes=READS, rate=Rate.BULK, purpose="household_lookup")
async def list_households(
    asked: Annotated[Asked, Depends(_households)], caller: Caller, session: Recording, page: Since
) -> HouseholdPage:
    """Households in the order in which they changed last."""
    found = await listing.households(session, caller.bound, asked, page)
    return HouseholdPage.of(page, found, lambda one: one.position)


@routes.get("/v1/citizens", scopes=READS, rate=Rate.BULK, purpose="citizen_lookup")
async def list_citizens(
    asked: Annotated[Asked, Depends(_citizens)], caller: Caller, session: Recording, page: Since
) -> CitizenListPage:
    """Citizens in the order in which they changed last, without names and numbers."""
    found = await listing.citizens(session, caller.bound, asked, page)
    return CitizenListPage.of(page, found, lambda one: one.position)


@routes.get("/v1/memberships", scopes=READS, rate=Rate.BULK, purpose="household_lookup")
async def list_memberships(
    asked: Annotated[Asked, Depends(_memberships)], caller: Caller, session: Recording, page: Since
) -> MembershipPage:
    """Memberships, those that are over too, in the order in which they changed last."""
    found = await listing.memberships(session, caller.bound, asked, page)
    return MembershipPage.of(page, found, lambda one: one.position)
