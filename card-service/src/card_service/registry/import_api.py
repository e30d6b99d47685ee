"""Routes of bulk imports."""

from __future__ import annotations

from typing import Annotated, Final, Literal
from uuid import UUID

from fastapi import Depends, Path, Query, Request, Response

from card_service.context import WithTools
from card_service.registry import import_files, import_results, imports
from card_service.registry import import_repository as store
from card_service.registry.errors import (
    DigestDiffers,
    DigestMissing,
    ImportClosed,
    ImportIncomplete,
    NotCsvFile,
    PartDiffers,
    PartUnknown,
    WrongHeaderLine,
)
from card_service.registry.import_results import Outcome
from card_service.registry.import_schemas import MAX_PARTS, ImportDeclaration, ImportedRow, ImportedRows, PartOut
from card_service.registry.reasons import reason
from card_service.registry.schemas import ImportAccepted, ImportOut, RejectionPage
from chassis.auth import Caller
from chassis.db import Reading, Work
from chassis.endpoints import MIB, Rate
from chassis.media import reads
from chassis.paging import Number, Paging, by_number
from chassis.problems import PayloadTooLarge
from chassis.routing import router
from contracts.scopes import Scope

routes = router(tags=["citizens"])
_TEXT: Final = {"schema": {"type": "string"}}
_FILE: Final = {"requestBody": {"required": True, "content": {"text/csv": _TEXT, "application/x-ndjson": _TEXT}}}
_PART: Final = {
    "requestBody": {
        "required": True,
        "content": {"application/octet-stream": {"schema": {"type": "string", "format": "binary"}}},
    }
}
_CHUNKS_A_FILE: Final = 20
_State = Literal["registered", "joined", "rejected"]


@routes.post(
    "/v1/imports",
    scopes=Scope.CITIZENS_IMPORT,
    status_code=202,
    openapi_extra=_FILE,
    dependencies=[Depends(imports.limit_body)],
    problems=(NotCsvFile, WrongHeaderLine),
    rate=Rate.BULK,
    body=16 * MIB,
)
async def start_import(
    request: Request, caller: Caller, session: Work, tools: WithTools, corrects: UUID | None = None
) -> ImportAccepted:
    """Take a file of citizens and register its households in the background.

    CSV (RFC 4180) with commas, semicolons or tabs, in UTF-8 or UTF-16, in Windows-1256 where the media type says so; or
    NDJSON. `corrects`: the import whose refused rows the file holds again; they join the households of its references.
    """
    sent = await imports.body_of(request, tools.settings.card_import_max_bytes)
    return ImportAccepted(id=await imports.accept(session, tools, caller, sent, corrects))


@routes.post("/v1/import-declarations", scopes=Scope.CITIZENS_IMPORT, status_code=201)
async def declare_import(given: ImportDeclaration, caller: Caller, session: Work, tools: WithTools) -> ImportOut:
    """Declare a file that comes in parts of at most 16 MiB."""
    return await import_files.declare(session, tools, caller, given)


@routes.put(
    "/v1/imports/{import_id}/parts/{number}",
    scopes=Scope.CITIZENS_IMPORT,
    openapi_extra=_PART,
    dependencies=[Depends(imports.limit_body)],
    problems=(DigestMissing, DigestDiffers, PartDiffers, PartUnknown, ImportClosed, PayloadTooLarge),
    rate=Rate.BULK,
    body=16 * MIB,
)
async def send_part(
    import_id: UUID,
    number: Annotated[int, Path(ge=1, le=MAX_PARTS)],
    request: Request,
    caller: Caller,
    session: Work,
    tools: WithTools,
) -> PartOut:
    """Send a part with its SHA-256 in Content-Digest; a part sent twice is the same part."""
    said = import_files.digest_of(request)
    body = await request.body()
    if len(body) > tools.settings.card_import_max_bytes:
        raise imports.too_large(tools.settings.card_import_max_bytes)
    return await import_files.take_part(session, tools, caller, import_id, number, body, said)


