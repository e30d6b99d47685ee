"""3.9: support as cash reaches the head's wallet as a payout, once for each household, programme and month."""

from __future__ import annotations

from datetime import date
from typing import Any
from uuid import UUID

import pytest

from chassis.clock import Clock, business_day, month_start
from chassis.ids import new_id
from contracts.card import HouseholdChangedByMonth, HouseholdRestated, PersonDied
from contracts.household import HouseholdMember
from contracts.payment import PayoutPaid
from contracts.supply import CashSupportDue

from ..payouts import CHECKER, MAKER, Office, fund_of
from ..support import TREASURY, House, deliver

MINISTRY = "supply-authority"
FUND = "cash_goods"
DUE = f"/v1/support-dues/{FUND}"
THIS_MONTH = month_start(business_day(Clock().now()))
LATER = date(2037, 1, 1)


@pytest.fixture
async def office(house: House) -> Office:
    """The ministry that pays, with its fund and programme."""

    def headers() -> dict[str, str]:
        return house.client_headers("funds:write", "treasury", authority=TREASURY)

    names = {"name_ar": "دعم نقدي", "name_en": "cash support"}
    made = await house.client.put(f"/v1/payout-funds/{FUND}", json={"authority": MINISTRY, **names}, headers=headers())
    assert made.status_code == 200, made.text
    body = {"fund": FUND, "kind": "support", **names}
    made = await house.client.put(f"/v1/payout-programmes/{FUND}", json=body, headers=headers())
    assert made.status_code == 200, made.text
    return Office(house, MINISTRY)


def state(household: UUID, head: UUID, revision: int = 1) -> dict[str, Any]:
    members = [
        HouseholdMember(citizen_id=new_id(), role="spouse", since=date(2020, 1, 1)),
        HouseholdMember(citizen_id=head, role="head", since=date(2020, 1, 1)),
    ]
    return {
        "household_id": household, "revision": revision, "status": "active", "governorate": "03", "district": "03.02",
        "governorate_of_issue": "03", "legal_basis": None, "members": members, "sizes": [],
    }  # fmt: skip


def headed(household: UUID, head: UUID, revision: int = 1) -> HouseholdChangedByMonth:
    return HouseholdChangedByMonth(**state(household, head, revision), effective_month="2026-12")


def due(household: UUID, amount: int = 20000, month: date = THIS_MONTH) -> CashSupportDue:
    return CashSupportDue(
        due_id=new_id(), household_id=household, programme="goods", period=month, amount=amount, members=4
    )


async def gather(office: Office, expect: int = 201, month: date = THIS_MONTH, **more: Any) -> Any:
    body = {"reference": f"r{new_id()}", "programme": FUND, "month": f"{month:%Y-%m}"} | more
    return await office.call("POST", "/v1/support-batches", expect=expect, json=body)


async def totals(office: Office, month: date = THIS_MONTH) -> tuple[int, int, int, int, int]:
    found = await office.call("GET", f"{DUE}?month={month:%Y-%m}")
    names = ("told_count", "told_total", "waiting_count", "waiting_total", "headless_count")
    return tuple(found[name] for name in names)


async def test_what_is_due_is_paid_to_the_head_once(house: House, office: Office) -> None:
    """3.9: category A, four members: 200.00 in the head's wallet."""
    _, head, household = await house.citizen()
    told = due(household)
    for _ in range(2):
        await deliver(house, headed(household, head), told)
    assert await totals(office) == (1, 20000, 1, 20000, 0)
    batch = await gather(office)
    path = f"/v1/payout-batches/{batch['batch_id']}"
    assert (batch["state"], batch["declared_count"], batch["declared_total"]) == ("open", 1, 20000)
    assert (batch["month"], batch["value_date"]) == (str(THIS_MONTH), str(THIS_MONTH))
    assert (await gather(office, 409))["code"] == "nothing_due"
    await deliver(house, told)
    assert await totals(office) == (1, 20000, 0, 0, 0)
    await office.submit(path)
    assert (await office.approve(path, MAKER, 403))["code"] == "same_person"
    assert (await office.approve(path, CHECKER, 409))["code"] == "fund_short"
    await house.fill(50000, FUND)
    await office.approve(path, CHECKER)
    assert (await office.completed(path))["paid_total"] == 20000
    assert await house.balance(head) == (20000, 0)
    assert await fund_of(house, FUND) == 30000
    rows = await house.runtime.pool.fetch("SELECT payload FROM outbox WHERE type = $1", PayoutPaid.event_type())
    paid = [PayoutPaid.model_validate_json(row["payload"]) for row in rows]
    assert [(one.programme, one.amount, one.citizen_id) for one in paid] == [(FUND, 20000, head)]
    assert (await house.proof())["sound"]


