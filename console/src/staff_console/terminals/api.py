"""Routes of terminals: found by place, state or serial number; one with its code and its suspension."""

from __future__ import annotations

from typing import Final
from uuid import UUID

from fastapi import APIRouter
from starlette.responses import Response

from contracts.scopes import Scope
from staff_console.documents import Document
from staff_console.outlets import suspending
from staff_console.outlets.suspending import Suspendable
from staff_console.services import ServiceRefused
from staff_console.services.parts import part
from staff_console.terminals.kinds import KINDS, PLACE, STATES, Kind, named
from staff_console.web.pager import query_of
from staff_console.web.visit import Posted, Visit, Visiting

routes = APIRouter()
MOST: Final = 50
_SHORT: Final = 100


@routes.get("/console/terminals/{of}")
async def show_terminals(
    visit: Visiting, of: str, status: str = "", serial: str = "", place: UUID | None = None, after: UUID | None = None
) -> Response:
    """Terminals of a kind; the conditions stand in the address."""
    kind = named(of)
    chosen = {"status": status} if status in STATES else {}
    if serial.strip():
        chosen["serial"] = serial.strip()[:_SHORT]
    asked = chosen | ({"place": str(place)} if place is not None else {})
    query = query_of(chosen | ({kind.place_id: str(place)} if place is not None else {}), MOST, after)
    told = await visit.services.get(kind.service, kind.path, query)
    return visit.page(
        "terminals", told=told, kind=kind, chosen=asked, states=STATES,
        places=await _places(visit, kind), others=[one for one in KINDS.values() if visit.may(one.reads, one.writes)],
    )  # fmt: skip


@routes.get("/console/terminals/{of}/{terminal_id}")
async def show_terminal(visit: Visiting, of: str, terminal_id: UUID) -> Response:
    """A terminal: where it stands, whether it works, and what its reader may do with it."""
    return await _terminal(visit, named(of), terminal_id)


@routes.post("/console/terminals/{of}/{terminal_id}/code")
async def give_code(form: Posted, of: str, terminal_id: UUID) -> Response:
    """Have a code made with which it enrols: it is told once, on the page that follows."""
    visit, kind = form.visit, named(of)
    try:
        given = await visit.services.post(
            "gateway", "/v1/enrolment-codes", {"terminal_id": str(terminal_id)}, key=form.key
        )
    except ServiceRefused as refusal:
        if refusal.status not in {404, 409}:
            raise
        # The gateway hears of a new terminal a moment after it is registered.
        said = visit.say("terminal_code_soon") if refusal.status == 404 else refusal.said(visit.language)
        return await _terminal(visit, kind, terminal_id, {"": said})
    place = f"{kind.page}/{terminal_id}"
    return visit.done(place, "terminal_code_given", about=str(given["code"]), until=str(given["expires_at"]))


@routes.get("/console/terminals/{of}/{terminal_id}/suspension")
async def ask_suspension(visit: Visiting, of: str, terminal_id: UUID) -> Response:
    """Ask whether a terminal is to be stopped, and why."""
    one = await _suspendable(visit, named(of), terminal_id)
    return await suspending.ask(visit, one, "suspend", await visit.draft(f"{one.page}/suspension"))


@routes.post("/console/terminals/{of}/{terminal_id}/suspension")
async def suspend(form: Posted, of: str, terminal_id: UUID) -> Response:
    """Stop it: it is refused everywhere."""
    return await suspending.suspend(form, await _suspendable(form.visit, named(of), terminal_id))


@routes.get("/console/terminals/{of}/{terminal_id}/reinstatement")
async def ask_reinstatement(visit: Visiting, of: str, terminal_id: UUID) -> Response:
    """Ask whether a terminal is to work again."""
    return await suspending.ask(visit, await _suspendable(visit, named(of), terminal_id), "reinstate", {})


@routes.post("/console/terminals/{of}/{terminal_id}/reinstatement")
async def reinstate(form: Posted, of: str, terminal_id: UUID) -> Response:
    """Let it work again."""
    return await suspending.reinstate(form, await _suspendable(form.visit, named(of), terminal_id))


async def _suspendable(visit: Visit, kind: Kind, terminal_id: UUID) -> Suspendable:
    path = f"{kind.path}/{terminal_id}"
    found = await visit.services.get(kind.service, path)
    return Suspendable("terminal", str(found["serial"]), kind.service, path, f"{kind.page}/{terminal_id}")


async def _places(visit: Visit, kind: Kind) -> list[Document]:
    """The clinics that a terminal may be given to; those of outlets are too many, and each has a page of its own."""
    if kind.name != "clinics" or not visit.may(kind.writes):
        return []
    told = await part(
        visit.services.get(kind.service, kind.places, {"limit": 500}), visit.context.settings.part_seconds
    )
    return list(told.told["items"]) if told.state == "there" else []


async def _terminal(visit: Visit, kind: Kind, terminal_id: UUID, errors: dict[str, str] | None = None) -> Response:
    found = await visit.services.get(kind.service, f"{kind.path}/{terminal_id}")
    place = await part(
        visit.services.get(kind.service, f"{kind.places}/{found[kind.place_id]}"), visit.context.settings.part_seconds
    )
    return visit.page(
        "terminal", 422 if errors else 200, terminal=found, kind=kind, place=place, errors=errors or {},
        suspends=visit.may(kind.writes, Scope.TERMINALS_SUSPEND), home=PLACE,
    )  # fmt: skip
