"""Paper sheets: entered by one, approved by another, judged row by row as sales without a network."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pytest

from approvals.testing import decide
from chassis.ids import new_id
from chassis.testing import check_pages
from contracts.card import CardBlocked, CardReplaced, ProgrammeService
from contracts.supply import Redeemed, SaleDisputed

from ..support import NOON, Holder, Supply, Till, bread, goods, told
from .test_offline import Chain, statuses, upload

DAY = NOON.date()
AN_HOUR_AGO = NOON - timedelta(hours=1)
PRICES = {"loaf": 20, "oil": 3000, "sugar": 1260}


def line(one: dict[str, Any], amount: int | None = None) -> dict[str, Any]:
    return one | {"amount": one["quantity"] * PRICES[one["item"]] if amount is None else amount}


def row(
    holder: Holder | str, *lines: dict[str, Any], at: datetime = AN_HOUR_AGO, marked: bool = True
) -> dict[str, Any]:
    """A row of a sheet, of a card or of a ration card's number."""
    whose = {"ration_card": holder} if isinstance(holder, str) else {"card_id": str(holder.card_id)}
    priced = [one if "amount" in one else line(one) for one in lines]
    return {**whose, "lines": priced, "occurred_at": at.isoformat(), "holder_mark": marked}


async def enter(supply: Supply, till: Till, *rows: dict[str, Any], expect: int = 201, **more: Any) -> dict[str, Any]:
    """A clerk enters a sheet."""
    claims = {name: more.pop(name) for name in ("person_id", "governorate") if name in more}
    body = {
        "outlet_id": str(till.outlet_id),
        "serial": str(new_id()),
        "day": DAY.isoformat(),
        "outage": "network",
        "note": "the line of the district was down from 8 to 14",
        "evidence": "archive 7, folder 12",
        "rows": list(rows),
        **more,
    }
    headers = supply.issuer.person("sheets:write", **claims) | {"Idempotency-Key": str(new_id())}
    reply = await supply.client.post("/v1/paper-sheets", json=body, headers=headers)
    assert reply.status_code == expect, reply.text
    answer: dict[str, Any] = reply.json()
    return answer


async def approve(supply: Supply, sheet: dict[str, Any], expect: int = 200, **more: Any) -> dict[str, Any]:
    return await decide(
        supply.client, supply.issuer, "supply", sheet["proposal_id"], "sheets:approve", expect=expect, **more
    )


async def read(supply: Supply, sheet: dict[str, Any], scope: str = "sheets:approve") -> dict[str, Any]:
    reply = await supply.client.get(f"/v1/paper-sheets/{sheet['sheet_id']}", headers=supply.issuer.person(scope))
    assert reply.status_code == 200, reply.text
    answer: dict[str, Any] = reply.json()
    return answer


async def booked(supply: Supply, till: Till, *rows: dict[str, Any], **more: Any) -> list[tuple[str, str | None]]:
    """What became of the rows of a sheet that was entered and approved."""
    sheet = await enter(supply, till, *rows, **more)
    await approve(supply, sheet)
    return [(one["status"], one["code"]) for one in (await read(supply, sheet))["items"]]


async def test_a_sheet_is_entered_by_one_and_approved_by_another(supply: Supply) -> None:
    till, holder, clerk = await supply.till(), await supply.holder(members=2), new_id()
    sheet = await enter(supply, till, row(holder, bread(20)), serial="A-17", person_id=clerk)
    assert (sheet["state"], sheet["rows"], sheet["loaves"], sheet["amount"]) == ("submitted", 1, 20, 400)
    assert [(one["status"], one["redemption_id"]) for one in sheet["items"]] == [("waiting", None)]
    assert (await supply.left(holder, till))["bread"] == 300
    own = await approve(supply, sheet, expect=403, person_id=clerk)
    assert own["code"] == "own_proposal"
    await approve(supply, sheet)
    seen = await read(supply, sheet)
    assert (seen["state"], seen["decision_reason"]) == ("booked", "looked at by a test")
    assert seen["decided_by"] != seen["entered_by"] == f"person:{clerk}"
    assert [(one["status"], one["code"]) for one in seen["items"]] == [("applied", None)]
    assert (await supply.left(holder, till))["bread"] == 280
    [(event, _)] = await supply.events(Redeemed)
    assert str(event["source_id"]) == seen["items"][0]["redemption_id"]
    assert (await approve(supply, sheet, expect=409))["code"] == "proposal_state"
    await supply.audit()


