"""Routes of new terminals: registered with the place they stand in, before they are given a code."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final
from uuid import UUID

from fastapi import APIRouter
from starlette.responses import Response

from staff_console.services import ServiceRefused
from staff_console.terminals.kinds import Kind, named
from staff_console.web.visit import Posted, Visit, Visiting

routes = APIRouter()
_LONGEST: Final = 100
_ASKED_AGAIN: Final = frozenset({409, 422})


@routes.get("/console/terminals/{of}/new")
async def ask_terminal(visit: Visiting, of: str, place: UUID) -> Response:
    """Ask for the serial number and model of a terminal that is to stand in a place."""
    return await _ask(visit, named(of), place, {})


@routes.post("/console/terminals/{of}/new")
async def register(form: Posted, of: str) -> Response:
    """Register it; the page that follows gives its code."""
    visit, kind, place = form.visit, named(of), form.identifier("place")
    wrong = {
        name: visit.say("terminal_field_missing")
        for name in ("serial", "model")
        if not 0 < len(form.field(name)) <= _LONGEST
    }
    if wrong:
        return await _ask(visit, kind, place, form.fields, wrong)
    body = {kind.place_id: str(place), "serial": form.field("serial"), "model": form.field("model")}
    try:
        made = await visit.services.post(kind.service, kind.path, body, key=form.key)
    except ServiceRefused as refusal:
        said = visit.refused(refusal, _ASKED_AGAIN)
        return await _ask(visit, kind, place, {**form.fields, "key": ""}, {"serial": said})
    return visit.done(f"{kind.page}/{made['terminal_id']}", "terminal_registered", about=body["serial"])


async def _ask(
    visit: Visit, kind: Kind, place: UUID, given: Mapping[str, str], errors: Mapping[str, str] | None = None
) -> Response:
    found = await visit.services.get(kind.service, f"{kind.places}/{place}")
    return visit.page(
        "terminal_new", 422 if errors else 200, kind=kind, place=found, place_id=place, given=given,
        errors=errors or {},
    )  # fmt: skip
