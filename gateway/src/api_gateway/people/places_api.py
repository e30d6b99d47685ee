"""Routes of authorities and areas."""

from __future__ import annotations

from typing import Annotated

from api_gateway.people import places, service
from api_gateway.people.errors import AreaExists, AreaUnknown, AuthorityExists, AuthorityUnknown
from api_gateway.people.models import Authority, NamedArea, Place
from api_gateway.people.schemas import AreaIn, AreaList, AreaOut, AuthorityIn, AuthorityList, AuthorityOut
from chassis.area import OF_THE_NATION, OutsideBound
from chassis.auth import Caller
from chassis.db import Reading, Work
from chassis.endpoints import PEOPLE
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
        raise AuthorityUnknown("Its parent is your own authority, or one below it.")
    made = Authority(**body.model_dump())
    if not await places.add(session, made, caller.subject):
        raise AuthorityExists("Choose another id.", detail_ar="اختر رمزاً آخر.")
    log.info("authority entered", authority=made.authority_id, by=caller.subject)
    return AuthorityOut.model_validate(made, from_attributes=True)


@routes.get("/v1/areas", scopes=SEES_PLACES, callers=PEOPLE)
async def list_areas(session: Reading, page: Annotated[Paging[str], by_text(100, 500, r"^[*0-9.]*$")]) -> AreaList:
    """The nation, its governorates, and the districts entered so far."""
    items = [AreaOut.model_validate(one, from_attributes=True) for one in await places.areas(session, page)]
    return AreaList.of(page, items, lambda one: one.area)


@routes.post(
    "/v1/areas",
    scopes=Scope.AUTHORITIES_WRITE,
    callers=PEOPLE,
    status_code=201,
    problems=(AreaUnknown, AreaExists, OutsideBound),
)
async def enter_area(body: AreaIn, caller: Caller, session: Work) -> AreaOut:
    """Enter a district of a governorate of the caller's."""
    made = NamedArea(**body.model_dump())
    caller.bound.ensure_covers(Place(made.area).as_area)
    if not await places.knows_area(session, made.area.partition(".")[0]):
        raise AreaUnknown("There is no such governorate.", detail_ar="لا توجد محافظة بهذا الرمز.")
    if not await places.add_area(session, made):
        raise AreaExists
    log.info("area entered", area=made.area, by=caller.subject)
    return AreaOut.model_validate(made, from_attributes=True)
