"""Payout files as they come: faulty rows named, good ones taken; payees by number; results, retries, paydays."""

from __future__ import annotations

import csv
import io
from dataclasses import replace
from datetime import UTC, date, datetime
from typing import Any
from uuid import UUID

import pytest

from chassis.ids import new_id
from chassis.testing import eventually
from payment_service.payouts.paydays import payday
from policybook.book import PolicyBook

from ..payouts import BATCHES, NumbersKnown, Office
from ..support import House

NATIONAL_ID, STRANGER = "28505120301234", "29001011234567"


async def test_the_good_rows_are_taken_and_the_others_named_in_both_languages(house: House) -> None:
    office, citizen = Office(house), (await house.citizen())[1]
    path = f"{BATCHES}/{(await office.declare(5, 500))['batch_id']}"
    lines = [
        f"{citizen},100,a",
        "",
        f"{citizen},,b",
        f"{citizen},100,a",
        f"{citizen},100,c",
        f'{citizen},1,"d',
        "x,1,e",
    ]
    got = await office.send(path, lines)
    assert (got["received_count"], got["faulty_count"], got["file"]["taken_total"]) == (2, 4, 200)
    assert [(f["row"], f["item_reference"], f["code"]) for f in got["file"]["faults"]] == [
        (4, "b", "amount_missing"), (5, "a", "reference_twice"), (7, None, "row_broken"),
        (8, "e", "citizen_id_invalid"),
    ]  # fmt: skip
    second = await office.send(path, [f"{citizen},100,a", f"{citizen},100,f"])
    assert [f["code"] for f in second["file"]["faults"]] == ["reference_used"]
    listed = (await office.call("GET", f"{path}/faults"))["items"]
    assert [fault["position"] for fault in listed] == [1, 2, 3, 4, 5]
    assert all(fault["reason"] and fault["reason_ar"] for fault in listed)
    assert (await office.call("POST", f"{path}/submission", expect=409))["code"] == "batch_totals_differ"
    await office.call("PUT", f"{path}/declaration", json={"declared_count": 3, "declared_total": 300})
    assert (await office.submit(path))["state"] == "submitted"
    assert (await office.send(path, [f"{citizen},1,z"], expect=409))["code"] == "batch_state"


async def test_the_largest_amount_is_told_from_the_first_row_to_the_approval(house: House) -> None:
    office, citizen = Office(house), (await house.citizen())[1]
    path = f"{BATCHES}/{(await office.declare(2, 1000))['batch_id']}"
    assert (await office.call("GET", path))["largest"] is None
    got = await office.send(path, [f"{citizen},100,a", f"{citizen},900,b", f"{citizen},5000,c"])
    assert got["largest"] == 5000
    await office.call("DELETE", f"{path}/items/3")
    assert (await office.call("GET", path))["largest"] == 900
    assert (await office.submit(path))["largest"] == 900
    assert (await office.call("POST", f"{path}/reopening"))["largest"] == 900
    await office.call("PATCH", f"{path}/items/2", json={"amount": 50})
    assert (await office.call("GET", path))["largest"] == 100


async def test_payees_by_national_id_and_card_are_found_and_kept_nowhere(house: House) -> None:
    office = Office(house)
    (card, first, _), (_, second, _) = await house.citizen(), await house.citizen()
    register = NumbersKnown(**{NATIONAL_ID: first, "9818000000000007": second})
    house.runtime.state.register = register
    made = await office.declare(3, 600)
    path = f"{BATCHES}/{made['batch_id']}"
    rows = [f"{NATIONAL_ID},100,a", f"{STRANGER},100,b"]
    got = await office.send(path, rows, "national_id,amount,item_reference")
    assert [(f["row"], f["code"]) for f in got["file"]["faults"]] == [(3, "payee_unknown")]
    await office.send(path, ["9818000000000007,200,c"], "card_number,amount,item_reference")
    got = await office.send(path, [f"{card},300,d", f"{new_id()},1,e"], "card_id,amount,item_reference")
    assert [f["code"] for f in got["file"]["faults"]] == ["card_unknown"]
    assert {kind for _, kind, _ in register.asked} == {"national_ids", "card_numbers"}
    assert register.asked[0][0].startswith("Bearer ")
    items = (await office.call("GET", f"{path}/items"))["items"]
    assert [item["citizen_id"] for item in items] == [str(first), str(second), str(first)]
    corrected = await office.call("PATCH", f"{path}/items/1", json={"card_number": "9818000000000007"})
    assert corrected["citizen_id"] == str(second)
    refused = await office.call("PATCH", f"{path}/items/1", expect=422, json={"national_id": STRANGER})
    assert refused["errors"][0]["code"] == "payee_unknown"
    await house.fill(600)
    await office.submit(path)
    await office.approve(path)
    await office.completed(path)
    assert await house.balance(second) == (300, 0)
    # No table has heard of the numbers.
    pool = house.runtime.pool
    for table in await pool.fetch(
        "SELECT relname FROM pg_class WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace"
    ):
        name = table["relname"]
        if not await pool.fetchval("SELECT has_table_privilege($1, 'SELECT')", name):
            continue
        for number in (NATIONAL_ID, STRANGER, "9818000000000007"):
            found = await pool.fetchval(f"SELECT count(*) FROM {name} t WHERE t::text LIKE '%' || $1 || '%'", number)
            assert found == 0, (name, number)


