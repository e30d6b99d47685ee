"""Routes of files of the register: ordered, followed and fetched by their owner."""

from __future__ import annotations

from typing import Annotated, Final
from uuid import UUID

from fastapi import Path, Request, Response

from card_service.context import WithDependencies
from card_service.exports import service
from card_service.exports.errors import (
    ExportNotReady,
    ExportPartUnknown,
    ExportTooLarge,
    ExportUnknown,
    TooManyExports,
)
from card_service.exports.schemas import ExportIn, ExportOut, ExportPage
from chassis.auth import Caller
from chassis.db import Reading, Work
from chassis.endpoints import OFFICES, Rate
from chassis.paging import LAST_ID, Paging, by_id
from chassis.records.said import said_in
from chassis.routing import router
from contracts.scopes import Scope

routes = router(tags=["citizens"])
READS = (Scope.CITIZENS_READ, Scope.CITIZENS_WRITE)
_BYTES: Final = {"content": {"application/octet-stream": {"schema": {"type": "string", "format": "binary"}}}}


@routes.post(
    "/v1/register-exports",
    scopes=READS,
    callers=OFFICES,
    status_code=202,
    problems=(ExportTooLarge, TooManyExports),
    rate=Rate.BULK,
)
async def order_export(given: ExportIn, request: Request, caller: Caller, session: Work) -> ExportOut:
    """Order a file of a list of the register, as the list is at one moment soon.

    Whoever is in it is recorded as shown to the caller, with the purpose, before the file may be fetched.
    """
    return ExportOut.of(await service.order(session, caller, given, said_in(request)))


@routes.get("/v1/register-exports", scopes=READS, callers=OFFICES)
async def list_exports(
    caller: Caller, session: Reading, page: Annotated[Paging[UUID], by_id(20, 100, LAST_ID)]
) -> ExportPage:
    """The caller's own files, the newest first; each is removed a day after it was made."""
    found = await service.owned(session, caller, page)
    return ExportPage.of(page, [ExportOut.of(one) for one in found], lambda one: one.export_id)


@routes.get("/v1/register-exports/{export_id}", scopes=READS, callers=OFFICES, problems=ExportUnknown)
async def read_export(export_id: UUID, caller: Caller, session: Reading) -> ExportOut:
    """How far a file of the caller's has come."""
    return ExportOut.of(await service.own(session, caller, export_id))


@routes.get(
    "/v1/register-exports/{export_id}/parts/{number}",
    scopes=READS,
    callers=OFFICES,
    problems=(ExportUnknown, ExportNotReady, ExportPartUnknown),
    response_class=Response,
    responses={200: {**_BYTES, "description": "a part of the file"}},
)
async def read_part(
    export_id: UUID,
    number: Annotated[int, Path(ge=1, le=2**31 - 1)],
    caller: Caller,
    session: Reading,
    deps: WithDependencies,
) -> Response:
    """A part of a file of the caller's, numbered from 1; all `parts` one behind the other are the file."""
    plain = await service.part(session, deps, caller, export_id, number)
    return Response(plain, media_type="application/octet-stream", headers={"Cache-Control": "no-store"})
