"""The route of the pick-up sites that everybody may see."""

from __future__ import annotations

from typing import Annotated
from uuid import UUID

from fastapi import Query
from pydantic import BaseModel

from card_service.context import WithDependencies
from card_service.distribution import repository
from card_service.distribution.models import PickupSite, SiteKind
from card_service.distribution.opening import DayHours
from chassis.db import Reading
from chassis.paging import Page, Paging, by_id
from chassis.places import GovernorateCode
from chassis.routing import router

routes = router(tags=["distribution"])


class PublicSite(BaseModel):
    """Where cards are collected: what a citizen needs to find it, and its hours."""

    site_id: UUID
    name_ar: str
    name_en: str
    kind: SiteKind
    governorate: str
    district: str
    address_ar: str
    hours: list[DayHours]
    latitude: float | None
    longitude: float | None

    @classmethod
    def of(cls, site: PickupSite) -> PublicSite:
        """A site as everybody may see it."""
        return cls(
            site_id=site.site_id,
            name_ar=site.name_ar,
            name_en=site.name_en,
            kind=site.kind,
            governorate=site.governorate,
            district=site.district,
            address_ar=site.address_ar,
            hours=list(site.week),
            latitude=site.latitude,
            longitude=site.longitude,
        )


class PublicSitePage(Page[PublicSite, UUID]):
    """A page of the list of sites."""


@routes.get("/v1/public/pickup-sites", public=True)
async def list_public_sites(
    session: Reading,
    deps: WithDependencies,
    page: Annotated[Paging[UUID], by_id(200, 1000)],
    governorate: Annotated[GovernorateCode | None, Query()] = None,
) -> PublicSitePage:
    """Where cards are collected, for everyone: the sites of a governorate, or of all, that have not ended."""
    found = await repository.open_page(session, governorate, deps.today(), page)
    return PublicSitePage.of(page, [PublicSite.of(site) for site in found], lambda site: site.site_id)
