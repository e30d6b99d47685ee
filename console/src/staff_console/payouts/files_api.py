"""Routes of a batch's files: what comes in as it is, and the result, handed through and never kept."""

from __future__ import annotations

from typing import Final
from uuid import UUID

from fastapi import APIRouter
from starlette.responses import Response

from staff_console.documents import Document
from staff_console.payouts import batches
from staff_console.payouts.batches import FILES, PLACE
from staff_console.payouts.columns import column_of
from staff_console.services import ServiceRefused
from staff_console.web.uploads import Upload, Uploaded
from staff_console.web.visit import Visit, Visiting

routes = APIRouter()
MOST_BYTES: Final = 16 * 1024 * 1024
_SECONDS: Final = 60.0  # as long as payment-service may take, each number being looked up
_RESULT_SECONDS: Final = 18.0  # a page has 20
_REFUSED: Final = frozenset({"not_payout_items", "payees_by_id_only", "payload_too_large"})


@routes.get(f"{FILES}/{{batch_id}}")
async def ask_file(visit: Visiting, batch_id: UUID) -> Response:
    """Ask for a file of rows, and say how it is to be."""
    return await _file(visit, batch_id)


@routes.post(f"{FILES}/{{batch_id}}")
async def send_file(upload: Uploaded, batch_id: UUID) -> Response:
    """Hand a file on as it is. What of it is not taken stands on the batch's page, by row and reason."""
    visit = upload.form.visit
    if upload.too_large or len(upload.file) > MOST_BYTES:
        return await _file(visit, batch_id, {"errors": {"file": visit.say("rows_too_many")}})
    if not upload.file.strip():
        return await _file(visit, batch_id, {"errors": {"file": visit.say("rows_missing")}})
    try:
        taken = (await _handed_on(upload, batch_id))["file"]
    except ServiceRefused as refusal:
        if refusal.code not in _REFUSED:
            raise
        return await _file(visit, batch_id, _said(visit, refusal))
    counts = visit.say("file_counts").format(taken["taken_count"], taken["faulty_count"])
    return visit.done(f"{PLACE}/{batch_id}", "payout_file_taken", about=counts)


@routes.get(f"{FILES}/{{batch_id}}/result")
async def fetch_result(visit: Visiting, batch_id: UUID) -> Response:
    """What became of every row, as the service writes it: for a spreadsheet, its ids whole and no cell a formula."""
    batch = await batches.find(visit, batch_id)
    file = await visit.services.raw("payment", f"{batches.path_of(batch_id)}/result", _RESULT_SECONDS)
    named = {"Content-Disposition": f'attachment; filename="payouts-{batch["batch_id"]}.csv"'}
    return Response(file, headers=named, media_type="text/csv; charset=utf-8")


async def _handed_on(upload: Upload, batch_id: UUID) -> Document:
    form, key = upload.form, batches.key_of(upload.form, upload.file)
    path = f"{batches.path_of(batch_id)}/items"
    async with form.visit.context.uploads:
        answer: Document = await form.visit.services.upload(
            "payment", path, upload.file, "text/csv", key=key, seconds=_SECONDS
        )
    return answer


def _said(visit: Visit, refusal: ServiceRefused) -> Document:
    """A refusal of the whole file: in the service's words, with the rows it names."""
    return {"errors": {"file": refusal.said(visit.language)}, "rows": refusal.problem.get("rows") or []}


async def _file(visit: Visit, batch_id: UUID, refused: Document | None = None) -> Response:
    facts = {"errors": {}, "rows": [], "key": ""} | (refused or {})
    batch = await batches.find(visit, batch_id)
    return visit.page("payout_file", 422 if refused else 200, batch=batch, column_of=column_of, **facts)