async def test_a_terminal_sees_its_own_outlets_sheets(supply: Supply) -> None:
    till, other, holder = await supply.till(), await supply.till(), await supply.holder(members=2)
    mine, theirs = await enter(supply, till, row(holder, bread(5))), await enter(supply, other, row(holder, bread(5)))
    await approve(supply, mine)

    async def seen(path: str) -> Any:
        return (await supply.client.get(f"/v1/paper-sheets{path}", headers=till.headers())).json()

    for query in ("", f"?outlet_id={other.outlet_id}"):
        listed = [(one["sheet_id"], one["state"]) for one in (await seen(query))["items"]]
        assert listed == ([] if query else [(mine["sheet_id"], "booked")])
    assert [one["status"] for one in (await seen(f"/{mine['sheet_id']}"))["items"]] == ["applied"]
    assert (await seen(f"/{theirs['sheet_id']}"))["code"] == "sheet_unknown"


async def test_no_terminal_and_no_system_enters_or_decides(supply: Supply) -> None:
    till, holder = await supply.till(), await supply.holder()
    sheet = await enter(supply, till, row(holder, bread(5)))
    refused = await supply.client.post("/v1/paper-sheets", json={}, headers=till.headers())
    assert refused.status_code == 403
    system = await supply.admin("POST", "/v1/paper-sheets", "sheets:write", json={})
    assert (system.status_code, system.json()["code"]) == (403, "caller_kind_refused")
    path = f"/v1/proposals/supply/{sheet['proposal_id']}/decision"
    body = {"decision": "approve", "digest": "0" * 64, "reason": "ours"}
    assert (await supply.client.post(path, json=body, headers=till.headers())).status_code == 403
    strange = await enter(supply, till, row(holder, bread(5)), governorate="35", expect=404)
    assert strange["code"] == "outlet_unknown"


async def test_what_is_beyond_the_floor_stands_in_dispute_and_is_not_paid(supply: Supply) -> None:
    """truth.md 3.11: 1,000 loaves, 1 member: 15 booked and paid (3 days of 5), 985 in dispute."""
    till, holder = await supply.till(), await supply.holder(members=1)
    sheet = await enter(supply, till, row(holder, bread(1000)))
    await approve(supply, sheet)
    [one] = (await read(supply, sheet))["items"]
    assert (one["status"], one["code"]) == ("disputed", "household_floor")
    assert one["type"] == "/problems/household_floor"
    headers = supply.issuer.person("disputes:write")
    evidence = (await supply.client.get(f"/v1/disputes/{one['dispute_id']}", headers=headers)).json()
    assert (evidence["loaves"], evidence["terminal_id"]) == (985, str(till.outlet_id))
    assert (evidence["sale_id"], evidence["public_key"]) == (one["sale_id"], None)
    assert len(await supply.events(SaleDisputed)) == 1
    path = f"/v1/outlets/{till.outlet_id}/days/{DAY}/close"
    closed = (await supply.client.post(path, headers=till.headers())).json()
    assert (closed["loaves"], closed["cash_amount"]) == (15, 300)
    await supply.audit()


@pytest.mark.parametrize(
    ("kind", "members", "rows", "expected"),
    [
        ("bakery", 3, [(bread(15), True)], [("applied", None)]),
        ("bakery", 1, [(bread(16), True)], [("disputed", "household_floor")]),
        ("bakery", 3, [(bread(15), False)], [("disputed", "holder_mark_missing")]),
        ("bakery", 3, [(line(bread(15), 225), True)], [("disputed", "amount_differs")]),
        ("bakery", 3, [(bread(15), True), (bread(15), True)], [("applied", None), ("disputed", "sale_repeated")]),
        ("bakery", 3, [(bread(15), True), (bread(10), True)], [("applied", None), ("overdrawn", "day_already_drawn")]),
        ("grocer", 1, [(goods("oil", 1), True)], [("applied", None)]),
        ("grocer", 1, [(goods("oil", 10), True)], [("disputed", "balance_exceeded")]),
        ("grocer", 1, [(bread(5), True)], [("rejected", "wrong_outlet_kind")]),
    ],
)
async def test_rows_by_example(
    supply: Supply,
    kind: str,
    members: int,
    rows: list[tuple[dict[str, Any], bool]],
    expected: list[tuple[str, str | None]],
) -> None:
    till, holder = await supply.till(kind), await supply.holder(members=members)
    written = [row(holder, one, marked=marked) for one, marked in rows]
    assert await booked(supply, till, *written) == expected
    await supply.audit()


