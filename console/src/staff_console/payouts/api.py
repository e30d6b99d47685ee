"""Routes of payouts before whoever approves them."""

from __future__ import annotations

from typing import Final
from uuid import UUID

from fastapi import APIRouter
from starlette.responses import Response

from staff_console.documents import Answer
from staff_console.payouts.amounts import piastres_of
from staff_console.services.parts import together
from staff_console.web.visit import Posted, Visit, Visiting

routes = APIRouter()
PLACE: Final = "/console/payouts"
STATES: Final = ("submitted", "open", "approved", "completed", "cancelled")


@routes.get(PLACE)
async def show_batches(visit: Visiting, state: str = "submitted", after: str = "") -> Response:
    """Batches of a state, the newest first."""
    chosen = state if state in STATES else "submitted"
    query: dict[str, str | int] = {"state": chosen, "limit": 50}
    if after:
        query["after"] = after
    told = await visit.services.get("payment", "/v1/payout-batches", query)
    return visit.page("payouts", told=told, state=chosen, states=STATES, later=bool(after))


@routes.get("/console/payouts/{batch_id}")
async def show_batch(visit: Visiting, batch_id: UUID) -> Response:
    """A batch: what was declared and received, what is odd about it, what the month before came to."""
    draft = await visit.draft(f"{PLACE}/{batch_id}")
    return await _batch(visit, batch_id, draft)


@routes.post("/console/payouts/{batch_id}")
async def approve(form: Posted, batch_id: UUID) -> Response:
    """Approve what was seen, by typing its total."""
    visit = form.visit
    batch = await visit.services.get("payment", f"/v1/payout-batches/{batch_id}")
    if piastres_of(form.field("total")) != batch["received_total"]:
        return await _batch(visit, batch_id, form.fields, {"total": "total_differs"})
    # What was seen is what is approved: a batch that has changed since has another digest, and is refused.
    body = {"digest": form.field("digest")}
    await visit.services.post("payment", f"/v1/payout-batches/{batch_id}/approval", body, key=form.key)
    return visit.done(f"{PLACE}/{batch_id}", "payout_approved")


@routes.get("/console/payouts/{batch_id}/cancellation")
async def ask_cancellation(visit: Visiting, batch_id: UUID) -> Response:
    """Ask whether a batch is to be sent back, and why."""
    batch = await visit.services.get("payment", f"/v1/payout-batches/{batch_id}")
    draft = await visit.draft(f"{PLACE}/{batch_id}/cancellation")
    return visit.page("payout_cancel", batch=batch, given=draft, errors={})


@routes.post("/console/payouts/{batch_id}/cancellation")
async def cancel(form: Posted, batch_id: UUID) -> Response:
    """Send it back."""
    visit, reason = form.visit, form.field("reason")
    if not reason:
        batch = await visit.services.get("payment", f"/v1/payout-batches/{batch_id}")
        return visit.page("payout_cancel", 422, batch=batch, given=form.fields, errors={"reason": "why_missing"})
    path = f"/v1/payout-batches/{batch_id}/cancellation"
    await visit.services.post("payment", path, {"reason": reason}, key=form.key)
    return visit.done(f"{PLACE}/{batch_id}", "payout_cancelled")


async def _batch(visit: Visit, batch_id: UUID, given: Answer, errors: dict[str, str] | None = None) -> Response:
    services, path = visit.services, f"/v1/payout-batches/{batch_id}"
    batch = await services.get("payment", path)
    asked = {
        "programme": services.get("payment", f"/v1/payout-programmes/{batch['programme']}"),
        "doubles": services.get("payment", f"{path}/doubles", {"limit": 20}),
        "faults": services.get("payment", f"{path}/faults", {"limit": 20}),
        "before": services.get(
            "payment", "/v1/payout-batches", {"programme": batch["programme"], "state": "completed", "limit": 1}
        ),
    }
    parts = await together(visit.context.settings.part_seconds, **asked)
    return visit.page(
        "payout", 422 if errors else 200, batch=batch, parts=parts, given=given, errors=errors or {},
        own=visit.session.subject in {batch["made_by"], batch["submitted_by"], *batch["uploaded_by"]},
    )  # fmt: skip
