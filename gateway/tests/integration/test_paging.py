"""Every list is walked page by page."""

from __future__ import annotations

from typing import Any

import pytest
from tools.services import service_app

from api_gateway.route import Upstream
from chassis.testing import check_pages, paged

from .staff import member

PARKED = "/v1/operations/gateway/parked-events"
DISCLOSURES = "/v1/citizens/{citizen_id}/disclosures"  # walked in test_disclosures.py, over all services
OTHERS = {"/v1/clients", DISCLOSURES, "/v1/policies/gateway", "/v1/proposals/gateway", PARKED}
OF_PEOPLE = {"/v1/people", "/v1/role-grants", "/v1/authorities", "/v1/areas"}


@pytest.mark.registers
def test_every_list_is_named() -> None:
    assert paged(service_app(Upstream.GATEWAY).openapi()) == OTHERS | OF_PEOPLE


async def test_every_list(gateway: Any) -> None:
    made = {(await gateway.new_client("cards:read"))[0] for _ in range(3)}
    found = await check_pages(gateway.client, await gateway.headers(), "/v1/clients")
    assert made < {client["client_id"] for client in found}
    assert not {"client_secret", "secret_mark"} & found[0].keys()


async def test_every_list_of_people(start_gateway: Any) -> None:
    gateway = await start_gateway()
    admin, clerk = await member(gateway, "administrator"), await member(gateway)
    for role in ("registry-clerk", "card-officer", "service-desk"):
        await admin.ask(clerk, role)
    for path in sorted(OF_PEOPLE):
        await check_pages(gateway.client, admin.headers(), path)