async def test_each_row_is_judged_by_the_state_at_its_own_moment(supply: Supply) -> None:
    till, holder, other = await supply.till(), await supply.holder(), await supply.holder()
    card = {"card_id": holder.card_id, "household_id": holder.household_id, "citizen_id": new_id()}
    blocked = CardBlocked(**card, reason="lost", blocked_at=AN_HOUR_AGO)
    await supply.deliver(blocked, at=AN_HOUR_AGO)
    await supply.runtime.pool.execute(
        "INSERT INTO suspension (subject_id, began_at) VALUES ($1, $2)", till.outlet_id, AN_HOUR_AGO
    )
    early, late = AN_HOUR_AGO - timedelta(minutes=1), AN_HOUR_AGO + timedelta(minutes=1)
    found = await booked(
        supply, till, row(holder, bread(5), at=early), row(holder, bread(10), at=late), row(other, bread(5), at=late)
    )
    assert found == [("applied", None), ("rejected", "card_blocked"), ("disputed", "outlet_suspended")]


async def test_a_ration_card_finds_the_card_of_its_moment(supply: Supply) -> None:
    till, household, number = await supply.till(), new_id(), "200123456780"
    old = await supply.holder(household_id=household)
    mark = supply.runtime.state.settings.ration_cards().mark(number)
    await supply.deliver(told(household, {"2020-01": 3}, revision=2, ration_card_mark=mark))
    replaced = CardReplaced(
        old_card_id=old.card_id,
        new_card_id=new_id(),
        citizen_id=new_id(),
        household_id=household,
        governorate="03",
        services=[ProgrammeService.SUPPLY],
        replaced_at=AN_HOUR_AGO,
    )
    await supply.deliver(replaced, at=AN_HOUR_AGO)
    early = AN_HOUR_AGO - timedelta(minutes=1)
    sheet = await enter(
        supply, till, row("٢٠٠١٢٣٤٥٦٧٨٠", bread(5), at=early), row("999999999", bread(5)), row(old, bread(15), at=early)
    )
    assert [one["card_id"] for one in sheet["items"]] == [str(old.card_id), None, str(old.card_id)]
    await approve(supply, sheet)
    found = [(one["status"], one["code"]) for one in (await read(supply, sheet))["items"]]
    assert found == [("applied", None), ("rejected", "card_unknown"), ("overdrawn", "day_already_drawn")]
    [kept] = await supply.fetch("SELECT string_agg(convert_from(document, 'UTF8'), '') AS all FROM paper_sheet_row")
    assert number not in kept["all"]
    refused = await enter(supply, till, row("no number", bread(5)), expect=422)
    assert refused["code"] == "not_a_ration_card"


async def test_a_sale_that_is_in_the_books_is_not_booked_again(supply: Supply) -> None:
    till, holder, second = await supply.till(), await supply.holder(), await supply.holder(members=1)
    assert (await supply.sell(till, holder, bread(15))).status_code == 201
    away = Chain(till).sell(second, bread(40), at=AN_HOUR_AGO)
    assert statuses(await upload(supply, till, [away])) == [("disputed", "household_floor")]
    found = await booked(supply, till, row(holder, bread(15)), row(second, bread(40)))
    assert found == [("disputed", "sale_repeated"), ("disputed", "sale_repeated")]
    await supply.audit()


async def test_what_a_terminal_uploads_of_a_sheet_is_not_booked_again(supply: Supply) -> None:
    till, holder = await supply.till(), await supply.holder()
    chain = Chain(till)
    assert await booked(supply, till, row(holder, bread(15))) == [("applied", None)]
    same, another = (chain.sell(holder, bread(loaves), at=AN_HOUR_AGO) for loaves in (15, 5))
    answer = await upload(supply, till, [same, another])
    assert statuses(answer) == [("disputed", "sale_repeated"), ("overdrawn", "day_already_drawn")]


