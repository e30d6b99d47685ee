"""Routes of authorities and areas."""

from __future__ import annotations

from typing import Annotated

from api_gateway.people import places, service
from api_gateway.people.errors import AuthorityExists, AuthorityUnknown
from api_gateway.people.models import Authority
from api_gateway.people.schemas import (
    AreaList,
    AreaOut,
    AuthorityIn,
    AuthorityList,
    AuthorityOut,
    DistrictOut,
    GovernorateList,
    GovernorateOut,
)
from chassis.area import OF_THE_NATION, OutsideBound
from chassis.auth import Caller
from chassis.db import Reading, Work
from chassis.districts import DISTRICTS
from chassis.endpoints import PEOPLE
from chassis.governorates import GOVERNORATES
from chassis.logging import get_logger
from chassis.paging import Paging, by_text
from chassis.routing import router
from contracts.scopes import Scope

log = get_logger(__name__)

routes = router(tags=["people"])
SEES_PLACES = (Scope.PEOPLE_READ, Scope.GRANTS_ASK, Scope.GRANTS_DECIDE, Scope.AUTHORITIES_WRITE)


@routes.get("/v1/authorities", scopes=SEES_PLACES, callers=PEOPLE)
async def list_authorities(
    caller: Caller, session: Reading, page: Annotated[Paging[str], by_text(100, 500, r"^[a-z0-9-]*$")]
) -> AuthorityList:
    """The caller's authority and those below it."""
    found = await places.page(session, await service.under(session, caller), page)
    items = [AuthorityOut.model_validate(one, from_attributes=True) for one in found]
    return AuthorityList.of(page, items, lambda one: one.authority_id)


@routes.post(
    "/v1/authorities",
    scopes=Scope.AUTHORITIES_WRITE,
    callers=PEOPLE,
    step_up=True,
    status_code=201,
    problems=(AuthorityUnknown, AuthorityExists, OutsideBound),
)
async def enter_authority(body: AuthorityIn, caller: Caller, session: Work) -> AuthorityOut:
    """Enter an authority below the caller's own, or below one that is."""
    caller.bound.ensure_covers(OF_THE_NATION)
    if body.parent not in await service.under(session, caller):
        raise AuthorityUnknown(
            "Its parent is your own authority, or one below it.", detail_ar="تتبع جهتك أو جهة أدنى منها."
        )
    made = Authority(**body.model_dump())
    if not await places.add(session, made, caller.subject):
        raise AuthorityExists("Choose another id.", detail_ar="اختر رمزاً آخر.")
    log.info("authority entered", authority=made.authority_id, by=caller.subject)
    return AuthorityOut.model_validate(made, from_attributes=True)


@routes.get("/v1/areas", scopes=SEES_PLACES, callers=PEOPLE)
async def list_areas(session: Reading, page: Annotated[Paging[str], by_text(100, 500, r"^[*0-9.]*$")]) -> AreaList:
    """The nation, its governorates and their districts."""
    items = [AreaOut.model_validate(one, from_attributes=True) for one in await places.areas(session, page)]
    return AreaList.of(page, items, lambda one: one.area)


@routes.get("/v1/governorates", public=True)
async def list_governorates() -> GovernorateList:
    """The governorates and their districts: the codes that addresses, places, areas and events are written in."""
    districts: dict[str, list[DistrictOut]] = {}
    for code, name_ar, name_en in DISTRICTS.values():
        districts.setdefault(code[:2], []).append(DistrictOut(district=code, name_en=name_en, name_ar=name_ar))
    return GovernorateList(
        items=[
            GovernorateOut(governorate=code, name_en=name_en, name_ar=name_ar, districts=districts[code])
            for code, (name_en, name_ar) in sorted(GOVERNORATES.items())
        ]
    )
