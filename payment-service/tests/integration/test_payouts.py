"""Payout batches: declared, received, approved by another person, booked once, told of."""

from __future__ import annotations

from typing import Any
from uuid import NAMESPACE_OID, uuid5

import httpx
from sqlalchemy import text

from chassis.ids import new_id
from chassis.testing import eventually
from chassis.testing_events import Outside
from contracts.payment import PayoutPaid
from contracts.supply import Tender, TenderRedeemed, TenderReversed

from ..support import PENSIONS, House, activated


async def send(house: House, method: str, path: str, scope: str, subject: str = "maker", **body: Any) -> httpx.Response:
    headers = house.client_headers(scope, subject, authority=PENSIONS)
    if path.endswith("/approval"):  # a person's alone
        headers = house.issuer.person(scope, person_id=uuid5(NAMESPACE_OID, subject), authority=PENSIONS)
    if "content" in body:
        headers["Content-Type"] = "text/csv"
    return await house.client.request(method, path, headers=headers, **body)


async def batch_of(house: House, lines: list[str], count: int, total: int) -> str:
    await house.fill(total)
    declared = {"reference": f"r{new_id()}", "programme": "pension", "declared_count": count, "declared_total": total}
    made = await send(house, "POST", "/v1/payout-batches", "payouts:submit", json=declared)
    assert made.status_code == 201, made.text
    path = f"/v1/payout-batches/{made.json()['batch_id']}"
    content = "citizen_id,amount,item_reference\n" + "\n".join(lines)
    got = await send(house, "POST", f"{path}/items", "payouts:submit", content=content)
    assert got.status_code == 201, got.text
    return path


async def references(path: str, house: House, state: str) -> list[str]:
    found = await send(house, "GET", f"{path}/items?state={state}", "payouts:submit")
    assert {item["state"] for item in found.json()["items"]} <= {state}
    return [item["item_reference"] for item in found.json()["items"]]


async def test_pensions_are_booked_once_and_told(house: House) -> None:
    citizens = [(await house.citizen())[1] for _ in range(3)]
    lines = [f"{citizen},{1_000 + n},p{n}" for n, citizen in enumerate(citizens)]
    lines += [f"{citizens[0]},500,arrears", f"{new_id()},700,nobody"]
    total = 1_000 + 1_001 + 1_002 + 500 + 700
    path = await batch_of(house, lines, len(lines), total)
    assert (await send(house, "POST", f"{path}/submission", "payouts:submit")).status_code == 200
    assert len(await references(path, house, "waiting")) == len(lines)
    system = house.client_headers("payouts:approve", "approver", authority=PENSIONS)
    refused = await house.client.post(f"{path}/approval", headers=system)
    assert (refused.status_code, refused.json()["code"]) == (403, "caller_kind_refused")
    assert (await send(house, "POST", f"{path}/approval", "payouts:approve", "checker")).status_code == 200

    async def completed() -> Any:
        found = (await send(house, "GET", path, "payouts:submit")).json()
        return found if found["state"] == "completed" else None

    found = await eventually(completed)
    assert (found["paid_count"], found["paid_total"]) == (4, total - 700)
    assert (found["failed_count"], found["failed_total"]) == (1, 700)
    assert [await house.balance(citizen) for citizen in citizens] == [(1_500, 0), (1_001, 0), (1_002, 0)]
    assert (await house.proof())["sound"]
    assert await references(path, house, "paid") == ["p0", "p1", "p2", "arrears"]
    assert await references(path, house, "failed") == ["nobody"]
    assert await references(path, house, "waiting") == []
    async with house.runtime.sessions() as session:
        statement = text("SELECT payload FROM outbox WHERE type = :type")
        told = (await session.execute(statement, {"type": PayoutPaid.event_type()})).scalars().all()
    events = [PayoutPaid.model_validate_json(payload) for payload in told]
    assert sum(event.amount for event in events) == total - 700
    assert {event.citizen_id for event in events} == set(citizens)


