"""Four eyes over every hand, funds that bound, ceilings, owners."""

from __future__ import annotations

from typing import Any

import asyncpg
import pytest

from chassis.testing import eventually

from ..payouts import BATCHES, CHECKER, COLLEAGUE, MAKER, THIRD, Office, fund_of
from ..support import PENSIONS, House

MUCH = 100_000_000_000


async def test_whoever_declared_filled_changed_or_submitted_does_not_approve(house: House) -> None:
    office = Office(house)
    citizens = [(await house.citizen())[1] for _ in range(3)]
    await house.fill(10_000)
    made = await office.declare(2, 300)
    path = f"{BATCHES}/{made['batch_id']}"
    rows = "citizen_id,amount,item_reference\n" + "".join(f"{one},100,{n}\n" for n, one in enumerate(citizens))
    await office.call("POST", f"{path}/items", COLLEAGUE, 201, content=rows)
    await office.call("DELETE", f"{path}/items/3", THIRD)
    await office.call("PATCH", f"{path}/items/1", THIRD, json={"amount": 200})
    submitted = await office.submit(path)
    assert (submitted["made_by"], submitted["submitted_by"]) == (f"person:{MAKER}", f"person:{MAKER}")
    assert (submitted["uploaded_by"], submitted["changed_by"]) == ([f"person:{COLLEAGUE}"], [f"person:{THIRD}"])
    for hand in (MAKER, COLLEAGUE, THIRD):
        assert (await office.approve(path, hand, 403))["code"] == "same_person"
    assert await house.balance(citizens[0]) == (0, 0)
    approved = await office.approve(path, json={"digest": submitted["digest"]})
    assert approved["approved_by"] == f"person:{CHECKER}"
    ended = await office.completed(path)
    assert (ended["paid_count"], ended["paid_total"], ended["received_count"]) == (2, 300, 2)
    assert [(await house.balance(one))[0] for one in citizens] == [200, 100, 0]
    assert (await fund_of(house), (await house.proof())["sound"]) == (9_700, True)


async def test_a_person_of_another_office_does_not_see_it_and_none_without_an_authority_does(house: House) -> None:
    office, citizen = Office(house), (await house.citizen())[1]
    path = await office.batch([f"{citizen},100,a"])
    await office.submit(path)
    for stranger in (Office(house, "ministry"), Office(house, None), Office(house, governorate="19")):
        if stranger.authority != PENSIONS:
            await stranger.approve(path, expect=404)
            assert (await stranger.call("GET", BATCHES))["items"] == []
            assert (await stranger.call("GET", "/v1/payout-programmes"))["items"] == []
        refused = await stranger.declare(1, 100, 404 if stranger.authority == "ministry" else
                                         403 if stranger.authority is None else 201)  # fmt: skip
        if stranger.authority != PENSIONS:
            assert refused["code"] in {"programme_unknown", "authority_needed"}
    auditor = house.issuer.person("payouts:read", authority="accountability")
    assert (await house.client.get(path, headers=auditor)).json()["authority"] == PENSIONS
    near = house.issuer.person("payouts:read", authority="accountability", governorate="03")
    assert (await house.client.get(path, headers=near)).status_code == 404
    reference = (await office.call("GET", path))["reference"]
    await office.declare(1, 100, 409, reference=reference)
    # Another authority's use of a reference is nobody's business.
    await house.client.put(
        "/v1/payout-funds/bread",
        json={"authority": "ministry", "name_ar": "الخبز", "name_en": "Bread"},
        headers=house.client_headers("funds:write"),
    )
    await house.client.put(
        "/v1/payout-programmes/bread",
        json={"fund": "bread", "kind": "support", "name_ar": "الخبز", "name_en": "Bread"},
        headers=house.client_headers("funds:write"),
    )
    await Office(house, "ministry").declare(1, 100, programme="bread", reference=reference)


