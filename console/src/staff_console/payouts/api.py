"""Routes of payouts: the list, a batch with its approval, and its withdrawal."""

from __future__ import annotations

from typing import Final
from urllib.parse import urlencode
from uuid import UUID

from fastapi import APIRouter
from starlette.responses import Response

from chassis.text import normalise_digits
from contracts.scopes import Scope
from staff_console.documents import Answer
from staff_console.payouts import batches
from staff_console.payouts.amounts import piastres_of
from staff_console.payouts.batches import PLACE
from staff_console.web.pager import query_of
from staff_console.web.visit import Posted, Visit, Visiting

routes = APIRouter()
STATES: Final = ("open", "submitted", "approved", "completed", "cancelled")
ALL: Final = "all"
_LONGEST: Final = 64


@routes.get(PLACE)
async def show_batches(visit: Visiting, state: str = "", reference: str = "", after: UUID | None = None) -> Response:
    """Batches by state and reference, the newest first; all of it stands in the address.

    Who sends no state sees what waits for them: for an approver what is submitted, for a maker what is being made.
    """
    usual = "open" if visit.may(Scope.PAYOUTS_SUBMIT) else "submitted"
    sought = normalise_digits(reference.strip())[:_LONGEST]
    chosen = state if state in {*STATES, ALL} else ALL if sought else usual
    conditions = ({} if chosen == ALL else {"state": chosen}) | ({"reference": sought} if sought else {})
    told = await visit.services.get("payment", "/v1/payout-batches", query_of(conditions, 50, after))
    return visit.page(
        "payouts", told=told, state=chosen, states=(*STATES, ALL), sought=sought,
        makes=visit.may(Scope.PAYOUTS_SUBMIT),
        addresses={one: _address(one, sought) for one in (*STATES, ALL)},
    )  # fmt: skip


@routes.get(f"{PLACE}/{{batch_id}}")
async def show_batch(visit: Visiting, batch_id: UUID) -> Response:
    """A batch: what was declared and received, what is odd about it, what the month before came to."""
    draft = await visit.draft(f"{PLACE}/{batch_id}")
    return await _batch(visit, batch_id, draft)


@routes.post(f"{PLACE}/{{batch_id}}")
async def approve(form: Posted, batch_id: UUID) -> Response:
    """Approve what was seen, by typing its total."""
    visit = form.visit
    batch = await batches.find(visit, batch_id)
    if piastres_of(form.field("total")) != batch["received_total"]:
        return await _batch(visit, batch_id, form.fields, {"total": "total_differs"})
    # What was seen is what is approved: a batch that has changed since has another digest, and is refused.
    body = {"digest": form.field("digest")}
    await visit.services.post("payment", f"{batches.path_of(batch_id)}/approval", body, key=form.key)
    return visit.done(f"{PLACE}/{batch_id}", "payout_approved")


@routes.get(f"{PLACE}/{{batch_id}}/cancellation")
async def ask_cancellation(visit: Visiting, batch_id: UUID) -> Response:
    """Ask whether a batch is to be sent back or withdrawn, and why."""
    batch = await batches.find(visit, batch_id)
    draft = await visit.draft(f"{PLACE}/{batch_id}/cancellation")
    return visit.page("payout_cancel", batch=batch, given=draft, errors={})


@routes.post(f"{PLACE}/{{batch_id}}/cancellation")
async def cancel(form: Posted, batch_id: UUID) -> Response:
    """Send it back."""
    visit, reason = form.visit, form.field("reason")
    if not reason:
        batch = await batches.find(visit, batch_id)
        return visit.page("payout_cancel", 422, batch=batch, given=form.fields, errors={"reason": "why_missing"})
    path = f"{batches.path_of(batch_id)}/cancellation"
    await visit.services.post("payment", path, {"reason": reason}, key=form.key)
    return visit.done(f"{PLACE}/{batch_id}", "payout_cancelled")


async def _batch(visit: Visit, batch_id: UUID, given: Answer, errors: dict[str, str] | None = None) -> Response:
    facts = await batches.beside(visit, await batches.find(visit, batch_id))
    return visit.page("payout", 422 if errors else 200, given=given, errors=errors or {}, **facts)


def _address(state: str, sought: str) -> str:
    return f"{PLACE}?{urlencode({'state': state} | ({'reference': sought} if sought else {}))}"
