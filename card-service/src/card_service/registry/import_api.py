"""Routes of bulk imports."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated, Final, Literal
from uuid import UUID

from fastapi import Depends, Path, Query, Request, Response
from sqlalchemy.ext.asyncio import AsyncSession

from card_service.context import WithDependencies
from card_service.dependencies import Dependencies
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
from card_service.registry.schemas import ImportAccepted, ImportOut, RejectionPage
from chassis.auth import Caller
from chassis.db import Reading, Work
from chassis.endpoints import MIB, Rate
from chassis.media import reads
from chassis.paging import Number, Paging, by_number
from chassis.principal import Principal
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
_SCOPES: Final = (Scope.CITIZENS_IMPORT, Scope.REQUESTS_WRITE)  # by what the file is about: `imports.scope_for`
_State = Literal["registered", "joined", "requested", "rejected"]


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
    request: Request, caller: Caller, session: Work, deps: WithDependencies, corrects: UUID | None = None
) -> ImportAccepted:
    """Take a file of citizens and register its households in the background.

    CSV (RFC 4180) with commas, semicolons or tabs, in UTF-8 or UTF-16, in Windows-1256 where the media type says so; or
    NDJSON. `corrects`: the import whose refused rows the file holds again; they join the households of its references.
    """
    sent = await imports.body_of(request, deps.settings.card_import_max_bytes)
    return ImportAccepted(id=await imports.accept(session, deps, caller, sent, corrects))


@routes.post("/v1/import-declarations", scopes=_SCOPES, status_code=201)
async def declare_import(given: ImportDeclaration, caller: Caller, session: Work, deps: WithDependencies) -> ImportOut:
    """Declare a file that comes in parts of at most 16 MiB: of citizens (`citizens:import`), or of another registry.

    Rows of the latter (`requests:write`) become change requests: deaths, births, marriages, travel, income, Takaful.
    """
    return await import_files.declare(session, deps, caller, given)


@routes.put(
    "/v1/imports/{import_id}/parts/{number}",
    scopes=_SCOPES,
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
    deps: WithDependencies,
) -> PartOut:
    """Send a part with its SHA-256 in Content-Digest; a part sent twice is the same part."""
    said = import_files.digest_of(request)
    body = await request.body()
    if len(body) > deps.settings.card_import_max_bytes:
        raise imports.too_large(deps.settings.card_import_max_bytes)
    return await import_files.take_part(session, deps, caller, import_id, number, body, said)


@routes.post(
    "/v1/imports/{import_id}/completion",
    scopes=_SCOPES,
    problems=(ImportIncomplete, DigestDiffers, NotCsvFile, WrongHeaderLine),
    rate=Rate.BULK,
)
async def complete_import(import_id: UUID, caller: Caller, session: Work, deps: WithDependencies) -> ImportOut:
    """Take in a file whose parts have all come; its households are registered in the background."""
    return await import_files.complete(session, deps, caller, import_id)


@routes.get("/v1/imports/{import_id}", scopes=_SCOPES)
async def read_import(import_id: UUID, caller: Caller, session: Reading) -> ImportOut:
    """How far an import has come."""
    return await imports.progress(session, caller, import_id)


@routes.get("/v1/imports/{import_id}/rejections", scopes=_SCOPES)
async def list_rejections(
    import_id: UUID,
    caller: Caller,
    session: Reading,
    deps: WithDependencies,
    page: Annotated[Paging[int], by_number(200, 1000)],
) -> RejectionPage:
    """The rows of an import that were not taken, or that its dry run has found wrong, each with its reason."""
    return await imports.rejections(session, deps, caller, import_id, page)


@routes.get("/v1/imports/{import_id}/rows", scopes=_SCOPES, purpose="import_result")
async def list_rows(
    import_id: UUID,
    caller: Caller,
    session: Reading,
    deps: WithDependencies,
    page: Annotated[Paging[int], by_number(200, 1000)],
    state: Annotated[_State | None, Query()] = None,
) -> ImportedRows:
    """What became of each row of an import: its ids and its sender's reference, or why it was refused."""
    await imports.visible(session, caller, import_id)
    found: list[Outcome] = []
    after = page.after
    while len(found) <= page.limit and (kept := await store.results(session, import_id, after, 1)):
        rows = import_results.opened(deps.vault, import_id, *kept[0])
        found.extend(one for one in rows if one.row > after and state in {None, one.state})
        after = rows[-1].row
    found = found[: page.limit + 1]
    likely = await _likely(deps, session, caller, found)
    shown = [ImportedRow.model_validate(import_results.told(one, likely)) for one in found]
    return ImportedRows.of(page, shown, lambda row: row.row)


@routes.get(
    "/v1/imports/{import_id}/result",
    scopes=_SCOPES,
    rate=Rate.BULK,
    response_class=Response,
    responses={200: {"content": {"text/csv": _TEXT, "application/x-ndjson": _TEXT}, "description": "UTF-8"}},
)
async def read_result(
    import_id: UUID,
    request: Request,
    caller: Caller,
    session: Reading,
    deps: WithDependencies,
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
        for one in import_results.opened(deps.vault, import_id, first, sealed)
        if one.row >= from_row
    ]
    ndjson = request.headers.get("accept") is not None and reads(request, "application/x-ndjson")
    ndjson = ndjson and not reads(request, "text/csv")
    kind, ending = ("application/x-ndjson", "ndjson") if ndjson else ("text/csv; charset=utf-8", "csv")
    named = f'attachment; filename="import-{import_id}.{ending}"'
    headers = {"Content-Disposition": named, "Cache-Control": "no-store"}
    if len(kept) > _CHUNKS_A_FILE:
        headers["Link"] = f'</v1/imports/{import_id}/result?from_row={rows[-1].row + 1}>; rel="next"'
    likely = await _likely(deps, session, caller, rows)
    body = (import_results.as_ndjson if ndjson else import_results.as_csv)(rows, likely)
    return Response(body, headers=headers, media_type=kind)


async def _likely(
    deps: Dependencies, session: AsyncSession, caller: Principal, rows: Sequence[Outcome]
) -> import_results.Likely:
    citizens = [UUID(one.citizen_id) for one in rows if one.citizen_id is not None]
    return await deps.open_duplicates(session, caller.bound, citizens) if citizens else {}
