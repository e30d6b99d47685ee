"""Odd values in policies and decisions are refused in words or kept as they are; they never are an error of ours."""

from __future__ import annotations

import json
from typing import Any

import pytest

from chassis.ids import new_id

from ..support import Supply

ROW: dict[str, Any] = {
    "value": 25,
    "effective_from": "2026-11-06",
    "legal_reference": "a decision of this test",
    "source": "none",
    "on_record": True,
}
JSON = {"content-type": "application/json"}


async def propose(supply: Supply, change: dict[str, Any]) -> Any:
    headers = supply.issuer.headers("ministry", "policies:write") | JSON
    body = json.dumps({"key": f"test.odd_{new_id().hex}", **ROW, **change})
    return await supply.client.post("/v1/policies", headers=headers, content=body)


@pytest.mark.parametrize(
    "change",
    [
        {"value": "\u0000"},
        {"value": {"a\u0000": 1}},
        {"value": [[["\ud800"]]]},
        {"value": -(2**63) - 1},
        {"value": 2**64},
        {"value": 10**400},
        {"note": "a\u0000"},
        {"source": "a\u0000"},
        {"legal_reference": "\u0000"},
        {"scope": {"a": "\u2028"}},
        {"effective_from": "9999-12-31"},
        {"effective_to": "9999-12-31"},
    ],
    ids=str,
)
async def test_a_policy(supply: Supply, change: dict[str, Any]) -> None:
    reply = await propose(supply, change)
    assert reply.status_code in {201, 422}, reply.text


@pytest.mark.parametrize(
    "query", ["subject=%00", "subject=%ff", "kind=%00", "state=x", "after=1", "subject=" + "a" * 201]
)
async def test_a_list(supply: Supply, query: str) -> None:
    headers = supply.issuer.headers("ministry", "policies:write")
    reply = await supply.client.get(f"/v1/proposals/supply?{query}", headers=headers)
    assert reply.status_code in {200, 422}, reply.text


@pytest.mark.parametrize("reason", ["\u0000", "\ud800", " ", "a" * 501])
async def test_a_reason(supply: Supply, reason: str) -> None:
    made = (await propose(supply, {})).json()
    path = f"/v1/proposals/supply/{made['policy_id']}"
    refusal = {"decision": "refuse", "digest": made["digest"], "reason": reason}
    for action, body, headers in (
        ("withdrawal", {"reason": reason}, supply.issuer.headers("ministry", "policies:write")),
        ("decision", refusal, supply.issuer.person("policies:approve")),
    ):
        reply = await supply.client.post(f"{path}/{action}", headers=headers | JSON, content=json.dumps(body))
        assert reply.status_code == 422, reply.text
