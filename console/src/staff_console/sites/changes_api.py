"""Routes of what changes a site's day: somebody who comes without an hour, and another hour for somebody."""

from __future__ import annotations

from typing import Final
from uuid import UUID

from fastapi import APIRouter
from starlette.responses import Response

from staff_console.documents import Document
from staff_console.people.sought import Unclear, read
from staff_console.services import ServiceRefused
from staff_console.sessions import service as sessions
from staff_console.sites.api import day_page
from staff_console.sites.day import place_of
from staff_console.web.errors import Missing
from staff_console.web.pager import query_of
from staff_console.web.visit import Form, Posted, Visit, Visiting

routes = APIRouter()
_ASKED_AGAIN: Final = frozenset({409, 422})
_HOURS: Final = 24


@routes.post("/console/today/{site_id}")
async def find_walk_in(form: Posted, site_id: UUID) -> Response:
    """Find who came without an hour by the national id, and go on to check."""
    visit, typed = form.visit, form.field("sought")
    try:
        sought = read(typed)
        if sought.kind != "national_id":
            raise Unclear("sought_national_id")
    except Unclear as unclear:
        return await day_page(visit, site_id, errors={"sought": visit.say(unclear.text)}, typed=typed)
    lookup_id = await sessions.keep_lookup(visit.context, visit.session, {"national_id": sought.value})
    return visit.see_other(place_of(site_id, f"walk-ins/{lookup_id}"))


@routes.get("/console/today/{site_id}/walk-ins/{lookup_id}")
async def ask_walk_in(visit: Visiting, site_id: UUID, lookup_id: UUID) -> Response:
    """Whom the national id belongs to, and whether their card lies here."""
    return await _walk_in(visit, site_id, lookup_id)


@routes.post("/console/today/{site_id}/walk-ins/{lookup_id}")
async def take_walk_in(form: Posted, site_id: UUID, lookup_id: UUID) -> Response:
    """Take them now, where the hour or the day's share has room."""
    try:
        await form.visit.services.post("card", f"/v1/cards/{_card(form)}/walk-ins", key=form.key)
    except ServiceRefused as refusal:
        return await _walk_in(form.visit, site_id, lookup_id, form.visit.refused(refusal, _ASKED_AGAIN))
    return form.visit.done(place_of(site_id), "walk_in_taken")


@routes.get("/console/today/{site_id}/appointments/{card_id}")
async def ask_hour(visit: Visiting, site_id: UUID, card_id: UUID, after: str = "") -> Response:
    """The hours that a card's holder may choose."""
    return await _hours(visit, site_id, card_id, after=after)


@routes.post("/console/today/{site_id}/appointments/{card_id}")
async def move(form: Posted, site_id: UUID, card_id: UUID) -> Response:
    """Give another hour; the holder is told by SMS."""
    visit = form.visit
    where, _, starts_at = form.field("hour").partition("/")
    if not starts_at:
        return await _hours(visit, site_id, card_id, visit.say("hour_missing"))
    body = {"site_id": where, "starts_at": starts_at}
    try:
        await visit.services.put("card", f"/v1/cards/{card_id}/appointment", body, key=form.key)
    except ServiceRefused as refusal:
        return await _hours(visit, site_id, card_id, visit.refused(refusal, _ASKED_AGAIN))
    return visit.done(place_of(site_id), "appointment_moved")


async def _walk_in(visit: Visit, site_id: UUID, lookup_id: UUID, wrong: str = "") -> Response:
    kept = await sessions.lookup(visit.context, visit.session, lookup_id)
    if kept is None or "national_id" not in kept:
        raise Missing
    told = await visit.services.post("card", "/v1/cards/search", {"national_id": kept["national_id"]})
    why = told["nothing_to_give"]
    said = (why["reason_ar"] if visit.language == "ar" else why["reason"]) if why else ""
    return visit.page(
        "walk_in", 422 if wrong else 200, found=told["items"], said=said, number=kept["national_id"], site_id=site_id,
        lookup_id=lookup_id, errors={"": wrong} if wrong else {}, back=place_of(site_id),
    )  # fmt: skip


async def _hours(visit: Visit, site_id: UUID, card_id: UUID, wrong: str = "", after: str = "") -> Response:
    query = query_of({}, _HOURS, after)
    told: Document = await visit.services.get("card", f"/v1/cards/{card_id}/free-hours", query)
    own = place_of(site_id, f"appointments/{card_id}")
    return visit.page(
        "appointment_move", 422 if wrong else 200, told=told, errors={"hour": wrong} if wrong else {}, own=own,
        back=place_of(site_id),
    )  # fmt: skip


def _card(form: Form) -> UUID:
    try:
        return UUID(form.field("card_id"))
    except ValueError:
        raise Missing from None
