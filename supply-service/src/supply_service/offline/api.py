"""Route of offline batches."""

from __future__ import annotations

from typing import Annotated

import orjson
from fastapi import Request

from chassis.app import router
from chassis.auth import Principal, requires
from chassis.db import Work
from chassis.problems import responses
from chassis.runtime import get_runtime
from supply_service.offline import service
from supply_service.offline.schemas import OfflineBatch, OfflineBatchReply
from supply_service.offline.service import KeyUnknown
from supply_service.rules import refusals

routes = router(tags=["offline sales"])


@routes.post(
    "/v1/offline-batches",
    responses=responses(KeyUnknown, refusals.TerminalNeeded, refusals.TerminalUnknown, refusals.TerminalNotActive),
)
async def upload_offline_sales(
    request: Request,
    body: OfflineBatch,
    caller: Annotated[Principal, requires("redemptions:create")],
    session: Work,
) -> OfflineBatchReply:
    """Upload sales made without a network. Every sale has a result of its own; authentic ones are always booked.

    The server checks each signature and the chain, tells of gaps, forks and repeats, and books what did not fit
    against the household's next month instead of losing it.
    """
    raw = orjson.loads(await request.body())["sales"]
    return await service.take_in(session, get_runtime(request), caller, body, raw)
