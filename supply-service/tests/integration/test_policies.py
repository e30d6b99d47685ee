"""Policies: dated, published for the days to come, applied by every process, never to the past."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from chassis.testing import MakeDatabase, TestIssuer, check_pages, eventually
from policybook.files import PolicyFileError
from supply_service import MIGRATIONS, POLICIES

from ..support import NOON, Supply, bread, serve, settings_for

ROW: dict[str, Any] = {
    "key": "bread.price",
    "value": 25,
    "effective_from": "2026-11-06",
    "legal_reference": "a decision of this test",
    "source": "none",
    "approved_by": "minister",
}


async def test_a_new_price_from_tomorrow_on(supply: Supply) -> None:
    till, one, two = await supply.till(), await supply.holder(members=1), await supply.holder(members=1)
    reply = await supply.admin("POST", "/v1/policies", "policies:write", json=ROW)
    assert reply.status_code == 201, reply.text
    assert reply.json()["entered_by"] == "ministry"
    rows = (await supply.admin("GET", "/v1/policies?key=bread.price", "policies:read")).json()["items"]
    assert [(r["value"], r["effective_from"], r["effective_to"]) for r in rows][1:] == [
        (20, "2024-06-01", "2026-11-05"),
        (25, "2026-11-06", None),
    ]
    assert (await supply.sell(till, one, bread(5))).json()["cash_due"] == 100
    supply.at(NOON + timedelta(days=1))

    async def published() -> bool:
        figures = supply.runtime.state.snapshot.figures
        return figures.on((NOON + timedelta(days=1)).date()).loaf_price == 25

    assert await eventually(published, seconds=3)
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
        ({"value": None}, 422, "invalid_request"),
        ({"value": 0.2}, 422, "invalid_request"),
        ({"key": "bread.points_last_day", "value": None, "expression": "__import__('os')"}, 422, "policy_unusable"),
        ({"effective_to": "2026-11-01"}, 422, "invalid_request"),
        ({"surprise": 1}, 422, "invalid_request"),
    ],
)
async def test_policies_that_are_refused(supply: Supply, change: dict[str, Any], status: int, code: str) -> None:
    reply = await supply.admin("POST", "/v1/policies", "policies:write", json=ROW | change)
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
    assert (await supply.admin("POST", "/v1/policies", "policies:write", json=row)).status_code == 201
    row = ROW | {"key": "bread.point_value", "value": None, "expression": "bread.price // 2"}
    row["effective_from"] = "2027-01-01"
    assert (await supply.admin("POST", "/v1/policies", "policies:write", json=row)).status_code == 201
    overlapping = await supply.admin(
        "POST", "/v1/policies", "policies:write", json=row | {"effective_from": "2026-12-01"}
    )
    assert (overlapping.status_code, overlapping.json()["code"]) == (409, "policy_overlaps")


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
