"""Use cases of pick-up sites."""

from __future__ import annotations

from datetime import date, time, timedelta
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from card_service.cards.errors import SiteUnknown
from card_service.dependencies import Dependencies
from card_service.distribution import repository
from card_service.distribution.errors import SiteExists
from card_service.distribution.models import BookedCitizen, PickupSite
from card_service.distribution.schemas import SiteIn
from card_service.scopes import ensure_own
from chassis.clock import day_begins
from chassis.ids import new_id
from chassis.paging import Paging
from chassis.principal import Principal


async def create_site(session: AsyncSession, deps: Dependencies, caller: Principal, given: SiteIn) -> PickupSite:
    """Enter a pick-up site. Raises SiteExists."""
    ensure_own(caller, given.governorate, given.district)
    site = PickupSite(
        site_id=new_id(),
        name_ar=given.name_ar,
        name_en=given.name_en,
        kind=given.kind,
        governorate=given.governorate,
        district=given.district,
        address_ar=given.address_ar,
        hourly_capacity=given.hourly_capacity,
        opens=time.fromisoformat(given.opens),
        closes=time.fromisoformat(given.closes),
        working_days=tuple(sorted(set(given.working_days))),
    )
    if not await repository.create_site(session, site, deps.now()):
        raise SiteExists(detail_ar="اختر اسماً آخر.")
    return site


async def booked(
    session: AsyncSession, caller: Principal, site_id: UUID, day: date, page: Paging[UUID]
) -> list[BookedCitizen]:
    """A site's appointments of a day; a counter sees only its own site's. Raises SiteUnknown."""
    caller.bound.own(await repository.find_site(session, site_id), SiteUnknown)
    begins, ends = day_begins(day), day_begins(day + timedelta(days=1))
    return await repository.of_site(session, site_id, begins, ends, page)
