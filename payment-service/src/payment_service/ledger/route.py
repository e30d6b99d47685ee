"""POST /v1/transfers in front of FastAPI (`chassis.hot`); `api.py` documents it and must answer in the same way."""

from __future__ import annotations

from pydantic import TypeAdapter
from starlette.types import Receive, Scope, Send

from chassis import hot
from payment_service.ledger import service
from payment_service.ledger.schemas import TransfersRequest

SCOPE = "ledger:write"
MAX_BODY = 2 * 1024 * 1024  # the edge lets no more through

_REQUEST = TypeAdapter(TransfersRequest)


async def create_transfers(scope: Scope, receive: Receive, send: Send) -> None:
    """Answer one call. What is refused leaves as a problem through the chassis."""
    call = await hot.receive_call(scope, receive, SCOPE, MAX_BODY)
    request = hot.parse(_REQUEST, call)
    answer = await service.carry_out(call.runtime, call.caller, call.key, call.body, request)
    await answer.send(send)