async def test_nothing_is_booked_before_the_month(house: House, office: Office) -> None:
    """A month that is gathered ahead waits for its 1st."""
    _, head, household = await house.citizen()
    await deliver(house, headed(household, head), due(household, month=LATER))
    batch = await gather(office, month=LATER)
    assert batch["value_date"] == str(LATER)
    assert await totals(office) == (0, 0, 0, 0, 0), "a month is a month"


async def test_the_present_head_is_paid_and_an_older_state_changes_nothing(house: House, office: Office) -> None:
    _, first, household = await house.citizen()
    _, second, _ = await house.citizen()
    await deliver(house, due(household))
    assert await totals(office) == (1, 20000, 1, 20000, 1)
    assert (await gather(office, 409))["code"] == "nothing_due", "nobody has told whom to pay"
    restated = HouseholdRestated.model_validate(
        {
            "restatement_id": new_id(), "household_id": household, "revision": 2, "governorate": "03",
            "district": "03.02", "members": 2, "citizens": [], "state": state(household, second, 2),
        }
    )  # fmt: skip
    await deliver(house, restated)
    await deliver(house, headed(household, first, 1))
    batch = await gather(office)
    items = await office.call("GET", f"/v1/payout-batches/{batch['batch_id']}/items")
    assert [item["citizen_id"] for item in items["items"]] == [str(second)]


async def test_a_withdrawn_batch_frees_what_it_had_and_the_dead_are_not_paid(house: House, office: Office) -> None:
    _, alive, one = await house.citizen()
    _, dead, other = await house.citizen()
    died = PersonDied(
        household_id=other, citizen_id=dead, died_on=THIS_MONTH, was_head=True, effective_month="2026-12",
        change_id=new_id(),
    )  # fmt: skip
    await deliver(house, headed(one, alive), headed(other, dead), due(one), due(other, 5000))
    await deliver(house, died)
    path = f"/v1/payout-batches/{(await gather(office))['batch_id']}"
    await office.call("POST", f"{path}/cancellation", json={"reason": "too early"})
    assert (await totals(office))[2:] == (2, 25000, 0)
    await house.fill(25000, FUND)
    path = f"/v1/payout-batches/{(await gather(office))['batch_id']}"
    await office.submit(path)
    await office.approve(path)
    ended = await office.completed(path)
    assert (ended["paid_total"], ended["failed_total"]) == (20000, 5000)
    assert await house.balance(alive) == (20000, 0)
    assert await house.balance(dead) == (0, 0)
    assert await fund_of(house, FUND) == 5000, "what was not paid is back in the fund"
    items = await office.call("GET", f"{path}/items?state=failed")
    assert [item["reason"] for item in items["items"]] == ["payee_deceased"]


async def test_whose_money_it_is(house: House, office: Office) -> None:
    """Another authority neither sees nor gathers it; nobody gathers the nation's money for one governorate."""
    _, head, household = await house.citizen()
    await deliver(house, headed(household, head), due(household))
    stranger, bound = Office(house), Office(house, MINISTRY, governorate="03")
    assert (await gather(stranger, 404))["code"] == "programme_unknown"
    found = await stranger.call("GET", f"{DUE}?month={THIS_MONTH:%Y-%m}", expect=404)
    assert found["code"] == "programme_unknown"
    assert (await gather(bound, 403))["code"] == "outside_governorate_of_caller"
    assert (await gather(office, 404, programme="pension"))["code"] == "programme_unknown"
