"""Outlets and terminals: registered once, suspended within a second, each caller within its own area."""

from __future__ import annotations

import asyncio
from typing import Any

from chassis.ids import new_id
from chassis.testing import eventually, lock_awaited, quickest
from supply_service.outlets.service import TERMINALS

from ..support import NOON, Supply, bread

BAKERY: dict[str, Any] = {
    "kind": "bakery",
    "name_ar": "مخبز",
    "name_en": "Bakery",
    "governorate": "03",
    "district": "03.02",
    "fuel": "diesel",
    "loaf_type": "soft",
}


async def test_outlets_are_listed(supply: Supply) -> None:
    for number in range(5):
        body = BAKERY | {"governorate": "11", "district": "11.02", "name_en": f"Bakery {number}"}
        assert (await supply.admin("POST", "/v1/outlets", "outlets:write", json=body)).status_code == 201
    page = (await supply.admin("GET", "/v1/outlets?governorate=11&kind=bakery", "outlets:read")).json()
    assert [outlet["name_en"] for outlet in page["items"]] == [f"Bakery {number}" for number in range(5)]
    one = page["items"][0]
    assert (await supply.admin("GET", f"/v1/outlets/{one['outlet_id']}", "outlets:read")).json() == one
    missing = await supply.admin("GET", f"/v1/outlets/{new_id()}", "outlets:read")
    assert (missing.status_code, missing.json()["code"]) == (404, "outlet_unknown")


async def test_what_is_refused(supply: Supply) -> None:
    for body in (BAKERY | {"kind": "grocer"}, BAKERY | {"governorate": "3"}, BAKERY | {"owner": "x"}, {}):
        reply = await supply.admin("POST", "/v1/outlets", "outlets:write", json=body)
        assert (reply.status_code, reply.json()["code"]) == (422, "invalid_request")
    till = await supply.till()
    record = (await supply.admin("GET", f"/v1/terminals/{till.terminal_id}", "terminals:read")).json()
    assert record["enrolled"]
    again = {"outlet_id": str(till.outlet_id), "serial": record["serial"], "model": "UC-1"}
    reply = await supply.admin("POST", "/v1/terminals", "terminals:write", json=again)
    assert (reply.status_code, reply.json()["code"]) == (409, "serial_taken")
    stray = again | {"outlet_id": str(new_id()), "serial": "another"}
    assert (await supply.admin("POST", "/v1/terminals", "terminals:write", json=stray)).status_code == 404
    bound = supply.issuer.headers("cairo", "outlets:write terminals:write", governorate="01")
    reply = await supply.client.post("/v1/outlets", json=BAKERY, headers=bound)
    assert (reply.status_code, reply.json()["code"]) == (403, "outside_governorate_of_caller")
    path = f"/v1/terminals/{till.terminal_id}/suspension"
    bound = supply.issuer.headers("cairo", "terminals:write", governorate="01")
    assert (await supply.client.post(path, json={"reason": "x"}, headers=bound)).status_code == 404


async def test_a_suspended_terminal_is_refused_within_a_second(supply: Supply) -> None:
    till, holder = await supply.till(), await supply.holder(members=1)
    path = f"/v1/terminals/{till.terminal_id}/suspension"
    assert (await supply.sell(till, holder, bread(5))).status_code == 201

    async def code() -> str:
        return str((await supply.sell(till, holder, bread(5))).json().get("code"))

    async def refused() -> bool:
        return await code() in {"terminal_suspended", "caller_suspended"}

    async def served() -> bool:
        return await code() == "day_already_drawn"

    async def suspend() -> None:
        suspended = await supply.admin("POST", path, "terminals:write", json={"reason": "stolen"})
        assert (suspended.status_code, suspended.json()["status"]) == (201, "suspended")
        assert await eventually(refused)

    async def reinstate() -> None:
        assert (await supply.admin("DELETE", path, "terminals:write")).status_code == 200
        assert await eventually(served)

    assert await quickest(suspend, undo=reinstate) < 1.0
    twice = await supply.admin("POST", path, "terminals:write", json={"reason": "stolen"})
    assert (twice.status_code, twice.json()["code"]) == (409, "already_suspended")
    await reinstate()
    again = await supply.admin("DELETE", path, "terminals:write")
    assert (again.status_code, again.json()["code"]) == (409, "not_suspended")


