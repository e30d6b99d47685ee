"""Route of the first page."""

from __future__ import annotations

from fastapi import APIRouter
from starlette.responses import Response

from staff_console.home.tasks import waiting
from staff_console.web.visit import Visiting

routes = APIRouter()


@routes.get("/console")
async def home(visit: Visiting) -> Response:
    """What the office chosen at sign-in opens, and what waits for it."""
    return visit.page("home", tasks=await waiting(visit))
