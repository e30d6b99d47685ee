"""Routes of new policies: typed, looked at by what they would change, and proposed for another to decide."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final
from uuid import UUID

from fastapi import APIRouter
from starlette.responses import Response

from contracts.scopes import Scope
from staff_console.policies import asked as policies
from staff_console.policies.api import ASKED_AGAIN, PLACE, find, path_of
from staff_console.proposals.service import service_named
from staff_console.services import ServiceRefused
from staff_console.services.client import Name
from staff_console.services.parts import part
from staff_console.web.visit import Posted, Visit, Visiting

routes = APIRouter()
SIMULATIONS: Final = "/console/simulations"
_PATH: Final = "/v1/policy-simulations"


@routes.get("/console/policies/{of}/{policy_id}/new")
async def ask_policy(visit: Visiting, of: str, policy_id: UUID) -> Response:
    """Ask for the value that is to take this one's place, from which day on, and where it comes from."""
    draft = await visit.draft(f"{PLACE}/{of}/{policy_id}/new")
    return await _ask(visit, service_named(of), policy_id, draft)


@routes.post("/console/policies/{of}/{policy_id}/new")
async def propose(form: Posted, of: str, policy_id: UUID) -> Response:
    """Have it computed what it would change, or propose it."""
    visit, name = form.visit, service_named(of)
    body, wrong = policies.proposed(form.fields, await find(visit, name, policy_id))
    if wrong:
        return await _ask(visit, name, policy_id, form.fields, {one: visit.say(text) for one, text in wrong.items()})
    try:
        if form.field("act") == "simulate":
            made = await visit.services.post("supply", _PATH, {"policies": [body]}, key=form.key)
            return visit.done(f"{SIMULATIONS}/{made['simulation_id']}", "simulation_begun")
        made = await visit.services.post(name, path_of(name), body, key=form.key)
    except ServiceRefused as refusal:
        return await _ask(visit, name, policy_id, {**form.fields, "key": ""}, {"": visit.refused(refusal, ASKED_AGAIN)})
    return visit.done(f"/console/proposals/{name}/{made['policy_id']}", "policy_proposed")


@routes.get("/console/simulations/{simulation_id}")
async def show_simulation(visit: Visiting, simulation_id: UUID) -> Response:
    """How far it is computed, who gains and loses, and what a month costs; some households to look at."""
    return await _simulation(visit, simulation_id)


@routes.post("/console/simulations/{simulation_id}")
async def propose_simulated(form: Posted, simulation_id: UUID) -> Response:
    """Propose the policy that was looked at."""
    visit = form.visit
    found = await visit.services.get("supply", f"{_PATH}/{simulation_id}")
    try:
        made = await visit.services.post("supply", path_of("supply"), found["policies"][0], key=form.key)
    except ServiceRefused as refusal:
        return await _simulation(visit, simulation_id, {"": visit.refused(refusal, ASKED_AGAIN)})
    return visit.done(f"/console/proposals/supply/{made['policy_id']}", "policy_proposed")


@routes.get("/console/simulations/{simulation_id}/paper")
async def print_simulation(visit: Visiting, simulation_id: UUID) -> Response:
    """The same for paper."""
    found = await visit.services.get("supply", f"{_PATH}/{simulation_id}")
    return visit.page("simulation_paper", simulation=found, shown=policies.shown, back=f"{SIMULATIONS}/{simulation_id}")


async def _simulation(visit: Visit, simulation_id: UUID, errors: Mapping[str, str] | None = None) -> Response:
    found = await visit.services.get("supply", f"{_PATH}/{simulation_id}")
    examples = None
    if found["result"] is not None and visit.may(Scope.ENTITLEMENTS_READ):
        examples = await part(
            visit.services.get("supply", f"{_PATH}/{simulation_id}/examples"), visit.context.settings.part_seconds
        )
    proposable = len(found["policies"]) == 1 and found["proposal_id"] is None and visit.may(Scope.POLICIES_WRITE)
    return visit.page(
        "simulation", 422 if errors else 200, simulation=found, examples=examples, errors=errors or {},
        shown=policies.shown, proposable=proposable, page=f"{SIMULATIONS}/{simulation_id}",
    )  # fmt: skip


async def _ask(
    visit: Visit, name: Name, policy_id: UUID, given: Mapping[str, str], errors: Mapping[str, str] | None = None
) -> Response:
    row = await find(visit, name, policy_id)
    return visit.page(
        "policy_new", 422 if errors else 200, of=name, policy=row, given=given, errors=errors or {},
        shown=policies.shown, confidences=policies.CONFIDENCES,
    )  # fmt: skip