async def test_a_terminal_registered_elsewhere_is_known_at_once(supply: Supply) -> None:
    """Another process has registered it a moment ago; this one has not looked since."""
    till, holder = await supply.till(), await supply.holder()
    supply.runtime.state.registry._terminals.clear()
    supply.runtime.state.registry.version = 0
    await asyncio.sleep(0.06)
    assert (await supply.sell(till, holder, bread(15))).status_code == 201
    stranger = supply.issuer.headers(str(new_id()), "redemptions:create", kind="terminal")
    body = {"card_id": str(holder.card_id), "lines": [bread(5)]}
    reply = await supply.client.post("/v1/redemptions", json=body, headers=stranger)
    assert (reply.status_code, reply.json()["code"]) == (404, "terminal_unknown")
    client = supply.issuer.headers("ministry", "redemptions:create")
    reply = await supply.client.post("/v1/redemptions", json=body, headers=client)
    assert (reply.status_code, reply.json()["code"]) == (403, "terminal_needed")


async def test_a_suspension_and_a_run_of_enrolments_do_not_wait_for_each_other(supply: Supply) -> None:
    first, second = await supply.till(), await supply.till()
    path = f"/v1/terminals/{second.terminal_id}/suspension"
    async with supply.runtime.sessions() as session, session.begin():  # the consumer's, with a run of events
        await TERMINALS.terminals.set_key(session, first.terminal_id, "k1", first.public_key)
        suspending = asyncio.create_task(supply.admin("POST", path, "terminals:write", json={"reason": "stolen"}))
        await lock_awaited(supply.runtime.pool)
        await TERMINALS.terminals.set_key(session, second.terminal_id, "k2", second.public_key)
    reply = await suspending
    assert reply.status_code == 201, reply.text
    assert (await supply.admin("DELETE", path, "terminals:write")).status_code == 200


async def test_who_is_bound_to_a_district_sees_its_sales_and_days_and_none_beside(supply: Supply) -> None:
    till, holder = await supply.till(district="03.05"), await supply.holder()
    sale = (await supply.sell(till, holder, bread(5))).json()["redemption_id"]
    for path in (f"/v1/redemptions/{sale}", f"/v1/outlets/{till.outlet_id}/days/{NOON.date()}"):
        for area, expected in (("03.05", 200), ("03.02", 404), ("03", 200), ("19", 404)):
            headers = supply.issuer.headers("district", "redemptions:read days:read", governorate=area)
            assert (await supply.client.get(path, headers=headers)).status_code == expected, (path, area)


async def test_who_is_bound_to_a_district_sees_its_outlets_and_none_beside(supply: Supply) -> None:
    till = await supply.till(district="03.05")
    scopes = "outlets:read terminals:read"
    for path in (f"/v1/outlets/{till.outlet_id}", f"/v1/terminals/{till.terminal_id}"):
        for area, status in (("03.05", 200), ("03.02", 404)):
            headers = supply.issuer.headers("district", scopes, governorate=area)
            assert (await supply.client.get(path, headers=headers)).status_code == status
    for area, seen in (("03.05", True), ("03.02", False)):
        headers = supply.issuer.headers("district", scopes, governorate=area)
        listed = (await supply.client.get("/v1/outlets?limit=500", headers=headers)).json()["items"]
        assert ({one["district"] for one in listed} <= {area}) is True
        assert (str(till.outlet_id) in {one["outlet_id"] for one in listed}) is seen
    headers = supply.issuer.headers("district", "outlets:write", governorate="03.05")
    refused = await supply.client.post("/v1/outlets", json=BAKERY | {"district": "03.02"}, headers=headers)
    assert (refused.status_code, refused.json()["code"]) == (403, "outside_governorate_of_caller")
