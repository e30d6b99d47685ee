"""HTTP client for calls to other services: rare, bounded in time, and carrying the trace along."""

from __future__ import annotations

import asyncio
from typing import Any

import httpx
from joserfc.errors import JoseError
from joserfc.jwk import KeySet

from chassis import telemetry

CONNECT_SECONDS = 1.0


class BoundedClient(httpx.AsyncClient):
    """Bounds each call as a whole: httpx itself bounds its phases, and an answer may come drop by drop for ever."""

    def __init__(self, seconds: float, **options: Any) -> None:
        """`options`: httpx's own."""
        super().__init__(timeout=httpx.Timeout(seconds, connect=CONNECT_SECONDS), **options)
        self._seconds = seconds

    async def send(self, request: httpx.Request, **options: Any) -> httpx.Response:
        """Send a request. Raises httpx.ReadTimeout, too, where the whole answer does not come in time.

        A call with a timeout of its own is bounded by that one.
        """
        seconds = request.extensions.get("timeout", {}).get("read", self._seconds)
        try:
            async with asyncio.timeout(seconds):
                return await super().send(request, **options)
        except TimeoutError as error:
            raise httpx.ReadTimeout("the answer did not come to its end", request=request) from error


class KeysNotFetched(Exception):
    """A key set could not be had; `args` name the kind of fault."""


async def fetch_key_set(client: httpx.AsyncClient, url: str) -> KeySet:
    """The JWK set served at `url`. Raises KeysNotFetched, whatever comes instead."""
    try:
        reply = await client.get(url)
        reply.raise_for_status()
        return KeySet.import_key_set(reply.json())
    except (httpx.HTTPError, ValueError, KeyError, TypeError, AttributeError, JoseError) as error:
        raise KeysNotFetched(type(error).__name__) from error


def http_client(
    base_url: str = "", *, timeout: float = 3.0, headers: dict[str, str] | None = None
) -> httpx.AsyncClient:
    """An httpx client; `timeout` in seconds bounds a call as a whole. The caller closes it."""
    return BoundedClient(
        timeout,
        base_url=base_url,
        headers=headers,
        limits=httpx.Limits(max_connections=64, max_keepalive_connections=16),
        event_hooks={"request": [_trace]},
    )


async def _trace(request: httpx.Request) -> None:
    if traceparent := telemetry.current_traceparent():
        request.headers.setdefault("traceparent", traceparent)
    if request_id := telemetry.current_request_id():
        request.headers.setdefault("x-request-id", request_id)
