"""Liveness and readiness: the page needs nothing but itself; a service that is away is told on the page."""

from __future__ import annotations

from prometheus_client import CONTENT_TYPE_LATEST, generate_latest
from starlette.requests import Request
from starlette.responses import Response


async def livez(_: Request) -> Response:
    """200 while the event loop answers."""
    return Response(b'{"status":"alive"}', media_type="application/json")


async def readyz(_: Request) -> Response:
    """200 once the process serves: it keeps no data and no connection that it could lack."""
    return Response(b'{"status":"ready","checks":{}}', media_type="application/json")


async def metrics(_: Request) -> Response:
    """What Prometheus reads."""
    return Response(generate_latest(), media_type=CONTENT_TYPE_LATEST)
