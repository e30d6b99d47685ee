"""The citizens' page as an ASGI app: `python -m citizen_page`."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from fastapi import FastAPI
from starlette.middleware.gzip import GZipMiddleware

from chassis import logging
from citizen_page import failures, probes
from citizen_page.context import Context
from citizen_page.heads import Heads
from citizen_page.pages import ROUTERS
from citizen_page.settings import Settings

_SMALLEST = 500  # bytes: what is shorter travels as it is


def create_app(settings: Settings | None = None) -> FastAPI:
    """The app with all its pages."""
    given = settings or Settings()  # fields come from the environment
    logging.configure("citizen", given.log_level)
    app = FastAPI(title="Unified Card: citizens' page", openapi_url=None, docs_url=None, lifespan=_lifespan)
    app.state.context = Context.of(given)
    for router in ROUTERS:
        app.include_router(router)
    app.add_route("/livez", probes.livez)
    app.add_route("/readyz", probes.readyz)
    app.add_route("/metrics", probes.metrics)
    failures.install(app)
    app.add_middleware(GZipMiddleware, minimum_size=_SMALLEST)
    app.add_middleware(Heads, broken=failures.broken)
    return app


@asynccontextmanager
async def _lifespan(app: FastAPI) -> AsyncIterator[None]:
    yield
    await app.state.context.services.close()
