"""POST /v1/redemptions as a plain ASGI app, in front of FastAPI: the same checks, replies and refusals, cheaper.

`api.py` documents it and answers in the same way through FastAPI; a contract test holds the two together.
"""

from __future__ import annotations

import json
from typing import cast

from pydantic import JsonValue, TypeAdapter, ValidationError
from starlette.types import Receive, Scope, Send

from chassis import idempotency
from chassis.auth import bearer_token
from chassis.problems import InsufficientScope, InvalidRequest, PayloadTooLarge
from chassis.runtime import Runtime
from supply_service.redemptions import service
from supply_service.redemptions.items import Answer
from supply_service.redemptions.schemas import RedemptionRequest

SCOPE = "redemptions:create"
MAX_BODY = 64 * 1024

_REQUEST = TypeAdapter(RedemptionRequest)
_JSON = (b"content-type", b"application/json")
_REPLAYED = (idempotency.REPLAYED.lower().encode(), b"true")


async def create_redemption(scope: Scope, receive: Receive, send: Send) -> None:
    """Answer one draw. What is refused leaves as a problem through the chassis."""
    runtime = cast("Runtime", scope["app"].state.runtime)
    authorization = key = content_type = None
    for name, value in scope["headers"]:
        if name == b"authorization":
            authorization = value.decode("latin-1")
        elif name == b"idempotency-key":
            key = value.decode("latin-1")
        elif name == b"content-type":
            content_type = value.decode("latin-1")
    raw = await _body(receive)
    token = bearer_token(authorization)
    caller = await runtime.verifier.verify_fresh(token)
    if SCOPE not in caller.scopes:
        raise InsufficientScope(f"This needs the scope {SCOPE}.", needed=[SCOPE])
    request = parse(raw, content_type)
    answer = await service.redeem(runtime, caller, key, raw, request)
    await _reply(send, answer)


def parse(raw: bytes, content_type: str | None) -> RedemptionRequest:
    """The request of a body. Raises InvalidRequest in the words FastAPI would use."""
    if not raw:
        raise _invalid([{"loc": (), "type": "missing", "msg": "Field required"}])
    if not _is_json(content_type):
        raise _invalid([{"loc": (), "type": "model_attributes_type", "msg": _NOT_AN_OBJECT}])
    try:
        return _REQUEST.validate_json(raw)
    except ValidationError:
        pass  # judged again below, in the two steps FastAPI takes, so that the words are the same
    try:
        document = json.loads(raw)
    except json.JSONDecodeError as error:
        raise _invalid([{"loc": (error.pos,), "type": "json_invalid", "msg": "JSON decode error"}]) from error
    except (UnicodeDecodeError, RecursionError) as error:
        raise _invalid([{"loc": (), "type": "json_invalid", "msg": "JSON decode error"}]) from error
    try:
        return _REQUEST.validate_python(document, from_attributes=True)
    except ValidationError as error:
        raise _invalid([dict(fault) for fault in error.errors()]) from error


_NOT_AN_OBJECT = "Input should be a valid dictionary or object to extract fields from"


def _is_json(content_type: str | None) -> bool:
    kind = (content_type or "").split(";", 1)[0].strip().lower()
    return kind == "application/json" or (kind.startswith("application/") and kind.endswith("+json"))


def _invalid(faults: list[dict[str, object]]) -> InvalidRequest:
    shown: list[JsonValue] = [
        {
            "where": _where(fault),
            "reason": str(fault["msg"]),
            "code": str(fault["type"]),
        }
        for fault in faults
    ]
    summary = "; ".join(f"{_where(fault)}: {fault['msg']}" for fault in faults[:3])
    return InvalidRequest(summary, detail_ar="راجع البيانات المرسلة.", errors=shown[:50])


def _where(fault: dict[str, object]) -> str:
    return ".".join(map(str, ("body", *cast("tuple[object, ...]", fault["loc"]))))


async def _body(receive: Receive) -> bytes:
    message = await receive()
    body = cast("bytes", message.get("body", b""))
    if not message.get("more_body"):
        if len(body) > MAX_BODY:
            raise PayloadTooLarge(f"At most {MAX_BODY} bytes.")
        return body
    chunks = bytearray(body)
    while message.get("more_body"):
        if len(chunks) > MAX_BODY:
            raise PayloadTooLarge(f"At most {MAX_BODY} bytes.")
        message = await receive()
        chunks += cast("bytes", message.get("body", b""))
    return bytes(chunks)


async def _reply(send: Send, answer: Answer) -> None:
    headers = [_JSON, (b"content-length", str(len(answer.body)).encode())]
    if answer.replayed:
        headers.append(_REPLAYED)
    await send({"type": "http.response.start", "status": answer.status, "headers": headers})
    await send({"type": "http.response.body", "body": answer.body})
