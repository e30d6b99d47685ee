"""Probes that tell the truth: `/livez` says that the process turns, `/readyz` that it can do its work."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable
from typing import TYPE_CHECKING

import orjson
from sqlalchemy import text
from starlette.requests import Request
from starlette.responses import Response

from chassis.runtime import Resources, get_runtime

if TYPE_CHECKING:
    from chassis.background import Background
    from chassis.relay import Relay

CHECK_SECONDS = 2.0


async def livez(_: Request) -> Response:
    """200 while the event loop answers."""
    return Response(b'{"status":"alive"}', media_type="application/json")


async def readyz(request: Request) -> Response:
    """200 when database, broker, relay and consumer do their work; 503 and the reasons otherwise."""
    runtime = get_runtime(request)
    background: Background[Resources] = request.app.background
    names = ("database", "broker", "relay")
    states = await asyncio.gather(
        _check(_database(runtime)),
        _check(background.cluster.identity(CHECK_SECONDS)),
        _check(_relay(runtime, background.relay)),
    )
    checks = dict(zip(names, states, strict=True))
    if background.consumer is not None:
        checks["consumer"] = "ok" if background.consumer.joined else "not in its group"
    ready = all(state == "ok" for state in checks.values())
    body = orjson.dumps({"status": "ready" if ready else "not ready", "checks": checks})
    return Response(body, 200 if ready else 503, media_type="application/json")


class _Lagging(Exception):
    """The relay is behind"""


async def _database(runtime: Resources) -> None:
    async with runtime.engine.connect() as connection:
        await connection.execute(text("SELECT 1"))


async def _relay(runtime: Resources, relay: Relay) -> None:
    age = await relay.oldest_unsent_seconds(runtime.engine)
    limit = runtime.settings.relay_lag_ready_seconds
    if age > limit:
        raise _Lagging(f"events wait {age:.0f} s, more than {limit:.0f} s")


async def _check(action: Awaitable[object]) -> str:
    try:
        await asyncio.wait_for(action, CHECK_SECONDS)
    except _Lagging as lagging:
        return str(lagging)
    except Exception as error:  # why: a probe reports every failure, it never fails itself
        return type(error).__name__
    return "ok"
