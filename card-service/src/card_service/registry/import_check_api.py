"""Routes of imports that are judged first, of their refused rows, and of the list of imports."""

from __future__ import annotations

from typing import Annotated, Final
from uuid import UUID

from fastapi import Query, Response

from card_service.context import WithDependencies
from card_service.registry import import_checks, import_refused, imports
from card_service.registry.errors import ImportNotChecked, ImportUnderWay, ImportUnknown
from card_service.registry.schemas import ImportOut, ImportPage
from card_service.registry.updates.rows import Content
from chassis.auth import Caller
from chassis.db import Reading, Work
from chassis.endpoints import Rate
from chassis.paging import LAST_ID, Number, Paging, by_id
from chassis.routing import router
from contracts.scopes import Scope

routes = router(tags=["citizens"])
_SCOPES: Final = (Scope.CITIZENS_IMPORT, Scope.REQUESTS_WRITE)  # by what the file is about: `imports.scope_for`
_ROWS_A_FILE: Final = 20_000
_CSV: Final = {"content": {"text/csv": {"schema": {"type": "string"}}}, "description": "UTF-8"}


@routes.get("/v1/imports", scopes=_SCOPES)
async def list_imports(
    caller: Caller, session: Reading, page: Annotated[Paging[UUID], by_id(20, 100, LAST_ID)]
) -> ImportPage:
    """Imports of the caller's area, the newest first: those of citizens, those of other registries, as one may see."""
    return await import_checks.listed(session, caller, page)


@routes.post("/v1/imports/{import_id}/start", scopes=_SCOPES, problems=(ImportUnknown, ImportNotChecked))
async def start_checked(import_id: UUID, caller: Caller, session: Work) -> ImportOut:
    """Take in a file whose dry run is done: its rows are judged once more as they are taken."""
    return await import_checks.start(session, caller, import_id)


@routes.post("/v1/imports/{import_id}/cancellation", scopes=_SCOPES, problems=(ImportUnknown, ImportUnderWay))
async def cancel_import(import_id: UUID, caller: Caller, session: Work, deps: WithDependencies) -> ImportOut:
    """Give up a file of which nothing has been done; what came of it is erased."""
    return await import_checks.cancel(session, deps, caller, import_id)


@routes.get(
    "/v1/imports/{import_id}/refused-rows",
    scopes=_SCOPES,
    problems=ImportUnknown,
    rate=Rate.BULK,
    response_class=Response,
    responses={200: _CSV},
)
async def read_refused(
    import_id: UUID,
    caller: Caller,
    session: Reading,
    deps: WithDependencies,
    from_row: Annotated[Number, Query(ge=0, le=2**31 - 1, description="the first row wanted")] = 0,
) -> Response:
    """The refused rows as they were sent, with why in Arabic: a CSV that is corrected and sent again (`corrects`).

    A long one comes in several files: the header Link names the next (`rel="next"`).
    """
    job = await imports.visible(session, caller, import_id)
    rows = await import_refused.after(session, deps.vault, import_id, from_row - 1, _ROWS_A_FILE + 1)
    named = f'attachment; filename="refused-{import_id}.csv"'
    headers = {"Content-Disposition": named, "Cache-Control": "no-store"}
    if len(rows) > _ROWS_A_FILE:
        headers["Link"] = f'</v1/imports/{import_id}/refused-rows?from_row={rows[_ROWS_A_FILE].row}>; rel="next"'
    body = import_refused.as_csv(Content(job.content), rows[:_ROWS_A_FILE])
    return Response(body, headers=headers, media_type="text/csv; charset=utf-8")
