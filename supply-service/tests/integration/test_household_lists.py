"""Lists of households: for whom a grant is, of which category one is. Sent by one person, decided by another."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any

import httpx
import pytest

from approvals.testing import decide
from chassis.ids import new_id

from ..support import Holder, Supply, goods, told

MARCH = datetime(2026, 3, 5, 10, tzinfo=UTC)
LONG_AGO = datetime(2026, 1, 1, 8, tzinfo=UTC)


async def propose(supply: Supply, where: str, body: str, **claims: Any) -> httpx.Response:
    headers = supply.issuer.headers("ministry", "policies:write", **claims) | {"Content-Type": "text/csv"}
    return await supply.client.post(f"/v1/household-lists/{where}", content=body.encode(), headers=headers)


async def approved(supply: Supply, where: str, body: str, decision: str = "approve") -> Any:
    made = await propose(supply, where, body)
    assert made.status_code == 202, made.text
    proposal = made.json()["proposal_id"]
    await decide(supply.client, supply.issuer, "supply", proposal, "policies:approve", decision=decision)
    assert not await supply.fetch("SELECT FROM list_file_row"), "a file is kept until it is decided"
    return made.json()


async def lists(supply: Supply, holder: Holder) -> list[tuple[str, str, date, date | None]]:
    rows = await supply.fetch(
        "SELECT kind, name, since, until FROM listed_household WHERE household_id = $1 ORDER BY since",
        holder.household_id,
    )
    return [tuple(row) for row in rows]


async def test_who_is_on_the_list_may_have_the_grant(supply: Supply) -> None:
    """By the number of the ration card; each bad row is named, and none spoils another."""
    supply.at(MARCH)
    holder, shop = await supply.holder(4, activated_at=LONG_AGO), await supply.till("grocer")
    number = str(new_id().int % 10**12).rjust(12, "7")
    mark = supply.runtime.state.settings.ration_cards().mark(number)
    await supply.deliver(told(holder.household_id, {"2020-01": 4}, revision=2, ration_card_mark=mark))
    body = f"ration_card\n{number}\nnone\n{number}\n200123450000\n"
    where = "grant/ramadan_2026?since=2026-02-17&until=2026-04-30"
    refused = await supply.sell(shop, holder, goods("sugar", 1, "grant_ramadan_2026"))
    assert refused.json()["code"] == "not_eligible"
    await approved(supply, where, body, "refuse")
    assert await lists(supply, holder) == []
    told_of = await approved(supply, where, body)
    assert (told_of["taken"], told_of["rejected"]) == (1, 3)
    codes = [(fault["row"], fault["code"]) for fault in told_of["faults"]]
    assert codes == [(3, "ration_card_invalid"), (4, "household_twice"), (5, "household_unknown")]
    sold = await supply.sell(shop, holder, goods("sugar", 1, "grant_ramadan_2026"))
    assert sold.status_code == 201, sold.text
    await approved(supply, "grant/ramadan_2026?since=2026-02-17&until=2026-03-04", body)
    gone = await supply.sell(shop, holder, goods("sugar", 1, "grant_ramadan_2026"))
    assert gone.json()["code"] == "not_eligible"


async def test_a_household_is_of_one_category_from_a_month_to_come(supply: Supply) -> None:
    holder = await supply.holder(4)
    body = f"household_id\n{holder.household_id}\n"
    await approved(supply, "category/a?since=2026-12-01", body)
    await approved(supply, "category/b?since=2027-02-01", body)
    await approved(supply, "category/c?since=2027-01-01", body)
    assert await lists(supply, holder) == [
        ("category", "a", date(2026, 12, 1), date(2026, 12, 31)),
        ("category", "c", date(2027, 1, 1), None),
    ]


@pytest.mark.parametrize(
    ("where", "body", "status", "code"),
    [
        ("category/a?since=2026-11-01", None, 409, "list_not_ahead"),
        ("category/a?since=2027-01-15", None, 409, "list_not_ahead"),
        ("category/a?since=2027-01-01&until=2027-01-15", None, 409, "list_not_ahead"),
        ("grant/a?since=2027-01-02&until=2027-01-01", None, 422, "invalid_request"),
        ("grant/A?since=2027-01-01", None, 422, "invalid_request"),
        ("other/a?since=2027-01-01", None, 422, "invalid_request"),
        ("grant/a", None, 422, "invalid_request"),
        ("grant/a?since=2027-01-01", "citizen\nx\n", 422, "not_household_list"),
        ("grant/a?since=2027-01-01", "household_id\nx\n", 422, "not_household_list"),
        ("grant/a?since=2027-01-01", "", 422, "not_household_list"),
    ],
)
async def test_what_is_no_list_is_refused(supply: Supply, where: str, body: str | None, status: int, code: str) -> None:
    holder = await supply.holder(1)
    sent = f"household_id\n{holder.household_id}\n" if body is None else body
    reply = await propose(supply, where, sent)
    assert (reply.status_code, reply.json()["code"]) == (status, code), reply.text


async def test_lists_are_the_nations(supply: Supply) -> None:
    reply = await propose(supply, "grant/a?since=2027-01-01", f"household_id\n{new_id()}\n", governorate="03")
    assert reply.status_code == 403
