"""Routes of somebody's own files: how far each has come, and the file itself, handed through and never kept."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import datetime
from typing import Final
from uuid import UUID

from fastapi import APIRouter
from starlette.responses import Response, StreamingResponse

from chassis.clock import CAIRO
from staff_console.documents import Document
from staff_console.web.pager import query_of
from staff_console.web.visit import Visit, Visiting

routes = APIRouter()
PLACE: Final = "/console/exports"
_WHERE: Final = "/v1/register-exports"
_MEDIA: Final = {
    "csv": "text/csv; charset=utf-8",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}


@routes.get(PLACE)
async def show_exports(visit: Visiting, after: UUID | None = None) -> Response:
    """Their files, the newest first."""
    query = query_of({}, 20, after)
    told = await visit.services.get("card", _WHERE, query)
    return visit.page("exports", told=told, shares={one["export_id"]: _share(one) for one in told["items"]})


@routes.get("/console/exports/{export_id}/file")
async def fetch(visit: Visiting, export_id: UUID) -> Response:
    """A file, part by part; one that breaks off is shorter than it was said to be, and the browser says so."""
    one = await visit.services.get("card", f"{_WHERE}/{export_id}")
    first = await visit.services.raw("card", f"{_WHERE}/{export_id}/parts/1")
    day = datetime.fromisoformat(one["as_of"]).astimezone(CAIRO).date()
    headers = {
        "Content-Disposition": f'attachment; filename="households-{day}.{one["format"]}"',
        "Content-Length": str(one["size"]),
    }
    parts = _parts(visit, export_id, first, one["parts"])
    return StreamingResponse(parts, headers=headers, media_type=_MEDIA[one["format"]])


async def _parts(visit: Visit, export_id: UUID, first: bytes, count: int) -> AsyncIterator[bytes]:
    yield first
    for number in range(2, count + 1):
        yield await visit.services.raw("card", f"{_WHERE}/{export_id}/parts/{number}")


def _share(one: Document) -> int:
    """How far a file has come, in percent: each row is written, and then recorded as shown."""
    if one["status"] == "done":
        return 100
    rows = int(one["rows"])
    return min(99, 100 * (int(one["done"]) + int(one["noted"])) // (2 * rows)) if rows else 0