async def test_what_was_seen_is_what_is_approved(house: House) -> None:
    office, citizen = Office(house), (await house.citizen())[1]
    await house.fill(1_000)
    path = await office.batch([f"{citizen},100,a"])
    seen = (await office.submit(path))["digest"]
    await office.call("POST", f"{path}/reopening", COLLEAGUE)
    await office.call("PATCH", f"{path}/items/1", COLLEAGUE, json={"amount": 900})
    await office.call("PUT", f"{path}/declaration", json={"declared_count": 1, "declared_total": 900})
    await office.approve(path, expect=409)
    again = await office.submit(path)
    assert again["digest"] != seen
    refused = await office.approve(path, expect=409, json={"digest": seen})
    assert refused["code"] == "proposal_changed"
    assert (await office.approve(path, COLLEAGUE, 403))["code"] == "same_person"
    await office.approve(path, json={"digest": again["digest"]})
    await office.completed(path)
    assert await house.balance(citizen) == (900, 0)


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE payout SET amount = 1000000 WHERE batch_id = $1",
        "UPDATE payout SET citizen_id = uuidv7() WHERE batch_id = $1",
        "DELETE FROM payout WHERE batch_id = $1",
        "INSERT INTO payout (batch_id, number, item_reference, citizen_id, amount) VALUES ($1, 2, 'b', uuidv7(), 5)",
    ],
)
async def test_rows_stay_as_they_were_submitted_whoever_writes(house: House, statement: str) -> None:
    office = Office(house)
    path = await office.batch([f"{(await house.citizen())[1]},100,a"])
    await office.submit(path)
    with pytest.raises((asyncpg.RestrictViolationError, asyncpg.InsufficientPrivilegeError)):
        await house.runtime.pool.execute(statement, path.rpartition("/")[2])


async def test_a_fund_bounds_what_is_paid_from_it(house: House) -> None:
    office = Office(house)
    (_, rich, _), nobody = await house.citizen(), "0199f3a2-7c31-7a10-9a53-0242ac120002"
    await house.fill(1_000)
    first, second = [await office.batch([f"{rich},600,a", f"{nobody},100,b"]) for _ in range(2)]
    for path in (first, second):
        await office.submit(path)
    await office.approve(first)
    refused = await office.approve(second, expect=409)
    assert refused["code"] == "fund_short"
    ended = await office.completed(first)
    assert (ended["paid_total"], ended["failed_total"]) == (600, 100)

    async def back() -> bool:  # what could not be paid is the fund's again
        return await fund_of(house) == 400

    await eventually(back)
    await house.fill(300)
    await office.approve(second)
    await office.completed(second)
    assert await house.balance(rich) == (1_200, 0)
    assert (await house.proof())["sound"]


async def test_ceilings_by_line_batch_and_fund(house: House) -> None:
    office, citizen = Office(house), (await house.citizen())[1]
    made = await office.declare(1, 100)
    refused = await office.send(f"{BATCHES}/{made['batch_id']}", [f"{citizen},10000001,a"], expect=422)
    assert [row["code"] for row in refused["rows"]] == ["amount_above_ceiling"]
    assert (await office.declare(1, 500_000_000_001, 409))["code"] == "above_ceiling"
    path = await office.batch([f"{citizen},100,a"])
    await office.submit(path)
    book = house.runtime.state.policies
    await house.runtime.pool.execute("UPDATE policy SET value = '99' WHERE key = 'payout.fund_month_most'")
    await house.runtime.pool.execute("UPDATE policy_version SET version = version + 1")
    await book.refresh(house.runtime)
    await house.fill(100)
    assert (await office.approve(path, expect=409))["code"] == "above_ceiling"


async def test_a_large_sum_needs_two_persons_and_no_machine(house: House) -> None:
    office, citizen = Office(house), (await house.citizen())[1]
    count = 10_000
    lines = [f"{citizen},10000000,{n}" for n in range(count)]
    path = await office.batch(lines)
    await house.fill(count * 10_000_000)
    await office.submit(path)
    assert (await office.approve(path, CHECKER))["state"] == "submitted"
    assert (await office.approve(path, CHECKER, 409))["code"] == "proposal_approved_by_you"
    assert (await office.approve(path, THIRD))["state"] == "approved"


async def test_a_refused_batch_is_withdrawn(house: House) -> None:
    office, citizen = Office(house), (await house.citizen())[1]
    path = await office.batch([f"{citizen},100,a"])
    proposal = (await office.submit(path))["proposal_id"]
    seen = await office.call("GET", f"/v1/proposals/payment/{proposal}")
    assert seen["content"]["rows_sha256"] == (await office.call("GET", path))["digest"]
    refusal: dict[str, Any] = {"decision": "refuse", "digest": seen["digest"], "reason": "wrong month"}
    await office.call("POST", f"/v1/proposals/payment/{proposal}/decision", CHECKER, json=refusal)
    found = await office.call("GET", path)
    assert (found["state"], found["cancel_reason"]) == ("cancelled", "wrong month")
    assert found["cancelled_by"] == f"person:{CHECKER}"
