"""Routes of searches."""

from __future__ import annotations

from card_service.context import WithDependencies
from card_service.registry.api import citizen_out
from card_service.registry.errors import RegistrationRefused
from card_service.search import service
from card_service.search.errors import GovernorateMissing, NothingToSearch, SearchTooWide
from card_service.search.schemas import CitizenPage, CitizenSearch
from chassis.auth import Caller
from chassis.db import Recording
from chassis.routing import router
from contracts.scopes import Scope

routes = router(tags=["citizens"])


@routes.post(
    "/v1/citizens/search",
    scopes=(Scope.CITIZENS_READ, Scope.CITIZENS_WRITE),
    problems=(RegistrationRefused, SearchTooWide, GovernorateMissing, NothingToSearch),
    purpose="search",
)
async def search_citizens(
    given: CitizenSearch, caller: Caller, session: Recording, deps: WithDependencies
) -> CitizenPage:
    """Find citizens by national id (also one corrected since), mobile, card number, ration card or name."""
    found = await service.find(session, deps, caller, given)
    items = [citizen_out(deps, citizen) for citizen in found]
    if given.name is None or len(items) <= given.limit:
        return CitizenPage(items=items)
    return CitizenPage(items=items[: given.limit], next=items[given.limit - 1].citizen_id)
