"""People who have really signed in propose and decide: from the pages to the decision."""

from __future__ import annotations

from typing import Any

from chassis.ids import new_id

from .conftest import Offices, Worker

CUSTODIAN = ("key-custodian", "ministry", "*")
ENTERER, APPROVER = ("policy-enterer", "ministry", "*"), ("policy-approver", "ministry", "*")
ROW = {
    "key": "approval.days_open",
    "scope": {"kind": "signing-key"},
    "value": 3,
    "effective_from": "2035-01-01",
    "legal_reference": "a decision of this test",
    "source": "none",
    "confidence": "chosen",
}


async def headers(offices: Offices, worker: Worker) -> dict[str, str]:
    token = (await offices.signed_in(worker))["access_token"]
    return {"Authorization": f"Bearer {token}"}


async def post(
    offices: Offices, signed_in: dict[str, str], path: str, body: dict[str, Any], expect: int
) -> dict[str, Any]:
    keyed = {**signed_in, "Idempotency-Key": str(new_id())}
    reply = await offices.gateway.client.post(path, headers=keyed, json=body)
    assert reply.status_code == expect, reply.text
    answer: dict[str, Any] = reply.json()
    return answer


async def test_a_key_takes_two_custodians_and_the_second_is_not_of_the_firsts_making(offices: Offices) -> None:
    first, second, made_by_first = [await offices.hire(CUSTODIAN) for _ in range(3)]
    await offices.gateway.runtime.pool.execute(
        "UPDATE role_grant SET asked_by = $1 WHERE person_id = $2", first.person_id, made_by_first.person_id
    )
    one, other, dependent = [await headers(offices, who) for who in (first, second, made_by_first)]
    made = await post(offices, one, "/v1/signing-keys", {"reason": "the old one is to rest"}, 202)
    assert [act["who"] for act in made["acts"]] == [f"person:{first.person_id}"] * 2
    assert made["acts"][0]["office"] == "ministry"
    path = f"/v1/proposals/gateway/{made['proposal_id']}/decision"
    body = {"decision": "approve", "digest": made["digest"]}
    assert (await post(offices, one, path, body, 403))["code"] == "own_proposal"
    assert (await post(offices, dependent, path, body, 403))["code"] == "decider_not_independent"
    assert (await post(offices, other, path, body, 200))["state"] == "approved"


async def test_who_enters_policies_and_who_approves_them(offices: Offices) -> None:
    enterer, approver = await offices.hire(ENTERER), await offices.hire(APPROVER)
    enters, approves = await headers(offices, enterer), await headers(offices, approver)
    made = await post(offices, enters, "/v1/policies/gateway", ROW, 201)
    path = f"/v1/proposals/gateway/{made['policy_id']}/decision"
    body = {"decision": "approve", "digest": made["digest"]}
    assert (await post(offices, enters, path, body, 403))["code"] == "insufficient_scope"
    assert (await post(offices, approves, "/v1/policies/gateway", ROW, 403))["code"] == "insufficient_scope"
    await post(offices, approves, path, body, 200)
    reply = await offices.gateway.client.get("/v1/policies/gateway?key=approval.days_open", headers=approves)
    told = {row["policy_id"]: (row["entered_by"], row["approved_by"]) for row in reply.json()["items"]}
    assert told[made["policy_id"]] == (f"person:{enterer.person_id}", f"person:{approver.person_id}")
