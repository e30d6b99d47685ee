"""Route of the pages' own files."""

from __future__ import annotations

from fastapi import APIRouter
from starlette.exceptions import HTTPException
from starlette.responses import Response

from staff_console.pages import assets

routes = APIRouter()


@routes.get("/console/static/{name}")
async def static(name: str) -> Response:
    """A file of the pages. Its address changes with it, so that browsers keep it."""
    found = assets().get(name)
    if found is None:
        raise HTTPException(404)
    content, kind, tag = found
    headers = {"Cache-Control": "public, max-age=31536000, immutable", "ETag": f'"{tag}"'}
    return Response(content, media_type=kind, headers=headers)
