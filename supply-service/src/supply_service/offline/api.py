"""Route of offline batches."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator

import orjson
from fastapi import Depends, Request

from chassis.auth import Caller
from chassis.db import Work
from chassis.problems import Unavailable
from chassis.routing import router
from contracts.scopes import Scope
from supply_service.context import Running
from supply_service.offline import service
from supply_service.offline.schemas import OfflineBatch, OfflineBatchReply
from supply_service.offline.service import KeyUnknown
from supply_service.rules import refusals

routes = router(tags=["offline sales"])

WAIT_SECONDS = 20.0  # the edge gives an upload thirty


async def _room(runtime: Running) -> AsyncIterator[None]:
    """Wait for one of the places for uploads, and for card-service's keys, before a connection is taken.

    An upload keeps its connection while its sales wait in the lanes. After an outage hundreds of terminals upload at
    once: without this they would have every connection of the process, and nothing else would be answered.
    """
    made = runtime.state
    try:
        async with asyncio.timeout(WAIT_SECONDS):
            await made.uploads.acquire()
    except TimeoutError as error:
        raise Unavailable(
            "Too many terminals are uploading at this moment.", detail_ar="عدد كبير من الماكينات يرسل الآن."
        ) from error
    try:
        await made.credentials.refresh()
        yield
    finally:
        made.uploads.release()


@routes.post(
    "/v1/offline-batches",
    own_record="each sale of it says who sold to whom",
    scopes=(Scope.REDEMPTIONS_CREATE, Scope.REDEMPTIONS_LATE),
    dependencies=[Depends(_room, scope="function")],
    problems=(KeyUnknown, refusals.TerminalNeeded, refusals.TerminalUnknown, refusals.TerminalNotActive),
    deadline=30,
)
async def upload_offline_sales(
    request: Request, runtime: Running, body: OfflineBatch, caller: Caller, session: Work
) -> OfflineBatchReply:
    """Upload sales made without a network. Every sale has a result of its own; authentic ones are always booked.

    The server checks each signature and the chain, tells of gaps, forks and repeats, and books what did not fit
    against the household's next month instead of losing it. A terminal that is suspended uploads what it had sold
    before: it asks for a token of scope `redemptions:late` alone, and leaves out what came later.
    """
    raw = orjson.loads(await request.body())["sales"]
    return await service.take_in(session, runtime, caller, body, raw)
