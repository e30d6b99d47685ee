"""Liveness and readiness: `/livez` says that the process turns, `/readyz` that its database answers."""

from __future__ import annotations

import asyncio

import asyncpg
from prometheus_client import CONTENT_TYPE_LATEST, generate_latest
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from staff_console.context import running

_SECONDS = 2.0


async def livez(_: Request) -> Response:
    """200 while the event loop answers."""
    return JSONResponse({"status": "alive"})


async def readyz(request: Request) -> Response:
    """200 when pages can be shown. A service that is away leaves its own part of a page empty, not the console."""
    try:
        async with asyncio.timeout(_SECONDS):
            await running(request).pool.fetchval("SELECT 1")
    except (OSError, TimeoutError, asyncpg.PostgresError) as error:
        return JSONResponse({"status": "not ready", "checks": {"database": type(error).__name__}}, 503)
    return JSONResponse({"status": "ready", "checks": {"database": "ok"}})


async def metrics(_: Request) -> Response:
    """The figures of this process, for Prometheus."""
    return Response(generate_latest(), media_type=CONTENT_TYPE_LATEST)
