"""Every route under generated requests: no server error, no status or body the OpenAPI does not announce."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, given, settings

from chassis.ids import new_id

if TYPE_CHECKING:
    from ..conftest import Desk

PHASES = [Phase.generate]
SCOPES = "messages:read messages:report training:clock operations:write operations:read"
OPERATIONS = [
    ("GET", "/v1/messages"),
    ("GET", "/v1/messages/{message_id}"),
    ("GET", "/v1/message-statistics"),
    ("GET", "/v1/templates"),
    ("POST", "/v1/delivery-receipts"),
    ("POST", "/v1/inbound-messages"),
]


@pytest.mark.parametrize(("method", "path"), OPERATIONS)
async def test_generated_requests(desk: Desk, method: str, path: str) -> None:
    document = (await desk.client.get("/openapi.json")).json()
    schema = schemathesis.openapi.from_dict(document)
    operation = schema[path][method]
    cases: list[Any] = []

    @given(case=operation.as_strategy())
    @settings(
        max_examples=40, database=None, deadline=None, phases=[Phase.generate], suppress_health_check=list(HealthCheck)
    )
    def collect(case: Any) -> None:
        cases.append(case)

    collect()
    for case in cases:
        headers = desk.issuer.headers("fuzzer", SCOPES) | {"Idempotency-Key": str(new_id())}
        arguments = case.as_transport_kwargs(headers=headers, base_url="http://test")
        arguments.pop("cookies", None)
        reply = await desk.client.request(**arguments)
        assert reply.status_code < 500, (arguments, reply.text)
        announced = document["paths"][path][method.lower()]["responses"]
        assert str(reply.status_code) in announced, (arguments, reply.status_code, reply.text)


async def test_every_route_is_announced_and_tried(desk: Desk) -> None:
    document = (await desk.client.get("/openapi.json")).json()
    own = {
        (method.upper(), path)
        for path, methods in document["paths"].items()
        for method in methods
        if "/operations/" not in path and "/training/" not in path
    }
    assert own == set(OPERATIONS)
