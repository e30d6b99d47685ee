"""Probes that tell the truth: `/livez` says that the process turns, `/readyz` that it can do its work."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable
from typing import TYPE_CHECKING

import orjson
from starlette.requests import Request
from starlette.responses import Response

from chassis import kafka
from chassis.runtime import Runtime, get_runtime

if TYPE_CHECKING:
    from chassis.consumer import EventConsumer
    from chassis.relay import Relay

CHECK_SECONDS = 2.0


async def livez(_: Request) -> Response:
    """200 while the event loop answers."""
    return Response(b'{"status":"alive"}', media_type="application/json")


async def readyz(request: Request) -> Response:
    """200 when database, broker, relay and consumer do their work; 503 and the reasons otherwise."""
    runtime = get_runtime(request)
    relay: Relay = runtime.extra["chassis.relay"]
    consumer: EventConsumer | None = runtime.extra["chassis.consumer"]
    checks = dict(
        zip(
            ("database", "broker", "relay"),
            await asyncio.gather(
                _check(runtime.pool.fetchval("SELECT 1")),
                _check(kafka.cluster_id(runtime.settings.kafka_bootstrap)),
                _relay(runtime, relay),
            ),
            strict=True,
        )
    )
    if consumer is not None:
        checks["consumer"] = "ok" if consumer.assigned else "no partitions assigned"
    ready = all(state == "ok" for state in checks.values())
    body = orjson.dumps({"status": "ready" if ready else "not ready", "checks": checks})
    return Response(body, 200 if ready else 503, media_type="application/json")


async def _check(action: Awaitable[object]) -> str:
    try:
        await asyncio.wait_for(action, CHECK_SECONDS)
    except Exception as error:  # why: a probe reports every failure, it never fails itself
        return type(error).__name__
    return "ok"


async def _relay(runtime: Runtime, relay: Relay) -> str:
    try:
        age = await asyncio.wait_for(relay.oldest_unsent_seconds(runtime.pool), CHECK_SECONDS)
    except Exception as error:  # why: a probe reports every failure, it never fails itself
        return type(error).__name__
    limit = runtime.settings.relay_lag_ready_seconds
    return "ok" if age <= limit else f"events wait {age:.0f} s, more than {limit:.0f} s"
