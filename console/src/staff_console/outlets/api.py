"""Routes of outlets: the list, one with its terminals and days, and stopping one."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final
from uuid import UUID

from fastapi import APIRouter
from starlette.responses import Response

from chassis.districts import DISTRICTS
from chassis.governorates import GOVERNORATES
from chassis.months import Day
from staff_console.outlets import asked as outlets_asked
from staff_console.outlets import service, suspending
from staff_console.outlets.suspending import Suspendable
from staff_console.services import ServiceRefused
from staff_console.web.visit import Posted, Visit, Visiting

routes = APIRouter()
PLACE: Final = "/console/outlets"
_LONGEST_NOTE: Final = 500


@routes.get(PLACE)
async def show_outlets(visit: Visiting, after: UUID | None = None) -> Response:
    """Outlets of the reader's area; the conditions stand in the address."""
    asked = outlets_asked.read(dict(visit.request.query_params))
    told, count = await service.listed(visit, asked, after)
    governorate = visit.governorate(asked.get("governorate", ""))
    return visit.page(
        "outlets", told=told, count=count, asked=asked, governorates=GOVERNORATES,
        districts={code: one for code, one in DISTRICTS.items() if one.governorate == governorate},
        kinds=outlets_asked.KINDS, states=outlets_asked.STATES, silent=outlets_asked.SILENT,
    )  # fmt: skip


@routes.get("/console/outlets/{outlet_id}")
async def show_outlet(visit: Visiting, outlet_id: UUID) -> Response:
    """An outlet: its terminals, what is missing, what it claims, the days it has closed."""
    return await _outlet(visit, outlet_id, await visit.draft(f"{PLACE}/{outlet_id}"))


@routes.post("/console/outlets/{outlet_id}")
async def follow_gap(form: Posted, outlet_id: UUID) -> Response:
    """Go after missing sales of one of its terminals, and say how."""
    visit, note = form.visit, form.field("note")
    if not 0 < len(note) <= _LONGEST_NOTE:
        return await _outlet(visit, outlet_id, form.fields, {"note": visit.say("gap_note_missing")})
    gap_id = form.identifier("gap")
    try:
        await visit.services.put("supply", f"/v1/offline-gaps/{gap_id}/following", {"note": note}, key=form.key)
    except ServiceRefused as refusal:
        said = visit.refused(refusal, {404})
        return await _outlet(visit, outlet_id, {**form.fields, "key": ""}, {"": said})
    return visit.done(f"{PLACE}/{outlet_id}", "gap_followed")


@routes.get("/console/outlets/{outlet_id}/days/{day}")
async def show_day(visit: Visiting, outlet_id: UUID, day: Day) -> Response:
    """A business day: what was sold by which terminal, and what it is settled at."""
    found = await service.outlet(visit, outlet_id)
    figures, parts = await service.day(visit, outlet_id, day)
    return visit.page("outlet_day", outlet=found, name=service.name_of(visit, found), day=figures, parts=parts)


@routes.get("/console/outlets/{outlet_id}/suspension")
async def ask_suspension(visit: Visiting, outlet_id: UUID) -> Response:
    """Ask whether an outlet is to be stopped, and why."""
    one, draft = await _suspendable(visit, outlet_id), await visit.draft(f"{PLACE}/{outlet_id}/suspension")
    return await suspending.ask(visit, one, "suspend", draft)


@routes.post("/console/outlets/{outlet_id}/suspension")
async def suspend(form: Posted, outlet_id: UUID) -> Response:
    """Stop it: its sales are refused."""
    return await suspending.suspend(form, await _suspendable(form.visit, outlet_id))


@routes.get("/console/outlets/{outlet_id}/reinstatement")
async def ask_reinstatement(visit: Visiting, outlet_id: UUID) -> Response:
    """Ask whether an outlet is to sell again."""
    return await suspending.ask(visit, await _suspendable(visit, outlet_id), "reinstate", {})


@routes.post("/console/outlets/{outlet_id}/reinstatement")
async def reinstate(form: Posted, outlet_id: UUID) -> Response:
    """Let it sell again."""
    return await suspending.reinstate(form, await _suspendable(form.visit, outlet_id))


async def _suspendable(visit: Visit, outlet_id: UUID) -> Suspendable:
    name = service.name_of(visit, await service.outlet(visit, outlet_id))
    return Suspendable("outlet", name, "supply", f"/v1/outlets/{outlet_id}", f"{PLACE}/{outlet_id}")


async def _outlet(
    visit: Visit, outlet_id: UUID, given: Mapping[str, str], errors: Mapping[str, str] | None = None
) -> Response:
    found = await service.outlet(visit, outlet_id)
    return visit.page(
        "outlet", 422 if errors else 200, outlet=found, name=service.name_of(visit, found),
        parts=await service.beside(visit, outlet_id), given=given, errors=errors or {},
    )  # fmt: skip
