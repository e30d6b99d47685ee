"""Every route under generated requests: no server error, no status or body the OpenAPI does not announce."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, given, settings

from chassis.endpoints import Endpoint
from chassis.ids import new_id
from contracts.scopes import Scope
from notify_service.main import ROUTERS

if TYPE_CHECKING:
    from ..conftest import Desk

PHASES = [Phase.generate]
SCOPES = " ".join(Scope)
ENDPOINTS = [endpoint for routes in ROUTERS for endpoint in routes.endpoints]


@pytest.mark.parametrize("endpoint", ENDPOINTS, ids=lambda one: one.name)
async def test_generated_requests(desk: Desk, endpoint: Endpoint) -> None:
    method, path = endpoint.method, endpoint.path
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
        if not any(part in path for part in ("/operations/", "/training/", "/records/"))
    }
    assert own == {(one.method, one.path) for one in ENDPOINTS if "/operations/" not in one.path}
