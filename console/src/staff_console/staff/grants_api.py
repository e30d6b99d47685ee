"""Route of the list of roles that people have: all of them, those asked for, those that are to be confirmed."""

from __future__ import annotations

from typing import Final
from uuid import UUID

from fastapi import APIRouter
from starlette.responses import Response

from contracts.scopes import Scope
from staff_console.staff.places import places
from staff_console.web.names import named
from staff_console.web.visit import Visiting

routes = APIRouter()
PLACE: Final = "/console/grants"
STATES: Final = ("granted", "asked", "refused", "withdrawn", "revoked", "expired")
DUE: Final = ("0", "30", "90")
_ROWS: Final = 50


@routes.get(PLACE)
async def show_grants(visit: Visiting, after: UUID | None = None) -> Response:
    """Roles of the reader's authority and area; `due` narrows them to what is to be confirmed within so many days."""
    known = await places(visit)
    offered = {"state": STATES, "role": known.roles, "due": DUE}
    given = visit.request.query_params
    chosen = {"state": "granted"} | {name: given[name] for name in offered if given.get(name) in offered[name]}
    query: dict[str, str | int] = {"due_in_days" if name == "due" else name: one for name, one in chosen.items()}
    query["limit"] = _ROWS
    if after is not None:
        query["after"] = str(after)
    told = await visit.services.get("gateway", "/v1/role-grants", query)
    names = await named(visit, (one["person_id"] for one in told["items"]))
    return visit.page(
        "grants", told=told, names=names, known=known, chosen=chosen, states=STATES, due=DUE,
        confirms=visit.may(Scope.GRANTS_DECIDE), own=visit.session.subject.removeprefix("person:"),
    )  # fmt: skip
