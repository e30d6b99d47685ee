"""Routes of campaigns: the list, one campaign with how far it has come, and what may be done with it."""

from __future__ import annotations

from typing import Final
from uuid import UUID

from fastapi import APIRouter
from starlette.responses import Response

from contracts.scopes import Scope
from staff_console.documents import Document
from staff_console.services import ServiceRefused
from staff_console.web.errors import Missing
from staff_console.web.pager import query_of
from staff_console.web.visit import Posted, Visit, Visiting

routes = APIRouter()
PLACE: Final = "/console/campaigns"
WHERE: Final = "/v1/campaigns"
STATES: Final = ("draft", "proposed", "queueing", "running", "paused", "cancelling", "cancelled", "ended")
MOVING: Final = frozenset({"queueing", "running", "cancelling"})  # its numbers change by themselves
ASKED_AGAIN: Final = frozenset({404, 409, 422})
_PAGE: Final = 50
# What may be done in which state, and the text that says it was done.
_WRITES: Final[dict[str, frozenset[str]]] = {
    "dry-runs": frozenset({"draft", "proposed"}),
    "start": frozenset({"draft"}),
    "pause": frozenset({"queueing", "running"}),
    "resume": frozenset({"paused"}),
    "cancellation": frozenset({"draft", "queueing", "running", "paused"}),
}
_APPROVES: Final = frozenset({"dry-runs", "cancellation"})
_SAID: Final = {
    "dry-runs": "campaign_counting", "start": "campaign_start_proposed", "pause": "campaign_paused",
    "resume": "campaign_resumed", "cancellation": "campaign_cancelled",
}  # fmt: skip


@routes.get(PLACE)
async def show_campaigns(visit: Visiting, state: str = "", after: UUID | None = None) -> Response:
    """Campaigns of the person's area; the filter stands in the address."""
    chosen = state if state in STATES else ""
    query = query_of({"state": chosen} if chosen else {}, _PAGE, after)
    told = await visit.services.get("notify", WHERE, query)
    return visit.page(
        "campaigns", told=told, writes=visit.may(Scope.CAMPAIGNS_WRITE), states=STATES, state=chosen,
    )  # fmt: skip


@routes.get("/console/campaigns/{campaign_id}")
async def show_campaign(visit: Visiting, campaign_id: UUID, dry_run: UUID | None = None) -> Response:
    """A campaign: what it says, whom it means, how far it has come. `dry_run`: the count that was asked for."""
    return await shown(visit, campaign_id, dry_run)


@routes.post("/console/campaigns/{campaign_id}")
async def act(form: Posted, campaign_id: UUID) -> Response:
    """Count whom it reaches, propose its start, hold it, go on, or end it for good."""
    visit, doing = form.visit, form.field("act")
    if doing not in _WRITES:
        raise Missing
    try:
        told = await visit.services.post("notify", f"{WHERE}/{campaign_id}/{doing}", key=form.key)
    except ServiceRefused as refusal:
        if refusal.status not in ASKED_AGAIN:
            raise
        return await shown(visit, campaign_id, None, {"": refusal.said(visit.language)}, refusal.status)
    place = f"{PLACE}/{campaign_id}"
    if doing == "dry-runs":
        place = f"{place}?dry_run={told['dry_run_id']}"
    if doing == "start":
        place = f"/console/proposals/notify/{told['proposal_id']}"
    return visit.done(place, _SAID[doing])


async def shown(
    visit: Visit,
    campaign_id: UUID,
    dry_run: UUID | None,
    errors: dict[str, str] | None = None,
    status: int = 422,
) -> Response:
    """The page of a campaign. Raises ServiceRefused or ServiceSilent."""
    path = f"{WHERE}/{campaign_id}"
    campaign = await visit.services.get("notify", path)
    count = await visit.services.get("notify", f"{path}/dry-runs/{dry_run}") if dry_run else None
    under_way = campaign["state"] in MOVING or (count is not None and count["state"] == "counting")
    facts = {"one": campaign, "count": count, "under_way": under_way, "acts": _acts(visit, campaign)}
    return visit.page("campaign", status if errors else 200, errors=errors or {}, **facts)


def _acts(visit: Visit, campaign: Document) -> list[str]:
    """What this person may do with it now; whether it is so, the service judges."""
    mine = frozenset(_WRITES) if visit.may(Scope.CAMPAIGNS_WRITE) else _APPROVES
    return [doing for doing, states in _WRITES.items() if doing in mine and campaign["state"] in states]
