"""Providers and their terminals: registered once, suspended within a second, each caller within its own area."""

from __future__ import annotations

from typing import Any

from chassis.ids import new_id
from chassis.testing import eventually, quickest
from contracts.gateway import TerminalEnrolled
from contracts.health import (
    ClinicTerminalRegistered,
    ClinicTerminalReinstated,
    ClinicTerminalSuspended,
    ProviderRegistered,
)

from ..support import Health

UNIT: dict[str, Any] = {
    "kind": "family_unit",
    "name_ar": "وحدة",
    "name_en": "Unit",
    "governorate": "03",
    "district": "03.02",
}


async def test_providers_are_listed(health: Health) -> None:
    for number in range(3):
        body = UNIT | {"governorate": "35", "district": "35.07", "name_en": f"Unit {number}"}
        assert (await health.admin("POST", "/v1/providers", "providers:write", json=body)).status_code == 201
    path = "/v1/providers?governorate=35&kind=family_unit"
    page = (await health.admin("GET", path, "providers:read")).json()
    assert [provider["name_en"] for provider in page["items"]] == ["Unit 0", "Unit 1", "Unit 2"]
    one = page["items"][0]
    assert (await health.admin("GET", f"/v1/providers/{one['provider_id']}", "providers:read")).json() == one
    missing = await health.admin("GET", f"/v1/providers/{new_id()}", "providers:read")
    assert (missing.status_code, missing.json()["code"]) == (404, "provider_unknown")
    assert len([e for e in await health.told(ProviderRegistered) if e.governorate == "35"]) == 3


async def test_terminals_are_told_and_known_as_enrolled(health: Health) -> None:
    desk = await health.desk()
    path = f"/v1/clinic-terminals/{desk.terminal_id}"
    record = (await health.admin("GET", path, "providers:read")).json()
    assert (record["enrolled"], record["status"]) == (False, "active")
    (told,) = [e for e in await health.told(ClinicTerminalRegistered) if e.terminal_id == desk.terminal_id]
    assert (told.provider_id, told.governorate) == (desk.provider_id, "03")
    enrolled = TerminalEnrolled(terminal_id=desk.terminal_id, outlet_id=desk.provider_id, key_id="k", public_key="x")
    await health.deliver(enrolled, enrolled.model_copy(update={"terminal_id": new_id()}))
    assert (await health.admin("GET", path, "providers:read")).json()["enrolled"]
    again = {"provider_id": str(desk.provider_id), "serial": record["serial"], "model": "x"}
    reply = await health.admin("POST", "/v1/clinic-terminals", "providers:write", json=again)
    assert (reply.status_code, reply.json()["code"]) == (409, "clinic_serial_taken")
    stray = again | {"provider_id": str(new_id())}
    assert (await health.admin("POST", "/v1/clinic-terminals", "providers:write", json=stray)).status_code == 404
    bound = health.issuer.headers("cairo", "providers:write", governorate="01")
    assert (await health.client.post("/v1/providers", json=UNIT, headers=bound)).status_code == 403
    assert (await health.client.get(path, headers=bound)).status_code == 404


async def test_a_suspended_terminal_is_refused_within_a_second(health: Health) -> None:
    desk, family = await health.desk(), await health.family()
    path = f"/v1/clinic-terminals/{desk.terminal_id}/suspension"
    assert (await health.visit(desk, family)).status_code == 201

    async def refused() -> bool:
        body = {"card_id": str(family.card_id)}
        return (await health.client.post("/v1/eligibility", json=body, headers=desk.headers())).status_code == 401

    async def served() -> bool:
        return not await refused()

    async def suspend() -> None:
        suspended = await health.admin("POST", path, "providers:write", json={"reason": "stolen"})
        assert (suspended.status_code, suspended.json()["status"]) == (201, "suspended")
        assert await eventually(refused)

    async def reinstate() -> None:
        assert (await health.admin("DELETE", path, "providers:write")).status_code == 200
        assert await eventually(served)

    assert await quickest(suspend, undo=reinstate) < 1.0
    twice = await health.admin("POST", path, "providers:write", json={"reason": "stolen"})
    assert (twice.status_code, twice.json()["code"]) == (409, "clinic_terminal_already_suspended")
    await reinstate()
    again = await health.admin("DELETE", path, "providers:write")
    assert (again.status_code, again.json()["code"]) == (409, "clinic_terminal_not_suspended")
    for kind in (ClinicTerminalSuspended, ClinicTerminalReinstated):
        assert [e.terminal_id for e in await health.told(kind)] == [desk.terminal_id] * 3
