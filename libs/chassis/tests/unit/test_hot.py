"""What a hot route takes on, and what it leaves to FastAPI."""

from __future__ import annotations

import asyncio
from types import SimpleNamespace
from typing import Any, cast

import pytest
from pydantic import BaseModel

from chassis.area import NATIONAL
from chassis.endpoints import Endpoint
from chassis.hot import Answer, Call, HotRoute, Taken
from chassis.infrastructure_errors import Busy
from chassis.principal import CallerKind, Principal
from chassis.routing import router
from chassis.runtime import Resources
from contracts.scopes import Scope

CALLER = Principal("till", CallerKind.CLIENT, frozenset({"messages:report"}), NATIONAL)
RUNTIME = cast("Resources", SimpleNamespace(verifier=SimpleNamespace(known={"known": CALLER}.get)))
TRACE = b"00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"
PLAIN = (
    (b"authorization", b"Bearer known"), (b"idempotency-key", b"k1"), (b"content-type", b"application/json"),
    (b"traceparent", TRACE), (b"x-request-id", b"request-1"), (b"accept", b"*/*"), (b"accept", b"text/html"),
)  # fmt: skip


class Thing(BaseModel):
    number: int


def endpoint(scope: str = "messages:report") -> Endpoint:
    """The declaration of the hot route."""
    routes = router()
    routes.post("/v1/things", scopes=Scope(scope), hot=True)(lambda: None)
    return routes.endpoint("POST /v1/things")


def begin(call: Call[Resources], thing: Thing) -> asyncio.Future[Answer] | None:
    """Answers with what it was given; 0 it leaves to FastAPI, 1 it refuses."""
    if thing.number == 0:
        return None
    if thing.number == 1:
        raise Busy("busy")
    answer = asyncio.get_running_loop().create_future()
    answer.set_result(Answer(201, f"{thing.number} {call.key} {call.caller.subject} {call.traceparent}".encode()))
    return answer


def take(*headers: tuple[bytes, bytes], body: bytes = b'{"number":7}', scope: str = "messages:report") -> Taken | None:
    """A request with these headers in place of the plain ones of the same names."""
    changed = dict(headers)
    sent = [(name, changed.get(name, value)) for name, value in PLAIN]

    async def run() -> Taken | None:
        return HotRoute(endpoint(scope), Thing, begin).take(RUNTIME, [h for h in sent if h[1]], body)

    return asyncio.run(run())


def test_a_plain_request_is_taken_on() -> None:
    found = take()
    assert found is not None
    assert found.request_id == "request-1"
    assert found.answer.result() == Answer(201, b"7 k1 till " + TRACE)


@pytest.mark.parametrize(
    "header",
    [
        (b"authorization", b""),
        (b"authorization", b"Bearer other"),
        (b"authorization", b"Basic known"),
        (b"idempotency-key", b""),
        (b"idempotency-key", b"k" * 129),
        (b"idempotency-key", b"\xd8\xa7"),
        (b"content-type", b""),
        (b"content-type", b"text/plain"),
    ],
)
def test_what_is_not_plain_is_left_to_fastapi(header: tuple[bytes, bytes]) -> None:
    assert take(header) is None


@pytest.mark.parametrize("body", [b"", b"{", b"[]", b'{"number":"x"}', b"\xff", b'{"number":0}'])
def test_a_body_that_may_be_wrong_is_left_to_fastapi(body: bytes) -> None:
    assert take(body=body) is None


def test_who_may_not_call_is_left_to_fastapi() -> None:
    assert take(scope="messages:read") is None


def test_a_header_sent_twice_is_left_to_fastapi() -> None:
    route = HotRoute(endpoint(), Thing, begin)
    assert route.take(RUNTIME, [*PLAIN, (b"idempotency-key", b"k2")], b'{"number":7}') is None


def test_a_refusal_of_the_beginning_is_the_answer() -> None:
    found = take(body=b'{"number":1}')
    assert found is not None
    assert isinstance(found.answer.exception(), Busy)


def test_both_ways_of_sending_an_answer_say_the_same() -> None:
    for answer in (Answer(201, b"{}"), Answer(201, b"{}", replayed=True)):
        response: Any = answer.response()
        length = (b"content-length", b"2")
        assert sorted([*answer.headers(), length]) == sorted(response.raw_headers)
