"""Routes by which a maker brings a batch to its approval: declared, submitted, opened again, failed payouts retried."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final
from uuid import UUID

from fastapi import APIRouter
from starlette.responses import Response

from staff_console.documents import Document
from staff_console.payouts import batches, declaring
from staff_console.payouts.batches import PLACE
from staff_console.services import ServiceRefused
from staff_console.services.parts import together
from staff_console.web.errors import Missing
from staff_console.web.visit import Posted, Visit, Visiting

routes = APIRouter()
_NEW: Final = f"{PLACE}/new"
_STEPS: Final = {"submission": "payout_submitted", "reopening": "payout_reopened"}
# At which field of a form a refusal of the service stands; what has none is a page of its own.
_FIELD: Final = {
    "batch_reference_used": "reference", "above_ceiling": "declared_total", "value_date_past": "value_date",
    "programme_unknown": "programme", "payout_programme_closed": "programme", "nothing_to_retry": "reference",
}  # fmt: skip
_LOOKED_FOR_SECONDS: Final = 18.0  # the doubles and the checksum of a large batch; a page has 20


@routes.get(_NEW)
async def ask_batch(visit: Visiting) -> Response:
    """Ask what a batch is to be."""
    return await _new(visit, await visit.draft(_NEW))


@routes.post(_NEW)
async def declare(form: Posted) -> Response:
    """Declare it."""
    visit, programmes = form.visit, await _programmes(form.visit)
    said = declaring.batch_of(form.fields, {one["programme"] for one in programmes})
    errors = said.errors
    if not errors:
        try:
            made = await visit.services.post("payment", "/v1/payout-batches", said.body, key=form.key)
        except ServiceRefused as refusal:
            errors = _at_field(visit, refusal)
        else:
            return visit.done(f"{PLACE}/{made['batch_id']}", "payout_declared")
    return await _new(visit, form.fields, errors)


@routes.get(f"{PLACE}/{{batch_id}}/declaration")
async def ask_declaration(visit: Visiting, batch_id: UUID) -> Response:
    """Ask for another count and total; what was received stands in the form."""
    batch = await batches.find(visit, batch_id)
    return visit.page(
        "payout_declaration", batch=batch, given=await visit.draft(f"{PLACE}/{batch_id}/declaration"), errors={}
    )


@routes.post(f"{PLACE}/{{batch_id}}/declaration")
async def redeclare(form: Posted, batch_id: UUID) -> Response:
    """Declare them."""
    visit, said = form.visit, declaring.totals_of(form.fields)
    errors = said.errors
    if not errors:
        try:
            await visit.services.put("payment", f"{batches.path_of(batch_id)}/declaration", said.body, key=form.key)
        except ServiceRefused as refusal:
            errors = _at_field(visit, refusal)
        else:
            return visit.done(f"{PLACE}/{batch_id}", "payout_redeclared")
    batch = await batches.find(visit, batch_id)
    return visit.page("payout_declaration", 422, batch=batch, given=form.fields, errors=errors)


@routes.post(f"{PLACE}/{{batch_id}}/step")
async def step(form: Posted, batch_id: UUID) -> Response:
    """Submit a batch to whoever approves it, or open it again."""
    visit, doing = form.visit, form.field("doing")
    if doing not in _STEPS:
        raise Missing
    path = f"{batches.path_of(batch_id)}/{doing}"
    await visit.services.post("payment", path, key=form.key, seconds=_LOOKED_FOR_SECONDS)
    return visit.done(f"{PLACE}/{batch_id}", _STEPS[doing])


@routes.get(f"{PLACE}/{{batch_id}}/retry")
async def ask_retry(visit: Visiting, batch_id: UUID) -> Response:
    """Ask by which reference and when what has failed is to be paid again."""
    return await _retry(visit, batch_id, await visit.draft(f"{PLACE}/{batch_id}/retry"))


@routes.post(f"{PLACE}/{{batch_id}}/retry")
async def retry(form: Posted, batch_id: UUID) -> Response:
    """Make a batch of it."""
    visit, said = form.visit, declaring.retry_of(form.fields)
    errors = said.errors
    if not errors:
        try:
            path = f"{batches.path_of(batch_id)}/retry"
            made = await visit.services.post("payment", path, said.body, key=form.key)
        except ServiceRefused as refusal:
            errors = _at_field(visit, refusal)
        else:
            return visit.done(f"{PLACE}/{made['batch_id']}", "payout_retried")
    return await _retry(visit, batch_id, form.fields, errors)


async def _retry(
    visit: Visit, batch_id: UUID, given: Mapping[str, str], errors: Mapping[str, str] | None = None
) -> Response:
    batch = await batches.find(visit, batch_id)
    return visit.page("payout_retry", 422 if errors else 200, batch=batch, given=given, errors=errors or {})


async def _new(visit: Visit, given: Mapping[str, str], errors: Mapping[str, str] | None = None) -> Response:
    programmes = await _programmes(visit)
    asked = {"funds": visit.services.get("payment", "/v1/payout-funds", {"limit": 200})}
    parts = await together(visit.context.settings.part_seconds, **asked)
    return visit.page(
        "payout_new", 422 if errors else 200, given=given, errors=errors or {}, programmes=programmes, parts=parts
    )


async def _programmes(visit: Visit) -> list[Document]:
    """The programmes of the person's authority that take new batches."""
    told = await visit.services.get("payment", "/v1/payout-programmes", {"limit": 200})
    return [one for one in told["items"] if one["open"]]


def _at_field(visit: Visit, refusal: ServiceRefused) -> dict[str, str]:
    """A refusal in the service's words at the field it is about. Raises it where it is about none."""
    if refusal.code not in _FIELD:
        raise refusal
    return {_FIELD[refusal.code]: refusal.said(visit.language)}
