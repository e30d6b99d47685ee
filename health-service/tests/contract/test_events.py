"""What stands in the outbox is what the contracts promise."""

from __future__ import annotations

from contracts import health as contract
from contracts.event import registry

from ..support import Health


async def test_every_event_is_one_of_the_contracts(health: Health) -> None:
    desk, family = await health.desk(), await health.family()
    assert (await health.visit(desk, family)).status_code == 201
    path = f"/v1/clinic-terminals/{desk.terminal_id}/suspension"
    assert (await health.admin("POST", path, "providers:write", json={"reason": "x"})).status_code == 201
    assert (await health.admin("DELETE", path, "providers:write")).status_code == 200
    rows = await health.fetch("SELECT type, topic, key, traceparent, payload FROM outbox ORDER BY id")
    for row in rows:
        event = registry()[row["type"]].model_validate_json(row["payload"])
        assert event.model_dump_json().encode() == row["payload"]
        assert (row["topic"], row["key"]) == (contract.TOPIC, event.partition_key())
    told = {row["type"].split(".")[3] for row in rows}
    assert told == {
        "ProviderRegistered",
        "ClinicTerminalRegistered",
        "ClinicTerminalSuspended",
        "ClinicTerminalReinstated",
        "CoverageChanged",
        "EncounterRecorded",
        "CopaymentDue",
    }
