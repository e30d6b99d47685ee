"""Routes of inviting somebody to work with the system."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from fastapi import APIRouter
from starlette.responses import Response

from staff_console.services import ServiceRefused
from staff_console.staff import acts
from staff_console.staff.places import places
from staff_console.web.days import day_of
from staff_console.web.visit import Form, Posted, Visit, Visiting

routes = APIRouter()
PLACE: Final = "/console/invitations"
_NEEDED: Final = {
    "full_name": "staff_name_missing", "sign_in_name": "staff_sign_in_name_missing",
    "national_id": "staff_national_id_missing", "authority_id": "staff_authority_missing",
    "area": "governorate_missing",
}  # fmt: skip
_ASKED_AGAIN: Final = frozenset({404, 409, 422})


@routes.get(PLACE)
async def ask_invitation(visit: Visiting) -> Response:
    """Ask whom to invite, and where they will work."""
    return await _ask(visit, await visit.draft(PLACE))


@routes.post(PLACE)
async def invite(form: Posted) -> Response:
    """Invite them; the token they take it up with is shown on the next page, once."""
    visit = form.visit
    body, wrong = _body(form)
    if wrong:
        return await _ask(visit, form.fields, wrong)
    try:
        told = await visit.services.post("gateway", "/v1/people", body, key=form.key)
    except ServiceRefused as refusal:
        said = visit.refused(refusal, _ASKED_AGAIN)
        return await _ask(visit, {**form.fields, "key": ""}, {"": said}, refusal.status)
    place = f"/console/staff/{told['person']['person_id']}"
    return visit.done(place, "staff_invited", **acts.shown_once(told))


def _body(form: Form) -> tuple[dict[str, str], dict[str, str]]:
    """What an invitation sends, and what is wrong with it by field."""
    body = {name: form.field(name) for name in _NEEDED}
    wrong = {name: said for name, said in _NEEDED.items() if not body[name]}
    if form.field("mobile"):
        body["mobile"] = form.field("mobile")
    if form.field("valid_until"):
        try:
            body["valid_until"] = day_of(form.field("valid_until")).isoformat()
        except ValueError:
            wrong["valid_until"] = "day_unclear"
    return body, wrong


async def _ask(
    visit: Visit, given: Mapping[str, str], errors: dict[str, str] | None = None, status: int = 422
) -> Response:
    known = await places(visit)
    return visit.page("staff_invite", status if errors else 200, known=known, given=given, errors=errors or {})
