"""Route of the names of people: for whoever decides on what they have proposed, or looks through what they did."""

from __future__ import annotations

from typing import Annotated, Final
from uuid import UUID

from fastapi import Query

from api_gateway.context import Running
from api_gateway.database import MACHINE_TIME
from api_gateway.people import repository, service
from api_gateway.people.schemas import NameList, NameOut
from api_gateway.people.sought import Sought
from chassis.auth import Caller
from chassis.db import Reading
from chassis.endpoints import PEOPLE
from chassis.routing import router
from contracts.clients import DECIDING
from contracts.scopes import Scope

routes = router(tags=["people"])
MOST: Final = 100
_LOOKS_AFTER: Final = {Scope.PEOPLE_READ, Scope.PEOPLE_WRITE, Scope.PEOPLE_SUSPEND, Scope.GRANTS_ASK}
SEES_NAMES: Final = tuple(
    sorted({Scope(scope) for scope in DECIDING} | _LOOKS_AFTER | {Scope.PRIVACY_WRITE, Scope.RECORDS_READ})
)


@routes.get("/v1/people/names", scopes=SEES_NAMES, callers=PEOPLE)
async def list_names(
    runtime: Running,
    caller: Caller,
    session: Reading,
    person_id: Annotated[list[UUID], Query(min_length=1, max_length=MOST)],
) -> NameList:
    """The names of some people of the caller's authority and area; others are left out."""
    wanted = Sought(people=tuple(person_id)).bound(await service.under(session, caller), MACHINE_TIME.now())
    identities = runtime.state.people.identities
    found = await repository.those(session, caller.bound, wanted, MOST)
    return NameList(
        items=[
            NameOut(person_id=one.person_id, full_name=identities.name(one.person_id, one.full_name_sealed))
            for one in found
        ]
    )
