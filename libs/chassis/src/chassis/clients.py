"""Calls to other services: rare, bounded in time, and carrying the trace along."""

from __future__ import annotations

import httpx

from chassis import telemetry

CONNECT_SECONDS = 1.0


def http_client(
    base_url: str = "", *, timeout: float = 3.0, headers: dict[str, str] | None = None
) -> httpx.AsyncClient:
    """An httpx client; `timeout` in seconds bounds each phase of a call. The caller closes it."""
    return httpx.AsyncClient(
        base_url=base_url,
        timeout=httpx.Timeout(timeout, connect=CONNECT_SECONDS),
        headers=headers,
        limits=httpx.Limits(max_connections=64, max_keepalive_connections=16),
        event_hooks={"request": [_trace]},
    )


async def _trace(request: httpx.Request) -> None:
    if traceparent := telemetry.current_traceparent():
        request.headers.setdefault("traceparent", traceparent)
    if request_id := telemetry.current_request_id():
        request.headers.setdefault("x-request-id", request_id)
