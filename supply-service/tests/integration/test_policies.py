"""Policies: dated, published for the days to come, applied by every process, never to the past."""

from __future__ import annotations

import json
from datetime import timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest

from approvals.testing import decide
from chassis.ids import new_id
from chassis.testing import MakeDatabase, TestIssuer, check_pages, eventually
from policybook.files import PolicyFileError
from policybook.testing import check_policies_by_two
from supply_service import MIGRATIONS, POLICIES

from ..support import NOON, Supply, bread, serve, settings_for, simulated

ROW: dict[str, Any] = {
    "key": "bread.price",
    "value": 25,
    "effective_from": "2026-11-06",
    "legal_reference": "a decision of this test",
    "source": "none",
}


async def publish(supply: Supply, row: dict[str, Any], expect: int = 200) -> dict[str, Any]:
    """Propose a policy and let a person approve it; what the decision was answered."""
    reply = await supply.admin("POST", "/v1/policies", "policies:write", json=row)
    assert reply.status_code == 201, reply.text
    proposal_id = reply.json()["policy_id"]
    await simulated(supply)
    return await decide(supply.client, supply.issuer, "supply", proposal_id, "policies:approve", expect=expect)


async def rows(supply: Supply, key: str) -> list[tuple[Any, str, str | None]]:
    found = (await supply.admin("GET", f"/v1/policies?key={key}", "policies:read")).json()["items"]
    return [(row["value"], row["effective_from"], row["effective_to"]) for row in found]


async def test_policies_by_two(supply: Supply) -> None:
    await check_policies_by_two(supply.client, supply.issuer, "supply", "/v1/policies")


async def test_a_new_price_from_tomorrow_on(supply: Supply) -> None:
    till, one, two = await supply.till(), await supply.holder(members=1), await supply.holder(members=1)
    assert (await publish(supply, ROW))["state"] == "approved"
    assert (await rows(supply, "bread.price"))[1:] == [
        (20, "2024-06-01", "2026-11-05"),
        (25, "2026-11-06", None),
    ]
    assert (await supply.sell(till, one, bread(5))).json()["cash_due"] == 100
    supply.at(NOON + timedelta(days=1))

    async def published() -> bool:
        figures = supply.runtime.state.snapshot.figures
        return figures.on((NOON + timedelta(days=1)).date()).loaf_price == 25

    assert await eventually(published)
    assert (await supply.sell(till, two, bread(5))).json()["cash_due"] == 125
    catalogue = await supply.client.get("/v1/catalogue?on=2026-11-05", headers=till.headers())
    assert {"item": "loaf", "prices": {"bread": 20}}.items() <= catalogue.json()["items"][3].items()
    told = await supply.fetch("SELECT count(*) AS n FROM outbox WHERE type LIKE '%PolicyPublished%'")
    assert told[0]["n"] > 90


@pytest.mark.parametrize(
    ("change", "status", "code"),
    [
        ({"effective_from": "2026-11-05"}, 409, "policy_not_ahead"),
        ({"key": "bread.point_value", "value": "ten"}, 422, "policy_unusable"),
        (
            {
                "key": "supply.support_mode",
                "scope": {"programme": "goods"},
                "value": "cash",
                "effective_from": "2027-01-15",
            },
            422,
            "policy_unusable",
        ),
        ({"value": None}, 422, "invalid_request"),
        ({"value": 0.2}, 422, "invalid_request"),
        ({"key": "bread.points_last_day", "value": None, "expression": "__import__('os')"}, 422, "policy_unusable"),
        ({"effective_to": "2026-11-01"}, 422, "invalid_request"),
        ({"surprise": 1}, 422, "invalid_request"),
        ({"approved_by": "minister"}, 422, "invalid_request"),
        ({"value": 10**400}, 422, "invalid_request"),
        ({"note": "\ud800"}, 422, "invalid_request"),
        ({"scope": {"programme": "\ud800"}}, 422, "invalid_request"),
    ],
)
async def test_policies_that_are_refused(supply: Supply, change: dict[str, Any], status: int, code: str) -> None:
    headers = supply.issuer.headers("ministry", "policies:write") | {"content-type": "application/json"}
    reply = await supply.client.post("/v1/policies", headers=headers, content=json.dumps(ROW | change))
    assert (reply.status_code, reply.json()["code"]) == (status, code), reply.text
    before = (await supply.admin("GET", "/v1/policies?key=bread.point_value", "policies:read")).json()["items"]
    assert [row["value"] for row in before] == [10]


async def test_an_expression_over_other_policies(supply: Supply) -> None:
    row = ROW | {
        "key": "supply.limit",
        "scope": {"group": "sugar"},
        "value": {"per_card": 3},
        "effective_from": "2027-01-01",
    }
    await publish(supply, row)
    row = ROW | {"key": "bread.point_value", "value": None, "expression": "bread.price // 2"}
    row["effective_from"] = "2027-01-01"
    await publish(supply, row)
    overlapping = await supply.admin(
        "POST", "/v1/policies", "policies:write", json=row | {"effective_from": "2026-12-01"}
    )
    assert (overlapping.status_code, overlapping.json()["code"]) == (409, "policy_overlaps")


