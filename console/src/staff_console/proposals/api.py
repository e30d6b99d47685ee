"""Routes of proposals before whoever decides on them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final
from uuid import UUID

from fastapi import APIRouter
from starlette.responses import Response

from staff_console.proposals import service
from staff_console.services import ServiceRefused
from staff_console.web.names import named
from staff_console.web.pager import query_of
from staff_console.web.visit import Posted, Visit, Visiting

routes = APIRouter()
PLACE: Final = "/console/proposals"
STATES: Final = ("submitted", "approved", "refused", "withdrawn", "expired")
# Kinds whose objects have a page of their own, where they are decided: beside what else one has to see there.
ELSEWHERE: Final[Mapping[str, str]] = {"payout-batch": "/console/payouts/"}
_ASKED_AGAIN: Final = frozenset({422})


@routes.get("/console/proposals/{name}")
async def show_proposals(visit: Visiting, name: str, state: str = "submitted", after: UUID | None = None) -> Response:
    """Proposals of a service in a state, the newest first."""
    of, chosen = service.service_named(name), state if state in STATES else "submitted"
    query = query_of({"state": chosen}, 50, after)
    told = await visit.services.get(of, f"/v1/proposals/{of}", query)
    return visit.page("proposals", told=told, of=of, state=chosen, states=STATES)


@routes.get("/console/proposals/{name}/{proposal_id}")
async def show_proposal(visit: Visiting, name: str, proposal_id: UUID) -> Response:
    """A proposal: what it changes, what it says, who did what, and the decision where its reader may take it."""
    draft = await visit.draft(f"{PLACE}/{name}/{proposal_id}")
    return await _proposal(visit, name, proposal_id, draft)


@routes.post("/console/proposals/{name}/{proposal_id}")
async def decide(form: Posted, name: str, proposal_id: UUID) -> Response:
    """Approve or refuse what was seen."""
    visit, of = form.visit, service.service_named(name)
    if wrong := service.faults(form):
        return await _proposal(visit, name, proposal_id, form.fields, wrong)
    try:
        said = await service.decide(form, of, str(proposal_id))
    except ServiceRefused as refusal:
        said = visit.refused(refusal, _ASKED_AGAIN)
        return await _proposal(visit, name, proposal_id, {**form.fields, "key": ""}, {"": said})
    return visit.done(f"{PLACE}/{of}/{proposal_id}", said)


async def _proposal(
    visit: Visit, name: str, proposal_id: UUID, given: Mapping[str, str], errors: dict[str, str] | None = None
) -> Response:
    of = service.service_named(name)
    seen = await service.look(visit, of, str(proposal_id))
    if elsewhere := ELSEWHERE.get(seen.proposal["kind"]):
        return visit.see_other(elsewhere + seen.proposal["subject"])
    return visit.page(
        "proposal", 422 if errors else 200, of=of, proposal=seen.proposal, seen=seen, given=given, errors=errors or {},
        names_citizens=service.may_name(visit), names=await named(visit, (one["who"] for one in seen.proposal["acts"])),
    )  # fmt: skip
