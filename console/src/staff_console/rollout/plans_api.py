"""Routes of pick-up plans: drafted, looked at by site and day, and only then started."""

from __future__ import annotations

from typing import Final
from uuid import UUID

from fastapi import APIRouter
from starlette.responses import Response

from chassis.text import normalise_digits
from staff_console.requests.corrections import NotRight, day_of
from staff_console.rollout.board import PLACE
from staff_console.rollout.loads import table_of
from staff_console.services import ServiceRefused
from staff_console.web.visit import Form, Posted, Visit, Visiting

routes = APIRouter()
HOLDERS: Final = ("heads", "adults")
_MOST_DAYS: Final = 2000
_ASKED_AGAIN: Final = frozenset({409, 422})


@routes.get("/console/rollout/{phase_id}/plans/new")
async def ask_plan(visit: Visiting, phase_id: UUID) -> Response:
    """Ask whom a plan is to invite, in which weeks."""
    return await _ask(visit, phase_id, await visit.draft(f"{PLACE}/{phase_id}/plans/new"))


@routes.post("/console/rollout/{phase_id}/plans/new")
async def draft_plan(form: Posted, phase_id: UUID) -> Response:
    """Have it computed: nobody is invited."""
    visit = form.visit
    body, wrong = _asked(form)
    if wrong:
        return await _ask(visit, phase_id, dict(form.fields), {name: visit.say(text) for name, text in wrong.items()})
    try:
        made = await visit.services.post("card", f"/v1/rollout-phases/{phase_id}/pickup-plans", body, key=form.key)
    except ServiceRefused as refusal:
        return await _ask(visit, phase_id, {**form.fields, "key": ""}, {"": visit.refused(refusal, _ASKED_AGAIN)})
    return visit.done(f"/console/plans/{made['id']}", "plan_drafted")


@routes.get("/console/plans/{plan_id}")
async def show_plan(visit: Visiting, plan_id: UUID) -> Response:
    """What a plan comes to: figures, sites, and its load by site and day."""
    return await _plan(visit, plan_id)


@routes.post("/console/plans/{plan_id}/start")
async def start_plan(form: Posted, plan_id: UUID) -> Response:
    """Carry a draft out: citizens are invited."""
    return await _act(form, plan_id, "start", "plan_started")


@routes.post("/console/plans/{plan_id}/withdrawal")
async def drop_plan(form: Posted, plan_id: UUID) -> Response:
    """Give a draft up."""
    return await _act(form, plan_id, "withdrawal", "plan_dropped")


async def _act(form: Form, plan_id: UUID, path: str, said: str) -> Response:
    try:
        await form.visit.services.post("card", f"/v1/pickup-plans/{plan_id}/{path}", key=form.key)
    except ServiceRefused as refusal:
        return await _plan(form.visit, plan_id, {"": form.visit.refused(refusal, _ASKED_AGAIN)})
    return form.visit.done(f"/console/plans/{plan_id}", said)


async def _plan(visit: Visit, plan_id: UUID, errors: dict[str, str] | None = None) -> Response:
    plan = await visit.services.get("card", f"/v1/pickup-plans/{plan_id}")
    load = await visit.services.get("card", f"/v1/pickup-plans/{plan_id}/load", {"limit": _MOST_DAYS})
    phase = await visit.services.get("card", f"/v1/rollout-phases/{plan['phase_id']}")
    return visit.page(
        "plan", 422 if errors else 200, plan=plan, phase=phase, table=table_of(plan["sites"], load["items"]),
        cut=load["next"] is not None, errors=errors or {},
    )  # fmt: skip


async def _ask(visit: Visit, phase_id: UUID, given: dict[str, str], errors: dict[str, str] | None = None) -> Response:
    phase = await visit.services.get("card", f"/v1/rollout-phases/{phase_id}")
    facts = {"phase": phase, "given": given, "errors": errors or {}, "holders": HOLDERS}
    return visit.page("plan_new", 422 if errors else 200, **facts)


def _asked(form: Form) -> tuple[dict[str, object], dict[str, str]]:
    """What the service is asked, and which fields are not right, each with the text that says so."""
    wrong: dict[str, str] = {}
    body: dict[str, object] = {"draft": True}
    try:
        body["week_start"] = day_of(form.field("week_start")).isoformat()
    except NotRight as fault:
        wrong["week_start"] = fault.text
    for name in ("weeks", "limit"):
        typed = normalise_digits(form.field(name)).replace(",", "")
        if typed.isdecimal() and len(typed) <= len("1000000"):
            body[name] = int(typed)
        else:
            wrong[name] = "number_missing"
    if form.field("holders") in HOLDERS:
        body["holders"] = form.field("holders")
    else:
        wrong["holders"] = "holders_missing"
    return body, wrong
