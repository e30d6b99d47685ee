"""POST /v1/redemptions in front of FastAPI (`chassis.hot`); `api.py` documents it and must answer in the same way."""

from __future__ import annotations

from pydantic import TypeAdapter
from starlette.types import Receive, Scope, Send

from chassis import hot
from supply_service.redemptions import service
from supply_service.redemptions.schemas import RedemptionRequest

SCOPE = "redemptions:create"
MAX_BODY = 64 * 1024

_REQUEST = TypeAdapter(RedemptionRequest)


async def create_redemption(scope: Scope, receive: Receive, send: Send) -> None:
    """Answer one draw. What is refused leaves as a problem through the chassis."""
    call = await hot.receive_call(scope, receive, SCOPE, MAX_BODY)
    request = hot.parse(_REQUEST, call)
    answer = await service.redeem(call.runtime, call.caller, call.key, call.body, request)
    await answer.send(send)
