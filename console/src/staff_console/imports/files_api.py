"""Routes of what comes back of an import as a file: handed through part by part, and never kept."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Final
from uuid import UUID

from fastapi import APIRouter
from starlette.responses import Response, StreamingResponse

from staff_console.imports.service import WHERE
from staff_console.web.visit import Visit, Visiting

routes = APIRouter()
_MARK: Final = b"\xef\xbb\xbf"
_LINE: Final = b"\r\n"


@routes.get("/console/imports/{import_id}/refused-rows")
async def fetch_refused(visit: Visiting, import_id: UUID) -> Response:
    """The refused rows as they were sent, each with why: corrected, they are sent again."""
    return await _file(visit, f"{WHERE}/{import_id}/refused-rows", f"refused-{import_id}.csv")


@routes.get("/console/imports/{import_id}/result")
async def fetch_result(visit: Visiting, import_id: UUID) -> Response:
    """What became of each row, with the ids it was given."""
    return await _file(visit, f"{WHERE}/{import_id}/result", f"result-{import_id}.csv")


async def _file(visit: Visit, path: str, name: str) -> Response:
    first, more = await visit.services.file("card", path)
    headers = {"Content-Disposition": f'attachment; filename="{name}"'}
    return StreamingResponse(_whole(visit, first, more), headers=headers, media_type="text/csv; charset=utf-8")


async def _whole(visit: Visit, first: bytes, more: str) -> AsyncIterator[bytes]:
    """A file of several, each of which begins with the mark and the names of the columns, as one."""
    yield first
    while more:
        part, more = await visit.services.file("card", more)
        yield part.removeprefix(_MARK).partition(_LINE)[2]
