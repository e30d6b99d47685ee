"""Routes of asking for a role for somebody: which and where first, then until when and what for."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from typing import Final
from uuid import UUID

from fastapi import APIRouter
from starlette.responses import Response

from chassis.clock import day_begins
from chassis.districts import DISTRICTS
from contracts.clients import NATION
from contracts.people import OBJECTS, PEOPLE, REGIONS, Role
from staff_console.services import ServiceRefused
from staff_console.services.parts import part
from staff_console.staff.places import Places, places
from staff_console.web.days import day_of
from staff_console.web.visit import Form, Posted, Visit, Visiting

routes = APIRouter()
_ASKED_AGAIN: Final = frozenset({403, 404, 409, 422})
_DAY: Final = timedelta(days=1)


@routes.get("/console/staff/{person_id}/role")
async def ask_role(visit: Visiting, person_id: UUID, role: str = "", area: str = "") -> Response:
    """Ask which role is wanted, and where; once both are known, until when and what for."""
    given = await visit.draft(f"/console/staff/{person_id}/role")
    return await _ask(visit, person_id, given or {"role": role, "area": area})


@routes.post("/console/staff/{person_id}/role")
async def ask(form: Posted, person_id: UUID) -> Response:
    """Ask for it; another person decides."""
    visit = form.visit
    body, wrong = _body(form, str(person_id))
    if wrong:
        return await _ask(visit, person_id, form.fields, wrong)
    try:
        grant = await visit.services.post("gateway", "/v1/role-grants", body, key=form.key)
    except ServiceRefused as refusal:
        said = visit.refused(refusal, _ASKED_AGAIN)
        return await _ask(visit, person_id, {**form.fields, "key": ""}, {"": said}, refusal.status)
    return visit.done(f"/console/grants/{grant['grant_id']}", "grant_asked")


def _body(form: Form, person_id: str) -> tuple[dict[str, str], dict[str, str]]:
    """What is asked for, and what is wrong with it by field."""
    role, wrong = PEOPLE.get(form.field("role")), dict[str, str]()
    body = {"person_id": person_id, "role": form.field("role"), "area": form.field("district") or form.field("area")}
    for name, said in (("authority_id", "staff_authority_missing"), ("reason", "why_missing")):
        body[name] = form.field(name)
        if not body[name]:
            wrong[name] = said
    try:  # the day that is named is the last one
        body["valid_to"] = day_begins(day_of(form.field("valid_to")) + _DAY).isoformat()
    except ValueError:
        wrong["valid_to"] = "day_unclear"
    kind = _object_kind(role)
    if kind:
        try:
            body |= {"object_kind": kind, "object_id": str(UUID(form.field("object_id")))}
        except ValueError:
            wrong["object_id"] = "choice_unclear"
    return body, wrong


def _object_kind(role: Role | None) -> str:
    """The kind of the one place that a role is held at; empty for a role of regions."""
    kinds = role.areas & OBJECTS if role is not None and role.areas.isdisjoint(REGIONS) else frozenset()
    return next(iter(sorted(kinds)), "")


async def _ask(
    visit: Visit,
    person_id: UUID,
    given: Mapping[str, str],
    errors: dict[str, str] | None = None,
    status: int = 422,
) -> Response:
    known = await places(visit)
    person = await visit.services.get("gateway", f"/v1/people/{person_id}")
    role, area = PEOPLE.get(given.get("role", "")), given.get("area", "")
    ready = role is not None and area in known.areas
    kind = _object_kind(role) if ready else ""
    return visit.page(
        "staff_role", status if errors else 200, person=person, known=known, ready=ready, kind=kind,
        roles=_grantable(visit, known), scopes=sorted(role.scopes) if role is not None else [],
        sites=await _sites(visit, known, area) if kind == "site" else {},
        districts={code: one for code, one in DISTRICTS.items() if one.governorate == area[:2]} if not kind else {},
        given=given, errors=errors or {},
    )  # fmt: skip


def _grantable(visit: Visit, known: Places) -> dict[str, str]:
    """The roles that the reader's own give, by name."""
    told = visit.session.tokens.claims.get("roles")
    own = {str(one) for one in told} if isinstance(told, list) else set()
    return {name: said for name, said in known.roles.items() if not PEOPLE[name].granted_by.isdisjoint(own)}


async def _sites(visit: Visit, known: Places, area: str) -> dict[str, str]:
    """The pick-up sites of a governorate by id; none where the register of sites does not answer now."""
    if area == NATION or area not in known.areas:
        return {}
    asked = visit.services.get("card", "/v1/public/pickup-sites", {"governorate": area[:2], "limit": 200})
    told = await part(asked, visit.context.settings.part_seconds)
    name = "name_ar" if visit.language == "ar" else "name_en"
    return {one["site_id"]: one[name] for one in told.told["items"]} if told.state == "there" else {}
