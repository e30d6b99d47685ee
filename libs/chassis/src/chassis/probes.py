"""Liveness and readiness probes: `/livez` says that the process turns, `/readyz` that it can do its work."""

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
    """200 when this process can do its work, 503 and the reasons otherwise.

    Who answers requests needs the database and the issuer's keys; who publishes and consumes needs the broker, too:
    without one, sales go on.
    """
    runtime = get_runtime(request)
    background: Background[Resources] | None = request.app.background
    checks: dict[str, Awaitable[object]] = {"database": _database(runtime)}
    if runtime.settings.role != "work":
        checks["keys"] = _keys(runtime)
    if background is not None:
        checks |= {
            "broker": background.cluster.identity(CHECK_SECONDS),
            "relay": _relay(runtime, background.relay),
            "consumer": _consumer(background),
        }
    states = dict(zip(checks, await asyncio.gather(*map(_check, checks.values())), strict=True))
    ready = all(state == "ok" for state in states.values())
    body = orjson.dumps({"status": "ready" if ready else "not ready", "checks": states})
    return Response(body, 200 if ready else 503, media_type="application/json")


class _NotReady(Exception):
    """What stands in the reply"""


async def _keys(runtime: Resources) -> None:
    if not runtime.verifier.ready:
        raise _NotReady("the issuer's keys are not at hand yet")


async def _consumer(background: Background[Resources]) -> None:
    if background.consumer is not None and background.consumer.refused:
        raise _NotReady(f"refused by the broker: {background.consumer.refused}")
    if background.consumer is not None and not background.consumer.joined:
        raise _NotReady("not in its group")


async def _database(runtime: Resources) -> None:
    async with runtime.engine.connect() as connection:
        await connection.execute(text("SELECT 1"))


async def _relay(runtime: Resources, relay: Relay) -> None:
    if relay.refused:
        raise _NotReady(f"refused by the broker: {relay.refused}")
    age = await relay.oldest_unsent_seconds(runtime.engine)
    limit = runtime.settings.relay_lag_ready_seconds
    if age > limit:
        raise _NotReady(f"events wait {age:.0f} s, more than {limit:.0f} s")


async def _check(action: Awaitable[object]) -> str:
    try:
        await asyncio.wait_for(action, CHECK_SECONDS)
    except _NotReady as reason:
        return str(reason)
    except Exception as error:  # why: a probe reports every failure, it never fails itself
        return type(error).__name__
    return "ok"
