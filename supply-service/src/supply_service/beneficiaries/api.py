"""The route of lists of households."""

from __future__ import annotations

from fastapi import Request

from approvals.errors import ProposalOpen
from chassis.auth import Caller
from chassis.db import Work
from chassis.endpoints import MIB, Rate
from chassis.problems import UnsupportedMedia
from chassis.routing import router
from chassis.row_files import form_of
from contracts.scopes import Scope
from supply_service.beneficiaries import service
from supply_service.beneficiaries.errors import ListNotAhead, NotHouseholdList
from supply_service.beneficiaries.schemas import Kind, ListProposed, Name, Since, Until
from supply_service.context import Running

routes = router(tags=["policies"])

_ROWS = {
    "requestBody": {
        "required": True,
        "content": {kind: {"schema": {"type": "string"}} for kind in ("text/csv", "application/x-ndjson")},
    }
}


@routes.post(
    "/v1/household-lists/{kind}/{name}",
    scopes=Scope.POLICIES_WRITE,
    status_code=202,
    problems=(NotHouseholdList, ListNotAhead, UnsupportedMedia, ProposalOpen),
    openapi_extra=_ROWS,
    rate=Rate.BULK,
    body=4 * MIB,
    deadline=30,
)
async def propose_list(
    kind: Kind,
    name: Name,
    request: Request,
    runtime: Running,
    caller: Caller,
    session: Work,
    since: Since,
    until: Until = None,
) -> ListProposed:
    """Propose that households be of a category, or on the list of a grant, from a day on: ration_card, or household_id.

    CSV or NDJSON, at most 100,000 rows; a faulty row spoils no other. They are when another person has approved it
    under /v1/proposals/supply. Sent again with a last day, households leave a list.
    """
    found = form_of(request.headers.get("content-type", ""))
    if found is None:
        raise UnsupportedMedia("Send text/csv or application/x-ndjson.")
    body = await request.body()
    return await service.propose(session, runtime, caller, (kind, name), (since, until), body, found)
