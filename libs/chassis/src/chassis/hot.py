"""Routes as plain ASGI apps, in front of FastAPI: the same checks, replies and refusals, cheaper.

A service documents such a route in its `api.py`, too, where FastAPI answers in the same way; a contract test of the
service holds the two together.
"""

from __future__ import annotations

import json
from typing import NamedTuple, TypeVar, cast

from pydantic import JsonValue, TypeAdapter, ValidationError
from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from chassis import idempotency
from chassis.auth import Principal, bearer_token
from chassis.problems import InsufficientScope, InvalidRequest, PayloadTooLarge
from chassis.runtime import Runtime

T = TypeVar("T")

MEDIA_TYPE = "application/json"

_TYPE = (b"content-type", MEDIA_TYPE.encode())
_REPLAYED = (idempotency.REPLAYED.lower().encode(), b"true")
_NOT_AN_OBJECT = "Input should be a valid dictionary or object to extract fields from"


class Answer(NamedTuple):
    """A reply with its status, ready to be sent or stored. `replayed`: it is the first answer, given again."""

    status: int
    body: bytes
    replayed: bool = False

    def response(self) -> Response:
        """The same for FastAPI to send."""
        headers = {idempotency.REPLAYED: "true"} if self.replayed else None
        return Response(self.body, self.status, headers, MEDIA_TYPE)

    async def send(self, send: Send) -> None:
        """Answer the request."""
        headers = [_TYPE, (b"content-length", b"%d" % len(self.body))]
        if self.replayed:
            headers.append(_REPLAYED)
        await send({"type": "http.response.start", "status": self.status, "headers": headers})
        await send({"type": "http.response.body", "body": self.body})


class Call(NamedTuple):
    """A request as it came, its caller known and allowed to make it."""

    runtime: Runtime
    caller: Principal
    key: str | None
    content_type: str | None
    body: bytes


async def receive_call(scope: Scope, receive: Receive, needed: str, most: int) -> Call:
    """Take a request in, of at most so many bytes and by a caller with the scope.

    Raises PayloadTooLarge, MissingToken, InvalidToken, Suspended, InsufficientScope, or Unavailable without keys.
    """
    runtime = cast("Runtime", scope["app"].state.runtime)
    authorization = key = content_type = None
    for name, value in scope["headers"]:
        if name == b"authorization":
            authorization = value.decode("latin-1")
        elif name == b"idempotency-key":
            key = value.decode("latin-1")
        elif name == b"content-type":
            content_type = value.decode("latin-1")
    body = await _body(receive, most)
    caller = await runtime.verifier.verify_fresh(bearer_token(authorization))
    if needed not in caller.scopes:
        raise InsufficientScope(f"This needs the scope {needed}.", needed=[needed])
    return Call(runtime, caller, key, content_type, body)


def parse(kind: TypeAdapter[T], call: Call) -> T:
    """The request a body holds. Raises InvalidRequest in the words FastAPI would use."""
    if not call.body:
        raise _invalid([{"loc": (), "type": "missing", "msg": "Field required"}])
    if not _is_json(call.content_type):
        raise _invalid([{"loc": (), "type": "model_attributes_type", "msg": _NOT_AN_OBJECT}])
    try:
        return kind.validate_json(call.body)
    except ValidationError:
        pass  # judged again below, in the two steps FastAPI takes, so that the words are the same
    try:
        document = json.loads(call.body)
    except json.JSONDecodeError as error:
        raise _invalid([{"loc": (error.pos,), "type": "json_invalid", "msg": "JSON decode error"}]) from error
    except (UnicodeDecodeError, RecursionError) as error:
        raise _invalid([{"loc": (), "type": "json_invalid", "msg": "JSON decode error"}]) from error
    try:
        return kind.validate_python(document, from_attributes=True)
    except ValidationError as error:
        raise _invalid([dict(fault) for fault in error.errors()]) from error


def _is_json(content_type: str | None) -> bool:
    kind = (content_type or "").split(";", 1)[0].strip().lower()
    return kind == MEDIA_TYPE or (kind.startswith("application/") and kind.endswith("+json"))


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


async def _body(receive: Receive, most: int) -> bytes:
    message = await receive()
    body = cast("bytes", message.get("body", b""))
    if not message.get("more_body"):
        if len(body) > most:
            raise PayloadTooLarge(f"At most {most} bytes.")
        return body
    chunks = bytearray(body)
    while message.get("more_body"):
        if len(chunks) > most:
            raise PayloadTooLarge(f"At most {most} bytes.")
        message = await receive()
        chunks += cast("bytes", message.get("body", b""))
    return bytes(chunks)
