"""How a service is, as its operators see it: what waits to leave, how far it is behind, what it has set aside."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from datetime import datetime
from typing import Final, TypeAlias

from aiokafka.errors import KafkaError
from fastapi import Request
from pydantic import BaseModel, Field
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from chassis import kafka
from chassis.db import Reading
from chassis.logging import get_logger
from chassis.routing import Router, router
from chassis.runtime import Runtime
from contracts.scopes import Scope

log = get_logger(__name__)

BEHIND_SECONDS: Final = 3.0
MOST_COUNTED: Final = 100_000

# Of what was committed and not published: how many, and since when the first of them waits.
_OUTBOX: Final = text(
    "SELECT count(*) AS waiting, extract(epoch FROM clock_timestamp() - min(w.created_at))::float8 AS oldest"
    " FROM (SELECT o.created_at FROM outbox o, outbox_cursor c WHERE o.id > c.id ORDER BY o.id LIMIT :most) w"
)
_SET_ASIDE: Final = text(
    "SELECT topic, count(*) FILTER (WHERE state = 'dead') AS dead, count(*) FILTER (WHERE state = 'parked') AS parked,"
    " min(parked_at) AS since FROM parked_event WHERE state IN ('dead', 'parked') GROUP BY topic ORDER BY topic"
)


class Queue(BaseModel):
    """What of a service's own work waits."""

    name: str
    waiting: int
    oldest_seconds: float = Field(default=0.0, description="how long the first of them has waited")


class SetAside(BaseModel):
    """Events of a topic that stand aside: `dead` could not be handled, `parked` wait behind those."""

    topic: str
    dead: int
    parked: int
    since: datetime


class ServiceState(BaseModel):
    """How a service is."""

    service: str
    version: str
    outbox_waiting: int = Field(description=f"events not published yet, {MOST_COUNTED} for more")
    outbox_oldest_seconds: float
    behind: int | None = Field(description="events it has still to handle; null: it handles none, or no broker answers")
    set_aside: list[SetAside]
    queues: list[Queue]


Queues: TypeAlias = Callable[[AsyncSession], Awaitable[Sequence[Queue]]]


async def no_queues(_: AsyncSession) -> Sequence[Queue]:
    """Of a service whose work all comes by events and requests."""
    return ()


def state_routes(name: str, queues: Queues) -> Router:
    """The route of a service of this name, under `/v1/operations/{name}`."""
    routes = router(tags=["operations"])

    @routes.get(
        f"/v1/operations/{name}/state",
        scopes=(Scope.OPERATIONS_READ, Scope.OPERATIONS_WRITE),
        operation_id=f"{name}_read_state",
    )
    async def read_state(request: Request, session: Reading) -> ServiceState:
        """How the service is: what waits to leave, how far it is behind, what it has set aside."""
        runtime: Runtime[object] = request.app.state.runtime
        outbox = (await session.execute(_OUTBOX, {"most": MOST_COUNTED})).one()
        aside = (await session.execute(_SET_ASIDE)).mappings()
        return ServiceState(
            service=name,
            version=request.app.version,
            outbox_waiting=outbox.waiting,
            outbox_oldest_seconds=max(0.0, outbox.oldest or 0.0),
            behind=await _behind(runtime),
            set_aside=[SetAside.model_validate(dict(row)) for row in aside],
            queues=list(await queues(session)),
        )

    return routes


async def _behind(runtime: Runtime[object]) -> int | None:
    if runtime.reactions is None:
        return None
    prefix, settings = runtime.settings.topic_prefix, runtime.settings.kafka
    topics = sorted(prefix + topic for topic in runtime.reactions.topics)
    try:
        async with asyncio.timeout(BEHIND_SECONDS):
            return await kafka.behind(settings, prefix + runtime.reactions.group, topics)
    except (KafkaError, OSError, TimeoutError) as error:
        log.info("the broker does not say how far behind this is", error=type(error).__name__)
        return None
