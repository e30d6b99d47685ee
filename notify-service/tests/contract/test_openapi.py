"""Every route under generated requests: no server error, no status or body the OpenAPI does not announce."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from chassis.endpoints import Endpoint
from chassis.testing_requests import Generated
from contracts.scopes import Scope
from notify_service.main import ROUTERS

if TYPE_CHECKING:
    from ..conftest import Desk

SCOPES = " ".join(Scope)
ENDPOINTS = [endpoint for routes in ROUTERS for endpoint in routes.endpoints]


@pytest.mark.parametrize("endpoint", ENDPOINTS, ids=lambda one: one.name)
async def test_generated_requests(desk: Desk, endpoint: Endpoint) -> None:
    generated = Generated((await desk.client.get("/openapi.json")).json())

    def sent() -> dict[str, str]:
        return desk.issuer.headers("fuzzer", SCOPES)

    assert await generated.send(desk.client, endpoint.method.lower(), endpoint.path, sent, {}, examples=40)


async def test_every_route_is_announced_and_tried(desk: Desk) -> None:
    generated = Generated((await desk.client.get("/openapi.json")).json())
    own = {
        (method.upper(), path)
        for method, path in generated.operations()
        if not any(part in path for part in ("/operations/", "/training/", "/records/"))
    }
    assert own == {(one.method, one.path) for one in ENDPOINTS if "/operations/" not in one.path}