async def test_who_may_not_ask_the_register_names_nobody_by_number(house: House) -> None:
    office, register = Office(house), NumbersKnown()
    house.runtime.state.register = register
    path = f"{BATCHES}/{(await office.declare(1, 100))['batch_id']}"
    headers = office.headers(scopes="payouts:submit") | {"Content-Type": "text/csv"}
    content = f"national_id,amount,item_reference\n{NATIONAL_ID},100,a"
    reply = await house.client.post(f"{path}/items", content=content, headers=headers)
    assert (reply.status_code, reply.json()["needed"]) == (403, ["payees:resolve"])
    assert register.asked == []


async def test_a_result_tells_of_every_row_and_runs_in_no_spreadsheet(house: House) -> None:
    office, citizen = Office(house), (await house.citizen())[1]
    evil = ["=1+1", "+2", "-3", "@SUM(A1)", ' =HYPERLINK("x")']
    lines = [f'{citizen},100,"{one.replace(chr(34), chr(34) * 2)}"' for one in evil]
    path = await office.batch([*lines, f"{new_id()},50,nobody"])
    await office.send(path, [f"{citizen},1,spare"])
    await office.send(path, [f"{citizen},x,=bad", f"{citizen},1,spare2"])
    for number in (7, 8):
        await office.call("DELETE", f"{path}/items/{number}")
    await house.fill(1_000)
    await office.submit(path)
    await office.approve(path)
    await office.completed(path)
    text = await office.call("GET", f"{path}/result")
    rows = list(csv.DictReader(io.StringIO(text.removeprefix("\ufeff"))))
    assert [row["item_reference"] for row in rows[:5]] == [f"'{one}" for one in evil]
    assert [row["state"] for row in rows] == [*["paid"] * 5, "failed", "taken_out", "taken_out", "not_taken"]
    assert (rows[5]["reason"], rows[8]["item_reference"], rows[8]["row"]) == ("wallet_unknown", "'=bad", "2")
    assert all(row["reason_ar"] for row in rows[5:])
    assert str(citizen) not in text  # rows are named by the authority's references
    assert not [cell for row in rows for cell in row.values() if cell.lstrip().startswith(("=", "+", "-", "@"))]


async def test_what_failed_is_paid_by_a_batch_of_its_own(house: House) -> None:
    office, (_, citizen, _), late = Office(house), await house.citizen(), new_id()
    path = await office.paid([f"{citizen},100,a", f"{late},200,b", f"{new_id()},300,c"])
    failed = (await office.call("GET", f"{path}/items?state=failed"))["items"]
    assert [(one["item_reference"], one["reason"]) for one in failed] == [
        ("b", "wallet_unknown"),
        ("c", "wallet_unknown"),
    ]
    assert all(one["reason_ar"] and one["reason_en"] for one in failed)
    again = await office.call("POST", f"{path}/retry", expect=201, json={"reference": "again"})
    assert (again["declared_count"], again["received_total"], again["retry_of"]) == (2, 500, path.rpartition("/")[2])
    twice = await office.call("POST", f"{path}/retry", expect=409, json={"reference": "thrice"})
    assert twice["code"] == "nothing_to_retry"
    retried = f"{BATCHES}/{again['batch_id']}"
    assert (await office.submit(retried))["doubles_count"] == 0
    found = (await office.call("GET", f"{BATCHES}?reference=again"))["items"]
    assert [batch["state"] for batch in found] == ["submitted"]
    assert [b["batch_id"] for b in (await office.call("GET", f"{BATCHES}?state=completed"))["items"]] == [
        again["retry_of"]
    ]