async def test_a_sheet_comes_once_and_in_time(supply: Supply) -> None:
    till, other, holder = await supply.till(), await supply.till(), await supply.holder()
    sheet = await enter(supply, till, row(holder, bread(5)), serial="B-1")
    again = await enter(supply, till, row(holder, bread(5)), serial="B-1", expect=409)
    assert (again["code"], again["sheet_id"]) == ("sheet_known", sheet["sheet_id"])
    await enter(supply, other, row(holder, bread(5)), serial="B-1")
    for days, expect in ((14, 201), (15, 409)):
        day = DAY - timedelta(days=days)
        written = row(holder, bread(5), at=NOON - timedelta(days=days))
        late = await enter(supply, till, written, day=day.isoformat(), expect=expect)
    assert (late["code"], late["days"]) == ("sheet_too_late", 14)
    ahead = await enter(
        supply,
        till,
        row(holder, bread(5), at=NOON + timedelta(days=1)),
        day=(DAY + timedelta(days=1)).isoformat(),
        expect=422,
    )
    assert ahead["code"] == "sheet_in_future"
    strange = await enter(supply, till, row(holder, bread(5), at=NOON - timedelta(days=1)), expect=422)
    assert strange["code"] == "invalid_request"


async def test_a_refused_sheet_keeps_who_and_why_and_may_come_again(supply: Supply) -> None:
    till, holder = await supply.till(), await supply.holder()
    sheet = await enter(supply, till, row(holder, bread(5)), serial="C-1")
    await approve(supply, sheet, decision="refuse")
    seen = await read(supply, sheet, "disputes:write")
    assert (seen["state"], seen["decision_reason"]) == ("refused", "looked at by a test")
    assert seen["decided_by"].startswith("person:")
    assert [one["status"] for one in seen["items"]] == ["waiting"]
    assert (await supply.left(holder, till))["bread"] == 450
    anew = await enter(supply, till, row(holder, bread(5)), serial="C-1")
    await approve(supply, anew)
    headers = supply.issuer.person("sheets:write")
    listed = await check_pages(supply.client, headers, f"/v1/paper-sheets?outlet_id={till.outlet_id}", 2)
    assert [one["state"] for one in listed] == ["refused", "booked"]
    far = supply.issuer.person("sheets:write", governorate="35")
    assert (await supply.client.get("/v1/paper-sheets", headers=far)).json()["items"] == []
    strange = await supply.client.get(f"/v1/paper-sheets/{sheet['sheet_id']}", headers=far)
    assert strange.json()["code"] == "sheet_unknown"


async def test_a_repeat_of_the_entry_gives_the_same_sheet(supply: Supply) -> None:
    till, holder = await supply.till(), await supply.holder()
    body = {
        "outlet_id": str(till.outlet_id), "serial": "D-1", "day": DAY.isoformat(), "outage": "power", "note": "dark",
        "evidence": "archive 1", "rows": [row(holder, bread(5))],
    }  # fmt: skip
    headers = supply.issuer.person("sheets:write") | {"Idempotency-Key": str(new_id())}
    first, again = [await supply.client.post("/v1/paper-sheets", json=body, headers=headers) for _ in range(2)]
    assert (first.status_code, again.status_code) == (201, 201)
    assert first.json() == again.json()


async def test_what_comes_on_paper_counts_in_the_next_close(supply: Supply) -> None:
    """Also when the sheet waited as long as it may: entered on its last day, approved on the proposal's."""
    till, holder = await supply.till(), await supply.holder()
    assert (await supply.sell(till, holder, bread(15))).status_code == 201
    path = f"/v1/outlets/{till.outlet_id}/days/{{}}/close"
    await supply.client.post(path.format(DAY), headers=till.headers())
    for later in range(1, 29):
        supply.at(NOON + timedelta(days=later))
        if later == 14:
            sheet = await enter(supply, till, row(holder, bread(5)))
        if later < 28:
            day = DAY + timedelta(days=later)
            assert (await supply.client.post(path.format(day), headers=till.headers())).status_code == 200
    supply.at(NOON + timedelta(days=28) - timedelta(minutes=1))
    await approve(supply, sheet)
    assert [one["status"] for one in (await read(supply, sheet))["items"]] == ["overdrawn"]
    closed = (await supply.client.post(path.format(DAY + timedelta(days=28)), headers=till.headers())).json()
    assert [(one["sold_on"], one["loaves"]) for one in closed["late"]] == [(DAY.isoformat(), 5)]