@routes.post(
    "/v1/imports/{import_id}/completion",
    scopes=Scope.CITIZENS_IMPORT,
    problems=(ImportIncomplete, DigestDiffers, NotCsvFile, WrongHeaderLine),
    rate=Rate.BULK,
)
async def complete_import(import_id: UUID, caller: Caller, session: Work, tools: WithTools) -> ImportOut:
    """Take in a file whose parts have all come; its households are registered in the background."""
    return await import_files.complete(session, tools, caller, import_id)


@routes.get("/v1/imports/{import_id}", scopes=Scope.CITIZENS_IMPORT)
async def read_import(import_id: UUID, caller: Caller, session: Reading) -> ImportOut:
    """How far an import has come."""
    return await imports.progress(session, caller, import_id)


@routes.get("/v1/imports/{import_id}/rejections", scopes=Scope.CITIZENS_IMPORT)
async def list_rejections(
    import_id: UUID, caller: Caller, session: Reading, page: Annotated[Paging[int], by_number(200, 1000)]
) -> RejectionPage:
    """The rows of an import that were not taken, each with its reason."""
    return await imports.rejections(session, caller, import_id, page)


@routes.get("/v1/imports/{import_id}/rows", scopes=Scope.CITIZENS_IMPORT, purpose="import_result")
async def list_rows(
    import_id: UUID,
    caller: Caller,
    session: Reading,
    tools: WithTools,
    page: Annotated[Paging[int], by_number(200, 1000)],
    state: Annotated[_State | None, Query()] = None,
) -> ImportedRows:
    """What became of each row of an import: its ids and its sender's reference, or why it was refused."""
    await imports.visible(session, caller, import_id)
    found: list[Outcome] = []
    after = page.after
    while len(found) <= page.limit and (kept := await store.results(session, import_id, after, 1)):
        rows = import_results.opened(tools.vault, import_id, *kept[0])
        found.extend(one for one in rows if one.row > after and state in {None, one.state})
        after = rows[-1].row
    return ImportedRows.of(page, [_row(one) for one in found[: page.limit + 1]], lambda row: row.row)


@routes.get(
    "/v1/imports/{import_id}/result",
    scopes=Scope.CITIZENS_IMPORT,
    rate=Rate.BULK,
    response_class=Response,
    responses={200: {"content": {"text/csv": _TEXT, "application/x-ndjson": _TEXT}, "description": "UTF-8"}},
)
async def read_result(
    import_id: UUID,
    request: Request,
    caller: Caller,
    session: Reading,
    tools: WithTools,
    from_row: Annotated[Number, Query(ge=0, le=2**31 - 1, description="the first row wanted")] = 0,
) -> Response:
    """What became of the rows as a file: CSV, or NDJSON where Accept asks for it.

    A long one comes in several files: the header Link names the next (`rel="next"`).
    """
    await imports.visible(session, caller, import_id)
    kept = await store.results(session, import_id, from_row - 1, _CHUNKS_A_FILE + 1)
    rows = [
        one
        for first, sealed in kept[:_CHUNKS_A_FILE]
        for one in import_results.opened(tools.vault, import_id, first, sealed)
        if one.row >= from_row
    ]
    ndjson = request.headers.get("accept") is not None and reads(request, "application/x-ndjson")
    ndjson = ndjson and not reads(request, "text/csv")
    kind, ending = ("application/x-ndjson", "ndjson") if ndjson else ("text/csv; charset=utf-8", "csv")
    named = f'attachment; filename="import-{import_id}.{ending}"'
    headers = {"Content-Disposition": named, "Cache-Control": "no-store"}
    if len(kept) > _CHUNKS_A_FILE:
        headers["Link"] = f'</v1/imports/{import_id}/result?from_row={rows[-1].row + 1}>; rel="next"'
    body = import_results.as_ndjson(rows) if ndjson else import_results.as_csv(rows)
    return Response(body, headers=headers, media_type=kind)


def _row(one: Outcome) -> ImportedRow:
    english, arabic = (None, None) if one.code is None else reason(one.code)
    return ImportedRow(
        row=one.row,
        household_ref=one.household_ref,
        state=one.state,
        household_id=None if one.household_id is None else UUID(one.household_id),
        citizen_id=None if one.citizen_id is None else UUID(one.citizen_id),
        field=one.field,
        code=one.code,
        reason=english,
        reason_ar=arabic,
    )
