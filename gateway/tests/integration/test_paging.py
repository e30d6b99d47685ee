"""Every list is walked page by page."""

from __future__ import annotations

from typing import Any

from chassis.testing import check_pages, paged

PARKED = "/v1/operations/gateway/parked-events"


async def test_every_list(gateway: Any) -> None:
    disclosures = "/v1/citizens/{citizen_id}/disclosures"  # walked in test_disclosures, over all services
    assert paged(gateway.app.openapi()) == {
        "/v1/clients",
        disclosures,
        "/v1/policies/gateway",
        "/v1/proposals/gateway",
        PARKED,
    }
    made = {(await gateway.new_client("cards:read"))[0] for _ in range(3)}
    found = await check_pages(gateway.client, await gateway.headers(), "/v1/clients")
    assert made < {client["client_id"] for client in found}
    assert not {"client_secret", "secret_mark"} & found[0].keys()
