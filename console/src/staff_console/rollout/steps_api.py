"""Routes of what moves a phase: each asks first; what needs two people is proposed here and decided by another."""

from __future__ import annotations

from typing import Final
from uuid import UUID

from fastapi import APIRouter
from starlette.responses import Response

from staff_console.requests.corrections import NotRight, day_of
from staff_console.rollout.board import PLACE, STAGES
from staff_console.services import ServiceRefused
from staff_console.web.errors import Missing
from staff_console.web.visit import Form, Posted, Visit, Visiting

routes = APIRouter()
# What one may do with a phase: its path at the service, and the text that says it was done.
STEPS: Final = {
    "pause": ("pause", "phase_paused"),
    "resume": ("resumption", "phase_resumed"),
    "advance": ("stage", "phase_advanced"),
    "open": ("opening", "phase_opening_proposed"),
    "pass": ("gate-passes", "phase_pass_proposed"),
}
_RESOLUTION: Final = ("authority", "number", "decided_on", "document")


@routes.get("/console/rollout/{phase_id}/steps/{step}")
async def ask_step(visit: Visiting, phase_id: UUID, step: str, stage: str = "") -> Response:
    """Ask whether a phase is to be moved, and by which decision where one is needed."""
    draft = await visit.draft(f"{PLACE}/{phase_id}/steps/{step}")
    return await _ask(visit, phase_id, step, {"stage": stage, **draft})


@routes.post("/console/rollout/{phase_id}/steps/{step}")
async def take_step(form: Posted, phase_id: UUID, step: str) -> Response:
    """Move it, or propose it."""
    visit = form.visit
    if step not in STEPS:
        raise Missing
    path, said = STEPS[step]
    body, wrong = _body(form, step)
    if wrong:
        return await _ask(
            visit, phase_id, step, dict(form.fields), {name: visit.say(text) for name, text in wrong.items()}
        )
    try:
        await visit.services.post("card", f"/v1/rollout-phases/{phase_id}/{path}", body, key=form.key)
    except ServiceRefused as refusal:
        shown = visit.refused(refusal, {409, 422})
        return await _ask(visit, phase_id, step, {**form.fields, "key": ""}, {"": shown})
    return visit.done(f"{PLACE}/{phase_id}", said)


def _body(form: Form, step: str) -> tuple[dict[str, str] | None, dict[str, str]]:
    """What the service is asked, and which fields are not right, each with the text that says so."""
    wrong: dict[str, str] = {}
    if step in {"pause", "resume"}:
        return None, wrong
    stage = form.field("stage")
    if step != "open" and stage not in STAGES:
        raise Missing
    if step == "advance":
        return {"stage": stage}, wrong
    body = {name: form.field(name) for name in _RESOLUTION}
    wrong |= {name: "resolution_missing" for name in _RESOLUTION if not body[name]}
    if body["decided_on"]:
        try:
            body["decided_on"] = day_of(body["decided_on"]).isoformat()
        except NotRight as fault:
            wrong["decided_on"] = fault.text
    if step == "pass":
        body |= {"stage": stage, "reason": form.field("reason")}
        wrong |= {} if body["reason"] else {"reason": "why_missing"}
    return body, wrong


async def _ask(
    visit: Visit, phase_id: UUID, step: str, given: dict[str, str], errors: dict[str, str] | None = None
) -> Response:
    if step not in STEPS:
        raise Missing
    phase = await visit.services.get("card", f"/v1/rollout-phases/{phase_id}")
    facts = {
        "phase": phase,
        "step": step,
        "given": given,
        "errors": errors or {},
        "needs_two": step in {"open", "pass"},
    }
    return visit.page("phase_step", 422 if errors else 200, **facts)