async def test_a_large_batch_is_booked_in_parts_and_chunks(house: House) -> None:
    citizens = [(await house.citizen())[1] for _ in range(40)]
    count = 3_333  # two parts, chunks of 700, most wallets in all of them
    lines = [f"{citizens[n % 40] if n % 100 else new_id()},{n + 1},p{n}" for n in range(count)]
    path = await batch_of(house, lines, count, count * (count + 1) // 2)
    assert (await send(house, "POST", f"{path}/submission", "payouts:submit")).status_code == 200
    assert (await send(house, "POST", f"{path}/approval", "payouts:approve", "checker")).status_code == 200
    seen = []

    async def completed() -> Any:
        seen.append((await send(house, "GET", path, "payouts:submit")).json())
        return seen[-1] if seen[-1]["state"] == "completed" else None

    found = await eventually(completed)
    assert {batch["state"] for batch in seen} <= {"approved", "completed"}
    assert [b["paid_count"] for b in seen] == sorted(b["paid_count"] for b in seen)
    assert (found["paid_count"], found["failed_count"]) == (count - 34, 34)
    assert found["paid_total"] + found["failed_total"] == found["declared_total"]
    assert sum([(await house.balance(citizen))[0] for citizen in citizens]) == found["paid_total"]
    assert (await house.proof())["sound"]
    query = "SELECT count(*), count(DISTINCT event_id) FROM outbox WHERE type = $1"
    told = await house.runtime.pool.fetchrow(query, PayoutPaid.event_type())
    assert told is not None
    assert tuple(told) == (count - 34, count - 34)
    assert len(await references(path, house, "failed")) == 34


async def test_what_the_version_before_has_begun_is_booked_to_its_end(house: House) -> None:
    _, citizen, _ = await house.citizen()
    path = await batch_of(house, [f"{citizen},{n},p{n}" for n in range(1, 11)], 10, 55)
    pool = house.runtime.pool
    # It paid from the fund itself.
    begun = "UPDATE payout_batch SET state = 'approved', approved_by = 'c', paid_count = 4, paid_total = 10"
    await pool.execute(f"{begun} WHERE batch_id = $1", path.rpartition("/")[2])

    async def completed() -> Any:
        reply = (await send(house, "GET", path, "payouts:submit")).json()
        return reply if reply["state"] == "completed" else None

    found = await eventually(completed)
    assert (found["paid_count"], found["paid_total"]) == (10, 55)
    assert await house.balance(citizen) == (45, 0)
    assert len(await references(path, house, "paid")) == 10


async def test_what_differs_from_the_declaration_is_not_submitted(house: House) -> None:
    _, citizen, _ = await house.citizen()
    path = await batch_of(house, [f"{citizen},100,a"], 1, 101)
    reply = await send(house, "POST", f"{path}/submission", "payouts:submit")
    assert (reply.status_code, reply.json()["code"]) == (409, "batch_totals_differ")
    twice = "citizen_id,amount,item_reference\n" + f"{citizen},100,a"
    again = await send(house, "POST", f"{path}/items", "payouts:submit", content=twice)
    assert (again.status_code, again.json()["code"]) == (422, "not_payout_items")
    cut = await send(house, "POST", f"{path}/items", "payouts:submit", content="citizen_id,amount,item_reference\nx,1")
    (fault,) = cut.json()["rows"]
    assert (fault["row"], fault["code"]) == (2, "fields_missing")
    assert "(,)" in fault["reason_ar"]
    assert (await send(house, "GET", path, "payouts:submit")).json()["received_count"] == 1


async def test_a_batch_is_withdrawn_before_its_approval_only(house: House) -> None:
    citizen = (await house.citizen())[1]
    for submitted in (False, True):
        path = await batch_of(house, [f"{citizen},500,a"], 1, 500)
        if submitted:
            assert (await send(house, "POST", f"{path}/submission", "payouts:submit")).status_code == 200
        gone = await send(house, "POST", f"{path}/cancellation", "payouts:submit", json={"reason": "wrong month"})
        found = gone.json()
        assert (gone.status_code, found["state"], found["received_count"]) == (200, "cancelled", 1)
        assert (found["cancelled_by"], found["cancel_reason"]) == ("maker", "wrong month")
        again = await send(house, "POST", f"{path}/cancellation", "payouts:approve", "checker", json={"reason": "too"})
        assert (again.status_code, again.json()["cancelled_by"]) == (200, "maker")
        for step, scope in (("submission", "payouts:submit"), ("approval", "payouts:approve")):
            refused = await send(house, "POST", f"{path}/{step}", scope, "checker")
            assert (refused.status_code, refused.json()["code"]) == (409, "batch_state")
    path = await batch_of(house, [f"{citizen},500,a"], 1, 500)
    await send(house, "POST", f"{path}/submission", "payouts:submit")
    assert (await send(house, "POST", f"{path}/approval", "payouts:approve", "checker")).status_code == 200
    late = await send(house, "POST", f"{path}/cancellation", "payouts:submit", json={"reason": "wrong month"})
    assert (late.status_code, late.json()["code"]) == (409, "batch_state")


async def test_events_open_a_wallet_capture_a_sale_and_refund_its_reversal(house: House, outside: Outside) -> None:
    card, citizen, household = new_id(), new_id(), new_id()
    await outside.tell(activated(card, citizen, household))
    path = f"/v1/wallets/{card}"

    async def wallet() -> Any:
        reply = await send(house, "GET", path, "wallets:read")
        return reply.json() if reply.status_code == 200 else None

    assert (await eventually(wallet, seconds=20))["balance"] == 0
    await house.pay_in(citizen, 5_000)
    held = await house.hold(card, 2_000)
    tenders = [Tender(kind="wallet", payment_id=held.json()["payment_id"], amount=2_000)]
    sale = sale_of(card, household, house, tenders)
    await outside.tell(sale, sale)

    async def taken() -> bool:
        return await house.balance(citizen) == (3_000, 0)

    await eventually(taken, seconds=20)
    reversal = TenderReversed(reversal_id=new_id(), **sale.model_dump(exclude={"lines", "governorate", "offline"}))
    await outside.tell(reversal, reversal)

    async def returned() -> bool:
        return await house.balance(citizen) == (5_000, 0)

    await eventually(returned, seconds=20)
    assert (await house.proof())["sound"]


def sale_of(card: Any, household: Any, house: House, tenders: list[Tender]) -> TenderRedeemed:
    now = house.runtime.clock.now()
    return TenderRedeemed(
        redemption_id=new_id(),
        household_id=household,
        card_id=card,
        terminal_id=new_id(),
        outlet_id=house.outlet_id,
        governorate="03",
        business_day=now.date(),
        occurred_at=now,
        offline=False,
        lines=[],
        remaining=[],
        tenders=tenders,
    )
