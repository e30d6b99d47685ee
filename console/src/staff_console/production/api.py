"""Routes of batches: what a bureau was sent, what it returned, what did not fit, and cards to be made again."""

from __future__ import annotations

from typing import Final
from uuid import UUID

from fastapi import APIRouter
from starlette.responses import Response

from chassis.text import normalise_digits
from contracts.scopes import Scope
from staff_console.services import ServiceRefused
from staff_console.services.parts import part
from staff_console.web.pager import query_of
from staff_console.web.uploads import Uploaded
from staff_console.web.visit import Posted, Visit, Visiting

routes = APIRouter()
PLACE: Final = "/console/production"
WHERE: Final = "/v1/production-batches"
REASONS: Final = ("spoiled", "damaged", "misprinted", "lost_on_the_way")
ASKED_AGAIN: Final = frozenset({404, 409, 422})
_PAGE: Final = 50
_MOST_IN_A_BATCH: Final = 20_000
_RETURN_BYTES: Final = 8_000_000


@routes.get(PLACE)
async def show_batches(visit: Visiting, after: UUID | None = None) -> Response:
    """Batches of the person's governorate, the newest first, and the form that sends a bureau another one."""
    return await _batches(visit, {}, after=after)


@routes.post(PLACE)
async def make_batch(form: Posted) -> Response:
    """Send a bureau the oldest cards that are approved."""
    visit, size = form.visit, number_of(form.field("size"), _MOST_IN_A_BATCH)
    wrong = {} if form.field("bureau_id") else {"bureau_id": visit.say("bureau_missing")}
    if size is None:
        wrong["size"] = visit.say("batch_size_unclear")
    if wrong:
        return await _batches(visit, dict(form.fields), wrong)
    try:
        body = {"bureau_id": form.field("bureau_id"), "size": size}
        made = await visit.services.post("card", WHERE, body, key=form.key)
    except ServiceRefused as refusal:
        return await _batches(
            visit, {**form.fields, "key": ""}, {"": visit.refused(refusal, ASKED_AGAIN)}, refusal.status
        )
    return visit.done(f"{PLACE}/{made['batch_id']}", "batch_made")


@routes.get("/console/production/{batch_id}")
async def show_batch(visit: Visiting, batch_id: UUID, after: int = 0) -> Response:
    """A batch: how many cards are made, spoilt or still at the bureau, and what did not fit in its returns."""
    return await _batch(visit, batch_id, after=after)


@routes.get("/console/production/{batch_id}/file")
async def fetch_file(visit: Visiting, batch_id: UUID) -> Response:
    """The batch's file, which its bureau alone can open: handed through, never kept."""
    told = await visit.services.get("card", f"{WHERE}/{batch_id}/file")
    headers = {"Content-Disposition": f'attachment; filename="batch-{batch_id}.jwe"'}
    return Response(told["content"], headers=headers, media_type="application/jose")


@routes.post("/console/production/{batch_id}/returns")
async def take_return(upload: Uploaded, batch_id: UUID) -> Response:
    """Hand on what the bureau has returned: a signed file."""
    visit = upload.form.visit
    content = upload.file.decode("ascii", errors="ignore").strip()
    if upload.too_large or len(content) > _RETURN_BYTES:
        return await _batch(visit, batch_id, {"file": visit.say("return_too_large")})
    if not content:
        return await _batch(visit, batch_id, {"file": visit.say("return_missing")})
    try:
        path = f"{WHERE}/{batch_id}/returns"
        await visit.services.post("card", path, {"content": content}, key=upload.form.key)
    except ServiceRefused as refusal:
        return await _batch(visit, batch_id, {"file": visit.refused(refusal, ASKED_AGAIN)}, refusal.status)
    return visit.done(f"{PLACE}/{batch_id}", "return_taken")


@routes.get("/console/production/{batch_id}/cards/{card_id}")
async def ask_reprint(visit: Visiting, batch_id: UUID, card_id: UUID) -> Response:
    """Ask why a card is to be made again under its number."""
    return _reprint(visit, batch_id, card_id, await visit.draft(f"{PLACE}/{batch_id}/cards/{card_id}"))


@routes.post("/console/production/{batch_id}/cards/{card_id}")
async def reprint(form: Posted, batch_id: UUID, card_id: UUID) -> Response:
    """Have it made again with the next batch; what was made of it is good no more."""
    visit, reason = form.visit, form.field("reason")
    if reason not in REASONS:
        return _reprint(visit, batch_id, card_id, dict(form.fields), {"reason": visit.say("reprint_reason_missing")})
    try:
        await visit.services.post("card", f"/v1/cards/{card_id}/reprint", {"reason": reason}, key=form.key)
    except ServiceRefused as refusal:
        given = {**form.fields, "key": ""}
        return _reprint(visit, batch_id, card_id, given, {"": visit.refused(refusal, ASKED_AGAIN)}, refusal.status)
    return visit.done(f"{PLACE}/{batch_id}", "card_reprinted")


def number_of(typed: str, most: int) -> int | None:
    """A number from 1 on as it was typed, in either kind of digits; None for what is none."""
    digits = normalise_digits(typed)
    return int(digits) if digits.isdecimal() and digits.isascii() and 0 < int(digits) <= most else None


async def _batches(
    visit: Visit,
    given: dict[str, str],
    errors: dict[str, str] | None = None,
    status: int = 422,
    after: UUID | None = None,
) -> Response:
    query = query_of({}, _PAGE, after)
    told = await visit.services.get("card", WHERE, query)
    bureaus = await part(visit.services.get("card", "/v1/bureaus", {"limit": 200}), visit.context.settings.part_seconds)
    facts = {
        "bureaus": bureaus.told["items"] if bureaus.state == "there" else [], "given": given, "errors": errors or {},
        "writes": visit.may(Scope.PRODUCTION_WRITE),
    }  # fmt: skip
    return visit.page("batches", status if errors else 200, told=told, **facts)


async def _batch(
    visit: Visit, batch_id: UUID, errors: dict[str, str] | None = None, status: int = 422, after: int = 0
) -> Response:
    path = f"{WHERE}/{batch_id}"
    told = await visit.services.get("card", path)
    query = query_of({}, _PAGE, after)
    misfits = await visit.services.get("card", f"{path}/mismatches", query)
    facts = {"errors": errors or {}, "writes": visit.may(Scope.PRODUCTION_WRITE)}
    return visit.page("batch", status if errors else 200, one=told, misfits=misfits, **facts)


def _reprint(
    visit: Visit,
    batch_id: UUID,
    card_id: UUID,
    given: dict[str, str],
    errors: dict[str, str] | None = None,
    status: int = 422,
) -> Response:
    facts = {"batch_id": batch_id, "card_id": card_id, "given": given, "reasons": REASONS, "errors": errors or {}}
    return visit.page("reprint", status if errors else 200, **facts)
