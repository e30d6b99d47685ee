"""POST /v1/transfers as a hot route (`chassis.hot`); `api.py` documents it and must answer in the same way."""

from __future__ import annotations

import asyncio

from chassis.hot import Call, HotRoute
from payment_service.context import Runtime
from payment_service.ledger import service
from payment_service.ledger.api import routes
from payment_service.ledger.http import created
from payment_service.ledger.items import Result
from payment_service.ledger.schemas import TransfersRequest


def begin(call: Call[Runtime], request: TransfersRequest) -> asyncio.Future[Result]:
    """Take transfers on. Raises TransferInvalid or Busy."""
    item = service.item(call.runtime, call.caller, call.key, call.body, request, call.traceparent)
    return call.runtime.state.ledger.enqueue(item)


ROUTE = HotRoute(routes.endpoint(f"POST {service.TRANSFERS_PATH}"), TransfersRequest, begin, created)
