"""What a plain ASGI route reads of a request, and how it answers."""

from __future__ import annotations

import asyncio
from types import SimpleNamespace
from typing import Any, cast

import pytest
from pydantic import BaseModel, TypeAdapter

from chassis.auth import Principal
from chassis.hot import Answer, Call, parse, receive_call
from chassis.problems import InsufficientScope, InvalidRequest, MissingToken, PayloadTooLarge
from chassis.runtime import Runtime

MOST = 8
CALLER = Principal("till", "client", frozenset({"things:write"}))


class Thing(BaseModel):
    number: int


async def _verified(_: str) -> Principal:
    return CALLER


def call(*parts: bytes, needed: str = "things:write", token: bytes = b"Bearer x") -> Call:
    """A request whose body comes in parts."""
    runtime = SimpleNamespace(verifier=SimpleNamespace(verify_fresh=_verified))
    headers = [(b"authorization", token), (b"idempotency-key", b"k1"), (b"content-type", b"application/json")]
    scope = {"headers": headers, "app": SimpleNamespace(state=SimpleNamespace(runtime=runtime))}
    waiting = list(parts)

    async def receive() -> Any:
        body = waiting.pop(0)
        return {"type": "http.request", "body": body, "more_body": bool(waiting)}

    return asyncio.run(receive_call(scope, receive, needed, MOST))


def test_a_body_in_parts_is_put_together() -> None:
    found = call(b'{"a"', b":1", b"}")
    assert (found.body, found.key, found.content_type, found.caller) == (b'{"a":1}', "k1", "application/json", CALLER)


@pytest.mark.parametrize("parts", [[b"123456789"], [b"12345", b"6789", b""], [b"", b"123456789", b"0"]])
def test_a_body_that_is_too_large_is_refused(parts: list[bytes]) -> None:
    assert call(b"12345678").body == b"12345678"
    with pytest.raises(PayloadTooLarge):
        call(*parts)


def test_who_may_not_call_is_refused() -> None:
    with pytest.raises(InsufficientScope) as refused:
        call(b"{}", needed="things:delete")
    assert refused.value.extensions == {"needed": ["things:delete"]}
    with pytest.raises(MissingToken):
        call(b"{}", token=b"Basic x")


@pytest.mark.parametrize(
    ("body", "where"),
    [(b"", "body"), (b"{", "body.1"), (b"[]", "body"), (b'{"number":"x"}', "body.number"), (b"\xff\xff\xff", "body")],
)
def test_what_is_wrong_with_a_body_is_told(body: bytes, where: str) -> None:
    runtime = cast("Runtime", None)
    kind = TypeAdapter(Thing)
    assert parse(kind, Call(runtime, CALLER, None, "application/json", b'{"number":"7"}')) == Thing(number=7)
    with pytest.raises(InvalidRequest) as refused:
        parse(kind, Call(runtime, CALLER, None, "application/json", body))
    errors = cast("list[dict[str, str]]", refused.value.extensions["errors"])
    assert [error["where"] for error in errors] == [where]


def test_both_ways_of_sending_an_answer_say_the_same() -> None:
    for answer in (Answer(201, b"{}"), Answer(201, b"{}", replayed=True)):
        sent: list[Any] = []

        async def send(message: Any, sent: list[Any] = sent) -> None:
            sent.append(message)

        asyncio.run(answer.send(send))
        start, body = sent
        response = answer.response()
        assert (start["status"], body["body"]) == (response.status_code, response.body)
        assert sorted(start["headers"]) == sorted(response.raw_headers)
