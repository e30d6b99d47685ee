"""Every list is walked page by page."""

from __future__ import annotations

import pytest
from tools.services import service_app

from api_gateway.route import Upstream
from chassis.testing import check_pages, paged

from ..support import Health

PARKED = "/v1/operations/health/parked-events"
LISTS = {"/v1/providers", "/v1/clinic-terminals", "/v1/encounter-reviews", PARKED}
BY_TWO = {"/v1/policies/health", "/v1/proposals/health"}  # walked in test_policies.py


@pytest.mark.registers
def test_every_list_is_named() -> None:
    assert paged(service_app(Upstream.HEALTH).openapi()) == LISTS | BY_TWO


async def test_every_list(health: Health) -> None:
    for _ in range(3):
        await health.desk("hospital", "35")
    headers = health.issuer.headers("ministry", "providers:read")
    await check_pages(health.client, headers, "/v1/providers?governorate=35&kind=hospital", 3)
    await check_pages(health.client, headers, "/v1/clinic-terminals")


async def test_emergencies_to_look_at(health: Health) -> None:
    hospital = await health.desk("hospital", "35")
    for _ in range(3):
        body = {
            "emergency": True, "national_id": "29001011234567", "service": "inpatient",
            "lines": [{"code": "X", "price": 100}],
        }  # fmt: skip
        assert (await health.client.post("/v1/encounters", json=body, headers=hospital.headers())).status_code == 201
    headers = health.issuer.headers("ministry", "coverage:write", governorate="35")
    await check_pages(health.client, headers, "/v1/encounter-reviews", 3)
