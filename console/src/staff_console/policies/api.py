"""Routes of policies: the rows of all services, one with those before and after it, and taking one back."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final
from urllib.parse import urlencode
from uuid import UUID

from fastapi import APIRouter
from starlette.responses import Response

from contracts.scopes import Scope
from staff_console.documents import Document
from staff_console.policies import asked as policies
from staff_console.proposals.service import service_named
from staff_console.services import ServiceRefused
from staff_console.services.client import NAMES, Name
from staff_console.services.parts import together
from staff_console.web.errors import Missing
from staff_console.web.pager import query_of
from staff_console.web.visit import Posted, Visit, Visiting

routes = APIRouter()
PLACE: Final = "/console/policies"
MOST: Final = 50
_OF_EACH: Final = 10
_OF_A_KEY: Final = 200
ASKED_AGAIN: Final = frozenset({409, 422})


def path_of(name: Name) -> str:
    """Where a service keeps its policies."""
    return "/v1/policies" if name == "supply" else f"/v1/policies/{name}"


@routes.get(PLACE)
async def show_policies(visit: Visiting, after: UUID | None = None) -> Response:
    """Policies of one service, or the first of each; the conditions stand in the address."""
    given = dict(visit.request.query_params)
    asked, wrong = policies.read(given)
    names: tuple[Name, ...] = (service_named(asked["service"]),) if "service" in asked else NAMES
    conditions = {name: value for name, value in asked.items() if name != "service"}
    query = query_of(conditions, MOST, after) if len(names) == 1 else query_of(conditions, _OF_EACH, None)
    parts = await together(
        visit.context.settings.part_seconds, **{name: visit.services.get(name, path_of(name), query) for name in names}
    )
    return visit.page(
        "policies", 422 if wrong else 200, parts=parts, asked=asked, typed=given, names=NAMES, whole=len(names) > 1,
        errors={name: visit.say(text) for name, text in wrong.items()}, shown=policies.shown,
        conditions=urlencode(conditions),
    )  # fmt: skip


@routes.get("/console/policies/{of}/{policy_id}")
async def show_policy(visit: Visiting, of: str, policy_id: UUID) -> Response:
    """A policy: its value, from when until when, where it comes from, and the rows before and after it."""
    name = service_named(of)
    row = await find(visit, name, policy_id)
    told = await visit.services.get(name, path_of(name), {"key": row["key"], "limit": _OF_A_KEY})
    others = [one for one in told["items"] if one["key"] == row["key"] and one["scope"] == row["scope"]]
    return visit.page(
        "policy", of=name, policy=row, others=others, shown=policies.shown, writes=visit.may(Scope.POLICIES_WRITE)
    )


@routes.get("/console/policies/{of}/{policy_id}/withdrawal")
async def ask_withdrawal(visit: Visiting, of: str, policy_id: UUID) -> Response:
    """Ask whether a policy that has not begun is to be taken back, and why."""
    draft = await visit.draft(f"{PLACE}/{of}/{policy_id}/withdrawal")
    return await _ask(visit, service_named(of), policy_id, draft)


@routes.post("/console/policies/{of}/{policy_id}/withdrawal")
async def withdraw(form: Posted, of: str, policy_id: UUID) -> Response:
    """Propose to take it back; another person decides."""
    visit, name, reason = form.visit, service_named(of), form.field("reason")
    if not reason:
        return await _ask(visit, name, policy_id, form.fields, {"reason": visit.say("why_missing")})
    path = f"{path_of(name)}/{policy_id}/withdrawal"
    try:
        made = await visit.services.post(name, path, {"reason": reason}, key=form.key)
    except ServiceRefused as refusal:
        return await _ask(visit, name, policy_id, {**form.fields, "key": ""}, {"": visit.refused(refusal, ASKED_AGAIN)})
    return visit.done(f"/console/proposals/{name}/{made['proposal_id']}", "policy_withdrawal_proposed")


async def find(visit: Visit, name: Name, policy_id: UUID) -> Document:
    """A row of the book. Raises Missing."""
    told = await visit.services.get(name, path_of(name), {"policy_id": str(policy_id)})
    if not told["items"]:
        raise Missing
    found: Document = told["items"][0]
    return found


async def _ask(
    visit: Visit, name: Name, policy_id: UUID, given: Mapping[str, str], errors: Mapping[str, str] | None = None
) -> Response:
    row = await find(visit, name, policy_id)
    return visit.page(
        "policy_withdraw", 422 if errors else 200, of=name, policy=row, given=given, errors=errors or {},
        shown=policies.shown,
    )  # fmt: skip
