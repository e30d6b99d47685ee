"""Routes of registering a system: who answers for it first, then what it is to do."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from fastapi import APIRouter
from starlette.responses import Response

from chassis.governorates import GOVERNORATES
from contracts.clients import NATION, Owner
from staff_console.clients import acts
from staff_console.clients.states import grantable
from staff_console.services import ServiceRefused
from staff_console.web.visit import Form, Posted, Visit, Visiting

routes = APIRouter()
PLACE: Final = "/console/new-client"
OWNERS: Final = tuple(str(owner) for owner in Owner)
_NEEDED: Final = {
    "client_id": "client_id_missing", "name": "client_name_missing", "purpose": "client_purpose_missing",
    "governorate": "client_area_missing",
}  # fmt: skip
_ASKED_AGAIN: Final = frozenset({403, 409, 422})


@routes.get(PLACE)
async def ask_client(visit: Visiting, owner: str = "") -> Response:
    """Ask who answers for a new system; once that is known, what it is and what it may do."""
    return _ask(visit, await visit.draft(PLACE) or {"owner": owner})


@routes.post(PLACE)
async def register(form: Posted) -> Response:
    """Register it; its secret is shown on the next page, once, and another person decides about its scopes."""
    visit = form.visit
    body, wrong = _body(form)
    if wrong:
        return _ask(visit, form.fields, wrong)
    try:
        told = await visit.services.post("gateway", "/v1/clients", body, key=form.key)
    except ServiceRefused as refusal:
        said = visit.refused(refusal, _ASKED_AGAIN)
        return _ask(visit, {**form.fields, "key": ""}, {"": said}, refusal.status)
    place = f"/console/clients/{told['client_id']}"
    return visit.done(place, "client_registered", about=told["client_id"], **acts.shown_once(told))


def _body(form: Form) -> tuple[acts.Body, dict[str, str]]:
    """What a registration sends, and what is wrong with it by field."""
    ends, wrong = acts.last_day(form, "expires_at")
    body: acts.Body = {name: form.field(name) for name in _NEEDED}
    wrong |= {name: said for name, said in _NEEDED.items() if not body[name]}
    scopes = acts.scopes_of(form)
    if not scopes:
        wrong["scopes"] = "client_scopes_missing"
    more: acts.Body = {"expires_at": ends} if ends else {}
    return {**body, "owner": form.field("owner"), "scopes": scopes, **more}, wrong


def _ask(visit: Visit, given: Mapping[str, str], errors: dict[str, str] | None = None, status: int = 422) -> Response:
    owner = given.get("owner", "")
    return visit.page(
        "client_new", status if errors else 200, owners=OWNERS, owner=owner if owner in OWNERS else "",
        areas=(NATION, *GOVERNORATES), grantable=grantable(owner), given=given, errors=errors or {},
    )  # fmt: skip
