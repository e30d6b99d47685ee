"""Routes of a batch's rows: the payouts that were taken, one by one corrected or taken out, and one more."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final
from uuid import UUID

from fastapi import APIRouter
from starlette.responses import Response

from staff_console.documents import Document
from staff_console.payouts import batches, declaring
from staff_console.payouts.batches import PLACE
from staff_console.payouts.columns import column_of
from staff_console.services import ServiceRefused
from staff_console.web.errors import Missing
from staff_console.web.pager import query_of
from staff_console.web.visit import Form, Posted, Visit, Visiting

routes = APIRouter()
STATES: Final = ("waiting", "paid", "failed", "taken_out")
MOST: Final = 100
_REFUSED: Final = frozenset({"invalid_request", "above_ceiling", "not_payout_items", "payees_by_id_only"})


@routes.get(f"{PLACE}/{{batch_id}}/items")
async def show_rows(visit: Visiting, batch_id: UUID, state: str = "", after: int = 0) -> Response:
    """The payouts of a batch in the order they were received."""
    batch = await batches.find(visit, batch_id)
    chosen: dict[str, str | int] = {"state": state} if state in STATES else {}
    told = await visit.services.get("payment", f"{batches.path_of(batch_id)}/items", query_of(chosen, MOST, after))
    return visit.page(
        "payout_rows", batch=batch, told=told, state=state if chosen else "", states=STATES,
    )  # fmt: skip


@routes.get(f"{PLACE}/{{batch_id}}/faults")
async def show_faults(visit: Visiting, batch_id: UUID, after: int = 0) -> Response:
    """The rows of its files that were not taken, each with its column and the reason."""
    batch = await batches.find(visit, batch_id)
    told = await visit.services.get("payment", f"{batches.path_of(batch_id)}/faults", query_of({}, MOST, after))
    return visit.page("payout_faults", batch=batch, told=told, column_of=column_of)


@routes.get(f"{PLACE}/{{batch_id}}/doubles")
async def show_doubles(visit: Visiting, batch_id: UUID, after: int = 0) -> Response:
    """Its payouts that somebody may already be getting, as they were found when it was submitted."""
    batch = await batches.find(visit, batch_id)
    told = await visit.services.get("payment", f"{batches.path_of(batch_id)}/doubles", query_of({}, MOST, after))
    return visit.page("payout_doubles", batch=batch, told=told)


@routes.get(f"{PLACE}/{{batch_id}}/items/{{number}}")
async def show_row(visit: Visiting, batch_id: UUID, number: int) -> Response:
    """A payout, and the form that corrects it or takes it out."""
    return await _row(visit, batch_id, number, await visit.draft(f"{PLACE}/{batch_id}/items/{number}"))


@routes.post(f"{PLACE}/{{batch_id}}/items/{{number}}")
async def change_row(form: Posted, batch_id: UUID, number: int) -> Response:
    """Correct its amount or payee, or take it out of the batch."""
    visit, path = form.visit, f"{batches.path_of(batch_id)}/items/{number}"
    if form.field("doing") == "take_out":
        await visit.services.delete("payment", path, key=form.key)
        return visit.done(f"{PLACE}/{batch_id}", "payout_row_out")
    said = declaring.correction_of(form.fields)
    errors = said.errors
    if not errors:
        try:
            await visit.services.patch("payment", path, said.body, key=form.key)
        except ServiceRefused as refusal:
            errors = _refused(visit, refusal)
        else:
            return visit.done(f"{PLACE}/{batch_id}", "payout_row_corrected")
    return await _row(visit, batch_id, number, form.fields, errors)


@routes.get(f"{PLACE}/{{batch_id}}/row")
async def ask_row(visit: Visiting, batch_id: UUID, fault: int = 0) -> Response:
    """Ask for one row more; what a faulty one is called stands in the form."""
    batch, given = await batches.find(visit, batch_id), await visit.draft(f"{PLACE}/{batch_id}/row")
    if fault and not given:
        query: dict[str, str | int] = {"after": fault - 1, "limit": 1}
        told = await visit.services.get("payment", f"{batches.path_of(batch_id)}/faults", query)
        given = {"item_reference": next((one["item_reference"] or "" for one in told["items"]), "")}
    return visit.page("payout_row_new", batch=batch, given=given, errors={}, payees=declaring.PAYEES)


@routes.post(f"{PLACE}/{{batch_id}}/row")
async def add_row(form: Posted, batch_id: UUID) -> Response:
    """Send it as a file of one row: whatever a file is refused for, it is refused for."""
    visit, (row, said) = form.visit, declaring.row_of(form.fields)
    errors = said.errors
    if not errors:
        errors = await _sent(form, batch_id, row)
        if not errors:
            return visit.done(f"{PLACE}/{batch_id}", "payout_row_added")
    batch = await batches.find(visit, batch_id)
    return visit.page("payout_row_new", 422, batch=batch, given=form.fields, errors=errors, payees=declaring.PAYEES)


async def _sent(form: Form, batch_id: UUID, row: str) -> dict[str, str]:
    visit, path, file = form.visit, f"{batches.path_of(batch_id)}/items", row.encode()
    try:
        await visit.services.upload("payment", path, file, "text/csv", key=batches.key_of(form, file), seconds=15)
    except ServiceRefused as refusal:
        return _refused(visit, refusal)
    return {}


async def _row(
    visit: Visit, batch_id: UUID, number: int, given: Mapping[str, str], errors: Mapping[str, str] | None = None
) -> Response:
    batch = await batches.find(visit, batch_id)
    query: dict[str, str | int] = {"after": number - 1, "limit": 1}
    told = await visit.services.get("payment", f"{batches.path_of(batch_id)}/items", query)
    row = next((one for one in told["items"] if one["number"] == number), None)
    if row is None:
        raise Missing
    return visit.page(
        "payout_row", 422 if errors else 200, batch=batch, row=row, given=given, errors=errors or {},
        payees=declaring.PAYEES,
    )  # fmt: skip


def _refused(visit: Visit, refusal: ServiceRefused) -> dict[str, str]:
    """By field what the service refuses of one row, in its words. Raises the refusal where it is of no field."""
    if refusal.code not in _REFUSED:
        raise refusal
    faults: list[Document] = refusal.problem.get("rows") or refusal.problem.get("errors") or []
    reason = "reason_ar" if visit.language == "ar" else "reason"
    said = {_AT[column_of(one.get("code", ""))]: one.get(reason) or one["reason"] for one in faults}
    return said or {"amount": refusal.said(visit.language)}


_AT: Final = {
    "column.amount": "amount", "column.payee": "number", "column.item_reference": "item_reference", "column.row": "",
}  # fmt: skip