async def test_a_batch_is_booked_on_its_payday(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    now = {"at": datetime(2026, 10, 27, 9, 0, tzinfo=UTC)}
    monkeypatch.setattr(house.runtime.clock, "now", lambda: now["at"])
    office, citizen = Office(house), (await house.citizen())[1]
    path = await office.batch([f"{citizen},100,a"], month="2026-11")
    await house.fill(100)
    assert (await office.submit(path))["value_date"] == "2026-11-01"
    await office.approve(path)
    now["at"] = datetime(2026, 10, 31, 21, 59, 59, tzinfo=UTC)  # a second before midnight in Cairo
    for _ in range(5):
        await house.runtime.pool.execute("SELECT pg_sleep(0.1)")
    assert (await office.call("GET", path))["state"] == "approved"
    assert await house.balance(citizen) == (0, 0)
    now["at"] = datetime(2026, 10, 31, 22, 0, 0, tzinfo=UTC)
    await office.completed(path)
    assert await house.balance(citizen) == (100, 0)
    past: dict[str, Any] = await office.declare(1, 1, 422, value_date="2026-10-01")
    assert past["code"] == "value_date_past"


async def test_the_calendar_of_paydays(house: House) -> None:
    book = house.runtime.state.policies.book
    days = {
        ("pension", 2026, 11): "2026-11-01",
        ("pension", 2025, 4): "2025-03-25",
        ("pension", 2025, 5): "2025-05-01",
        ("takaful_karama", 2026, 2): "2026-02-15",
        ("bread", 2026, 2): "None",
    }
    for (programme, year, month), day in days.items():
        assert str(payday(book, programme, datetime(year, month, 1, tzinfo=UTC).date())) == day


@pytest.mark.parametrize(
    ("programme", "month", "instead", "day"),
    [
        ("takaful_karama", date(2026, 8, 1), "before", "2026-08-13"),  # the 15th is a Saturday, the 14th a Friday
        ("takaful_karama", date(2026, 8, 1), "after", "2026-08-16"),
        ("takaful_karama", date(2026, 8, 1), "as_it_is", "2026-08-15"),
        ("takaful_karama", date(2026, 9, 1), "before", "2026-09-15"),  # a Tuesday
        ("pension", date(2026, 5, 1), "before", "2026-04-30"),  # a Friday, and the day of labour
        ("pension", date(2025, 4, 1), "after", "2025-03-25"),  # a day that was named stays
    ],
)
async def test_a_payday_on_a_day_off_moves_as_its_row_says(
    house: House, programme: str, month: date, instead: str, day: str
) -> None:
    """3.8 and 3.18. The row that the project has is not approved; the ministry's approval is played here."""
    book = house.runtime.state.policies.book
    [row] = [row for row in book.policies if row.key == "payout.payday_on_rest"]
    decided = [one for one in book.policies if one is not row]
    assert payday(book, programme, month) == payday(PolicyBook.of(decided), programme, month), "not applied"
    decided.append(replace(row, value=instead, approved_by="the ministry"))
    assert str(payday(PolicyBook.of(decided), programme, month)) == day


async def test_a_batch_that_cannot_be_divided_stands_aside_alone(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    office, citizens = Office(house), [(await house.citizen())[1] for _ in range(2)]
    paths = [await office.batch([f"{one},100,a"]) for one in citizens]
    await house.fill(200)
    for path in paths:
        await office.submit(path)
    bad = UUID(paths[0].rpartition("/")[2])
    # What no statement of ours can bring about: the batch's parts are there already.
    await house.runtime.pool.execute(
        "INSERT INTO payout_part (batch_id, first, last, booked) VALUES ($1, 1, 1, 0)", bad
    )
    for path in paths:
        await office.approve(path)
    await office.completed(paths[1])

    async def aside() -> list[Any]:
        return list(await house.runtime.pool.fetch("SELECT worker, item FROM set_aside"))

    assert [tuple(row) for row in await eventually(aside)] == [("payouts_divided", str(bad))]
    assert await house.balance(citizens[0]) == (0, 0)
