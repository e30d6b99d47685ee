"""Routes of disputes: the list, one with its evidence, and what an inspector found of it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final
from uuid import UUID

from fastapi import APIRouter
from starlette.responses import Response

from chassis.governorates import GOVERNORATES
from contracts.scopes import Scope
from staff_console.disputes.evidence import signed
from staff_console.services import ServiceRefused
from staff_console.services.parts import together
from staff_console.web.pager import query_of
from staff_console.web.visit import Posted, Visit, Visiting

routes = APIRouter()
PLACE: Final = "/console/disputes"
STATES: Final = ("open", "upheld", "refused", "withdrawn")
OLDER: Final = ("1", "7", "30", "90")  # days since it was found
FINDINGS: Final = ("uphold", "refuse")
MOST: Final = 50
_LONGEST: Final = 500
_ASKED_AGAIN: Final = frozenset({409, 422})


@routes.get(PLACE)
async def show_disputes(visit: Visiting, outlet_id: UUID | None = None, after: UUID | None = None) -> Response:
    """Disputes of the reader's area, the oldest first; the conditions stand in the address."""
    given = visit.request.query_params
    chosen = {"state": given["state"] if given.get("state") in STATES else "open"}
    if given.get("governorate") in GOVERNORATES:
        chosen["governorate"] = given["governorate"]
    if given.get("older_days") in OLDER:
        chosen["older_days"] = given["older_days"]
    if outlet_id is not None:
        chosen["outlet_id"] = str(outlet_id)
    query = query_of(chosen, MOST, after)
    told = await visit.services.get("supply", "/v1/disputes", query)
    return visit.page(
        "disputes", told=told, chosen=chosen, states=STATES, older=OLDER, governorates=GOVERNORATES,
    )  # fmt: skip


@routes.get("/console/disputes/{dispute_id}")
async def show_dispute(visit: Visiting, dispute_id: UUID) -> Response:
    """A dispute with its evidence, and the finding that waits for another person's decision."""
    return await _dispute(visit, dispute_id, await visit.draft(f"{PLACE}/{dispute_id}"))


@routes.post("/console/disputes/{dispute_id}")
async def find(form: Posted, dispute_id: UUID) -> Response:
    """Say what becomes of it; another person decides."""
    visit, finding, reason = form.visit, form.field("finding"), form.field("reason")
    wrong = {} if finding in FINDINGS else {"finding": visit.say("finding_missing")}
    if not 0 < len(reason) <= _LONGEST:
        wrong["reason"] = visit.say("reason_missing_500")
    if wrong:
        return await _dispute(visit, dispute_id, form.fields, wrong)
    body = {"upheld": finding == "uphold", "reason": reason}
    try:
        await visit.services.post("supply", f"/v1/disputes/{dispute_id}/finding", body, key=form.key)
    except ServiceRefused as refusal:
        said = visit.refused(refusal, _ASKED_AGAIN)
        return await _dispute(visit, dispute_id, {**form.fields, "key": ""}, {"": said})
    return visit.done(f"{PLACE}/{dispute_id}", "dispute_found")


async def _dispute(
    visit: Visit, dispute_id: UUID, given: Mapping[str, str], errors: Mapping[str, str] | None = None
) -> Response:
    found = await visit.services.get("supply", f"/v1/disputes/{dispute_id}")
    asked = {
        "proposals": visit.services.get(
            "supply", "/v1/proposals/supply",
            {"kind": "dispute", "subject": str(dispute_id), "state": "submitted", "limit": 1},
        )
    }  # fmt: skip
    if visit.may(Scope.OUTLETS_READ, Scope.OUTLETS_WRITE):
        asked["outlet"] = visit.services.get("supply", f"/v1/outlets/{found['outlet_id']}")
    parts = await together(visit.context.settings.part_seconds, **asked)
    proposals = parts["proposals"].told["items"] if parts["proposals"].state == "there" else []
    return visit.page(
        "dispute", 422 if errors else 200, dispute=found, signed=signed(found["document"]), outlet=parts.get("outlet"),
        proposal=proposals[0] if proposals else None, given=given, errors=errors or {},
        taken_back=signed(found["reversal"]) if found["reversal"] else None,
    )  # fmt: skip
