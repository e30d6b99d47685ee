"""Routes of the services' records: who has seen or changed what, and where the chains of the records end."""

from __future__ import annotations

from typing import Final
from uuid import UUID

from fastapi import APIRouter
from starlette.responses import Response

from chassis.personal import Personal
from contracts.purposes import PURPOSES
from contracts.scopes import Scope
from staff_console.audit.wanted import Wanted, read
from staff_console.documents import Document
from staff_console.services.client import NAMES
from staff_console.services.parts import together
from staff_console.web.names import named
from staff_console.web.pager import query_of
from staff_console.web.visit import Visit, Visiting

routes = APIRouter()
PLACE: Final = "/console/audit"
_ROWS: Final = 50


@routes.get(PLACE)
async def show_records(visit: Visiting, after: UUID | None = None) -> Response:
    """Records of a service, the newest first: by who, whom, case and days; the filters stand in the address."""
    wanted = read(visit.request.query_params)
    if wanted.wrong:
        return _page(visit, wanted, None, {})
    query = query_of(wanted.asked, _ROWS, after)
    told = await visit.services.get(wanted.service, f"/v1/records/{wanted.service}", query)
    names = await named(visit, (one["who"] for one in told["items"]))
    return _page(visit, wanted, told, names)


@routes.get("/console/audit/chains")
async def show_chains(visit: Visiting) -> Response:
    """Where the chain of each month ends in each service, to be kept elsewhere and compared."""
    asked = {name: visit.services.get(name, f"/v1/records/{name}/heads") for name in NAMES}
    parts = await together(visit.context.settings.part_seconds, **asked)
    return visit.page("audit_chains", parts=parts)


def _page(visit: Visit, wanted: Wanted, told: Document | None, names: dict[str, str]) -> Response:
    index = visit.language == "ar"
    return visit.page(
        "audit", 422 if wanted.wrong else 200, wanted=wanted, told=told, names=names, services=NAMES,
        classes={str(one): one.arabic if index else one.english for one in Personal},
        purposes={name: one.arabic if index else one.english for name, one in PURPOSES.items()},
        discloses=visit.may(Scope.DISCLOSURES_READ),
    )  # fmt: skip
