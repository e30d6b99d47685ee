"""Routes of the documentation, and the place where bodies that are too large end."""

from __future__ import annotations

from functools import cache
from typing import Annotated

from fastapi import Path, Request
from fastapi.responses import HTMLResponse
from starlette.responses import Response

from api_gateway.context import Running
from api_gateway.docs import home, page, problems
from api_gateway.docs.openapi import document, merged
from chassis.problems import NotFound, PayloadTooLarge
from chassis.routing import router

routes = router(tags=["documentation"])

_JSON = page.content("application/json")
_HTML = page.content("text/html")
_HOME = page.content("application/json", "text/html")
_FILE = page.content("text/css", "text/javascript", "image/png")


@routes.get("/", public=True, response_class=Response, responses=_HOME)
async def get_home(request: Request, runtime: Running) -> Response:
    """What this is and where to go on: a page in Arabic and English for browsers, the links as JSON for programs."""
    training = runtime.settings.training
    headers = {**page.HEADERS, "Vary": "Accept", "Cache-Control": "max-age=300"}
    if home.wants_page(request.headers.get("accept", "")):
        return HTMLResponse(home.page(training=training), headers=headers)
    return Response(home.Links(training=training).model_dump_json(), headers=headers, media_type="application/json")


@routes.get("/docs", public=True, response_class=HTMLResponse, responses=_HTML)
async def get_documentation() -> HTMLResponse:
    """The documentation of the whole API; it needs no other server."""
    return HTMLResponse(page.PAGE, headers=page.HEADERS)


@routes.get("/openapi.json", public=True, response_class=Response, responses=_JSON)
async def get_openapi() -> Response:
    """The OpenAPI of the whole API."""
    return Response(merged(), headers={"Cache-Control": "max-age=300"}, media_type="application/json")


@routes.get("/docs/{asset}", public=True, response_class=Response, responses=_FILE)
async def get_documentation_asset(asset: Annotated[str, Path(pattern=r"^[a-z0-9.-]{1,40}$")]) -> Response:
    """A file of the documentation page."""
    found = _assets().get(asset)
    if found is None:
        raise NotFound("The page has no such file.", detail_ar="لا يوجد هذا الملف.")
    content, media_type = found
    return Response(content, media_type=media_type, headers={**page.HEADERS, "Cache-Control": "max-age=86400"})


@routes.get("/problems/{code}", public=True, response_class=HTMLResponse, responses=_HTML)
async def get_problem(code: Annotated[str, Path(pattern=r"^[a-z0-9_]{1,64}$")]) -> HTMLResponse:
    """What a problem's code means, in English and Arabic."""
    found = _problems().get(code)
    if found is None:
        raise NotFound("No service declares this problem.", detail_ar="لا توجد مشكلة بهذا الاسم.")
    return HTMLResponse(found.page(), headers=page.HEADERS)


@cache
def _assets() -> dict[str, tuple[bytes, str]]:
    return page.assets()


@cache
def _problems() -> dict[str, problems.Known]:
    return problems.known(document())


async def swallow(request: Request) -> Response:
    """Read a body to its end and refuse it: the edge sends those here that announce themselves as too large."""
    async for _ in request.stream():
        pass
    raise PayloadTooLarge("Imports may have 16 MiB, other requests 1 MiB.", detail_ar="قسّم الملف وأرسله على أجزاء.")
