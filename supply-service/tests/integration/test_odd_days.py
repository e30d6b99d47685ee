"""Days at the ends of time, wherever one is asked for or told (finding A17): refused by name, never a fault of ours."""

from __future__ import annotations

from typing import Any

import pytest

from chassis.ids import new_id

from ..support import Supply, bread
from .test_sheets import line

ENDS = ("0001-01-01", "9999-12-31")


@pytest.mark.parametrize("day", ENDS)
async def test_a_day_that_is_asked_for(supply: Supply, day: str) -> None:
    till = await supply.till()
    asked = [
        (f"/v1/outlets/{till.outlet_id}/days/{day}", "days:read"),
        (f"/v1/settlement-totals?day={day}", "settlements:read"),
        (f"/v1/outlet-totals?day={day}", "settlements:read"),
        (f"/v1/flour-balances?first={day}&last={day}", "settlements:read"),
        (f"/v1/catalogue?on={day}", "catalogue:read"),
        (f"/v1/free-sales?day={day}", "redemptions:read"),
        (f"/v1/paper-sheets?day={day}", "sheets:approve"),
    ]
    for path, scope in asked:
        reply = await supply.admin("GET", path, scope)
        assert (path, reply.status_code, reply.json()["code"]) == (path, 422, "invalid_request")
    own = [("GET", f"/v1/redemptions?day={day}"), ("POST", f"/v1/outlets/{till.outlet_id}/days/{day}/close")]
    for method, path in own:
        reply = await supply.client.request(method, path, headers=till.headers())
        assert (path, reply.status_code, reply.json()["code"]) == (path, 422, "invalid_request")


@pytest.mark.parametrize("moment", [f"{ENDS[0]}T00:00:00+14:00", f"{ENDS[1]}T22:00:00Z"])
async def test_a_moment_that_is_told(supply: Supply, moment: str) -> None:
    till, holder = await supply.till(), await supply.holder()
    row: dict[str, Any] = {
        "card_id": str(holder.card_id), "lines": [line(bread(5))], "occurred_at": moment, "holder_mark": True,
    }  # fmt: skip
    sheet = {
        "outlet_id": str(till.outlet_id), "serial": "A-1", "day": moment[:10], "outage": "power", "note": "dark",
        "evidence": "archive 1", "rows": [row],
    }  # fmt: skip
    delivery = {"outlet_id": str(till.outlet_id), "delivered_on": moment[:10], "sacks": 1, "reference": "w 1"}
    for path, body, headers in (
        ("/v1/paper-sheets", sheet, supply.issuer.person("sheets:write")),
        ("/v1/flour-deliveries", delivery, supply.issuer.headers("ministry", "flour-deliveries:write")),
    ):
        reply = await supply.client.post(path, json=body, headers=headers | {"Idempotency-Key": str(new_id())})
        assert (path, reply.status_code, reply.json()["code"]) == (path, 422, "invalid_request")
    sold = await supply.sell(till, holder, bread(5), occurred_at=moment)
    assert sold.status_code in {409, 422}, sold.text