async def test_what_was_overtaken_while_it_waited_is_not_put_in_force(supply: Supply) -> None:
    early, late = ROW | {"effective_from": "2026-11-10"}, ROW | {"effective_from": "2026-11-20"}
    reply = await supply.admin("POST", "/v1/policies", "policies:write", json=early)
    await publish(supply, late)
    approve: dict[str, Any] = {"scope": "policies:approve", "expect": 409}
    refused = await decide(supply.client, supply.issuer, "supply", reply.json()["policy_id"], **approve)
    assert refused["code"] == "policy_overlaps"
    waiting = await supply.admin("POST", "/v1/policies", "policies:write", json=ROW | {"effective_from": "2026-11-25"})
    supply.at(NOON + timedelta(days=20))
    refused = await decide(supply.client, supply.issuer, "supply", waiting.json()["policy_id"], **approve)
    assert refused["code"] == "policy_not_ahead"


async def withdraw(supply: Supply, policy_id: str, expect: int = 202) -> dict[str, Any]:
    path = f"/v1/policies/{policy_id}/withdrawal"
    reply = await supply.admin("POST", path, "policies:write", json={"reason": "a mistake"})
    assert reply.status_code == expect, reply.text
    answer: dict[str, Any] = reply.json()
    return answer


async def test_what_has_not_begun_is_taken_back_and_what_held_before_holds_on(supply: Supply) -> None:
    row, ids = ROW | {"key": "test.taken_back", "on_record": True}, []
    for day, value in (("2026-11-10", 20), ("2026-12-01", 25), ("2027-01-01", 30), ("2027-02-01", 35)):
        made = await publish(supply, row | {"effective_from": day, "value": value})
        ids.append(made["proposal_id"])
    start = "2026-11-10"
    for taken, wanted in (
        (2, [(20, start, "2026-11-30"), (25, "2026-12-01", "2027-01-31"), (35, "2027-02-01", None)]),
        (1, [(20, start, "2027-01-31"), (35, "2027-02-01", None)]),
        (3, [(20, start, None)]),
    ):
        proposal = await withdraw(supply, ids[taken])
        await decide(supply.client, supply.issuer, "supply", proposal["proposal_id"], "policies:approve")
        assert await rows(supply, "test.taken_back") == wanted
    told = await supply.fetch(
        "SELECT count(*) AS n FROM outbox WHERE type LIKE '%PolicyWithdrawn%' AND key = 'test.taken_back'"
    )
    assert told[0]["n"] == 3
    assert (await withdraw(supply, ids[3], 404))["code"] == "policy_unknown"


async def test_what_has_begun_and_what_stands_in_a_file_stays(supply: Supply) -> None:
    row = ROW | {"key": "test.begun", "on_record": True}
    made = await publish(supply, row)
    supply.at(NOON + timedelta(days=1))
    assert (await withdraw(supply, made["proposal_id"], 409))["code"] == "policy_begun"
    supply.at(NOON)
    insert = "INSERT INTO policy SELECT $1, 'test.of_file', scope, value, expression, effective_from, effective_to,"
    insert += " legal_reference, source, confidence, entered_by, approved_by, note FROM policy WHERE policy_id = $2"
    filed = new_id()
    await supply.fetch(insert, filed, UUID(made["proposal_id"]))
    assert (await withdraw(supply, str(filed), 409))["code"] == "policy_of_file"
    national = await publish(supply, row | {"effective_from": "2026-11-07"})
    local = supply.issuer.headers("port-said", "policies:write", governorate="03")
    path = f"/v1/policies/{national['proposal_id']}/withdrawal"
    reply = await supply.client.post(path, headers=local, json={"reason": "not ours"})
    assert (reply.status_code, reply.json()["code"]) == (404, "policy_unknown")


async def test_pages_and_scopes(supply: Supply) -> None:
    headers = supply.issuer.headers("ministry", "policies:read")
    seen = await check_pages(supply.client, headers, "/v1/policies?limit=500")
    assert len({(row["key"], str(row["scope"]), row["effective_from"]) for row in seen}) == len(seen) > 90
    assert (await supply.admin("GET", "/v1/policies", "cards:read")).status_code == 403


async def test_files_are_entered_once_and_never_rewrite(
    make_database: MakeDatabase, issuer: TestIssuer, tmp_path: Path
) -> None:
    url = await make_database(MIGRATIONS)
    for file in POLICIES.glob("*.yaml"):
        (tmp_path / file.name).write_text(file.read_text())
    settings = settings_for(url, issuer, policies=tmp_path)
    async with serve(settings, issuer) as supply:
        rows = await supply.fetch("SELECT count(*) AS n FROM policy")
    async with serve(settings, issuer) as supply:
        assert await supply.fetch("SELECT count(*) AS n FROM policy") == rows
    bread_file = tmp_path / "bread.yaml"
    bread_file.write_text(
        bread_file.read_text().replace("value: 20\n    effective_from: 2024", "value: 21\n    effective_from: 2024")
    )
    with pytest.raises(PolicyFileError, match=r"bread\.price"):
        async with serve(settings, issuer):
            pass
