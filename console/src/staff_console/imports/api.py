"""Routes of imports: the list, a file that is sent and judged, and one import with what was found in it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final
from uuid import UUID

from fastapi import APIRouter
from starlette.responses import Response

from staff_console.documents import Document
from staff_console.imports import service
from staff_console.imports.service import WHERE
from staff_console.services import ServiceRefused, ServiceSilent
from staff_console.web.errors import Missing
from staff_console.web.pager import query_of
from staff_console.web.uploads import Upload, Uploaded
from staff_console.web.visit import Posted, Visit, Visiting

routes = APIRouter()
PLACE: Final = "/console/imports"
_ASKED_AGAIN: Final = frozenset({404, 409, 422})
_FINDINGS: Final = 50
_ACTS: Final = {"start": "import_started", "cancellation": "import_cancelled"}


@routes.get(PLACE)
async def show_imports(visit: Visiting, after: UUID | None = None) -> Response:
    """Imports of the person's area, the newest first, each with how far it has come."""
    query = query_of({}, 20, after)
    told = await visit.services.get("card", WHERE, query)
    shares = {one["id"]: service.share(one) for one in told["items"]}
    under_way = any(one["status"] in service.UNDER_WAY for one in told["items"])
    return visit.page("imports", told=told, shares=shares, under_way=under_way)


@routes.get("/console/imports/new")
async def ask_for_file(visit: Visiting, content: str = "", corrects: UUID | None = None) -> Response:
    """The form that takes a file. `corrects`: the import whose refused rows it holds again."""
    given = {"content": content, "corrects": str(corrects) if corrects else ""}
    return _form(visit, {**given, **await visit.draft(f"{PLACE}/new")})


@routes.post("/console/imports/new")
async def send(upload: Uploaded) -> Response:
    """Send a file to be judged; nothing of it is registered."""
    visit, form = upload.form.visit, upload.form
    wrong = service.wrong_with(upload, service.contents(visit))
    if wrong:
        return _form(visit, form.fields, {name: visit.say(text) for name, text in wrong.items()})
    async with visit.context.uploads:
        try:
            told = await service.declare(visit, upload)
        except ServiceRefused as refusal:
            return _refused(visit, refusal, form.fields)
        return await _handed_on(visit, told, upload, "import_sent")


@routes.get("/console/imports/{import_id}")
async def show_import(visit: Visiting, import_id: UUID, after: int = 0) -> Response:
    """An import: how far it has come, and each refused row with its column and why."""
    return await _import(visit, import_id, after=after)


@routes.post("/console/imports/{import_id}")
async def act(form: Posted, import_id: UUID) -> Response:
    """Start what was judged, or give it up."""
    visit, doing = form.visit, form.field("act")
    if doing not in _ACTS:
        raise Missing
    try:
        await visit.services.post("card", f"{WHERE}/{import_id}/{doing}", key=form.key)
    except ServiceRefused as refusal:
        if refusal.status not in _ASKED_AGAIN:
            raise
        return await _import(visit, import_id, {"": refusal.said(visit.language)}, refusal.status)
    return visit.done(f"{PLACE}/{import_id}", _ACTS[doing])


@routes.post("/console/imports/{import_id}/rest")
async def send_rest(upload: Uploaded, import_id: UUID) -> Response:
    """Go on with a file that was cut off: the same file is chosen again, and only what is missing is sent."""
    visit = upload.form.visit
    told = await visit.services.get("card", f"{WHERE}/{import_id}")
    wrong = service.wrong_with(upload, ("",))
    if not wrong and await service.digest(upload.file) != told["sha256"]:
        wrong = {"file": "import_other_file"}
    if wrong:
        return await _import(visit, import_id, {name: visit.say(text) for name, text in wrong.items()}, 422)
    async with visit.context.uploads:
        return await _handed_on(visit, told, upload, "import_sent")


async def _handed_on(visit: Visit, told: Document, upload: Upload, said: str) -> Response:
    place = f"{PLACE}/{told['id']}"
    try:
        await service.hand_on(visit, told, upload.file, upload.form.key)
    except ServiceSilent:
        return visit.done(place, "import_cut_off")  # what has come stays; the page asks for the rest
    except ServiceRefused as refusal:
        return _refused(visit, refusal, {**upload.form.fields, "content": str(told["content"])})
    return visit.done(place, said)


def _refused(visit: Visit, refusal: ServiceRefused, given: Mapping[str, str]) -> Response:
    if refusal.status not in _ASKED_AGAIN:
        raise refusal
    # Refused, it did nothing: what is sent next is another try, under a key of its own.
    return _form(visit, {**given, "key": ""}, {"file": refusal.said(visit.language)}, refusal.status)


def _form(visit: Visit, given: Mapping[str, str], errors: dict[str, str] | None = None, status: int = 422) -> Response:
    facts = {"given": given, "contents": service.contents(visit), "charsets": service.CHARSETS, "errors": errors or {}}
    return visit.page("import_new", status if errors else 200, **facts)


async def _import(
    visit: Visit, import_id: UUID, errors: dict[str, str] | None = None, status: int = 422, after: int = 0
) -> Response:
    told = await visit.services.get("card", f"{WHERE}/{import_id}")
    query = query_of({}, _FINDINGS, after)
    findings = await visit.services.get("card", f"{WHERE}/{import_id}/rejections", query)
    facts = {
        "one": told, "findings": findings, "share": service.share(told),
        "under_way": told["status"] in service.UNDER_WAY, "errors": errors or {},
    }  # fmt: skip
    return visit.page("import", status if errors else 200, **facts)
