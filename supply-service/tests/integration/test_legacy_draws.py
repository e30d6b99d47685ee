"""2.5 and 3.3: in the month of activation a household is given what its ration card has left. One month once."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from chassis.ids import new_id
from chassis.ration_card import RationCardMarks
from contracts.card import CardActivated, ProgrammeService

from ..support import Holder, Supply, goods, told

TWENTIETH = datetime(2026, 11, 20, 8, tzinfo=UTC)


def numbers(supply: Supply) -> tuple[str, str]:
    """A ration card nobody else has, and its mark."""
    number = str(new_id().int % 10**12).rjust(12, "7")
    marks: RationCardMarks = supply.runtime.state.settings.ration_cards()
    return number, marks.mark(number)


async def activated(supply: Supply, mark: str | None, members: int = 4) -> Holder:
    """A household with a ration card, activated on 20 November."""
    holder = Holder(new_id(), new_id())
    await supply.deliver(
        told(holder.household_id, {"2020-01": members}, ration_card_mark=mark),
        CardActivated(
            card_id=holder.card_id, citizen_id=new_id(), household_id=holder.household_id, governorate="03",
            district="03.02", members=members, services=[ProgrammeService.SUPPLY], phase_id=None,
            activated_at=TWENTIETH,
        ),
    )  # fmt: skip
    return holder


async def send(supply: Supply, body: str, month: str = "2026-11", **claims: Any) -> Any:
    headers = supply.issuer.headers("legacy", "legacy-draws:write", **claims) | {"Content-Type": "text/csv"}
    return await supply.client.post(f"/v1/legacy-draws/{month}", content=body.encode(), headers=headers)


async def left(supply: Supply, holder: Holder) -> int:
    reply = await supply.admin("GET", f"/v1/entitlements/{holder.card_id}", "entitlements:read")
    found: int = next(pot["remaining"] for pot in reply.json()["pots"] if pot["programme"] == "goods")
    return found


@pytest.mark.parametrize(
    ("drawn", "pounds"),
    [(12000, 80), (0, 200), (None, 0), (25000, 0)],
    ids=["120 drawn", "nothing drawn", "unknown", "more than there was"],
)
@pytest.mark.parametrize("order", ["file first", "activation first", "first sale first"])
async def test_what_the_ration_card_left(supply: Supply, order: str, drawn: int | None, pounds: int) -> None:
    number, mark = numbers(supply)
    supply.at(datetime(2026, 11, 21, 10, tzinfo=UTC))
    shop, bakery = await supply.till("grocer"), await supply.till()
    file = f"ration_card,goods\n{number},{drawn}\n"
    if order == "file first" and drawn is not None:
        assert (await send(supply, file)).json()["items"] == [
            {"row": 2, "status": "taken", "known": False, "code": None, "reason": None, "reason_ar": None}
        ]
    holder = await activated(supply, mark)
    if order == "first sale first":
        line = {"programme": "bread", "item": "loaf", "quantity": 20}
        assert (await supply.sell(bakery, holder, line)).status_code == 201
    if order != "file first" and drawn is not None:
        assert (await send(supply, file)).json()["taken"] == 1
    assert await left(supply, holder) == pounds * 100
    sold = await supply.sell(shop, holder, goods("salt_300g", 1))
    assert sold.status_code == (201 if pounds else 409)
    supply.at(datetime(2026, 12, 1, 10, tzinfo=UTC))
    assert await left(supply, holder) == 20000
    await supply.audit()


async def test_rows_are_answered_one_by_one_and_a_file_may_come_again(supply: Supply) -> None:
    (number, mark), (other, _) = numbers(supply), numbers(supply)
    supply.at(datetime(2026, 11, 21, 10, tzinfo=UTC))
    holder, shop = await activated(supply, mark), await supply.till("grocer")
    file = f"goods;ration_card\n12000;{number}\nmuch;{other}\n5;1\n7;{number}\n0\n"
    reply = await send(supply, file)
    assert [(item["row"], item["status"], item["code"]) for item in reply.json()["items"]] == [
        (2, "taken", None),
        (3, "rejected", "goods_invalid"),
        (4, "rejected", "ration_card_invalid"),
        (5, "rejected", "ration_card_twice"),
        (6, "rejected", "row_incomplete"),
    ]
    assert all(item["reason_ar"] for item in reply.json()["items"][1:])
    assert await left(supply, holder) == 8000
    assert (await send(supply, file)).json()["items"][0]["status"] == "unchanged"
    assert (await supply.sell(shop, holder, goods("salt_300g", 40))).status_code == 201
    await send(supply, f"ration_card,goods\n{number},19000\n")
    assert await left(supply, holder) == 0, "never below what was drawn since"
    await send(supply, f"ration_card,goods\n{number},10000\n")
    assert await left(supply, holder) == 5000
    await supply.audit()


async def test_whose_rows_and_which_month(supply: Supply) -> None:
    (number, mark), (other, _) = numbers(supply), numbers(supply)
    supply.at(datetime(2026, 11, 21, 10, tzinfo=UTC))
    await activated(supply, mark)
    file = f"ration_card,goods\n{number},1\n{other},1\n"
    foreign = (await send(supply, file, governorate="01")).json()
    assert {item["code"] for item in foreign["items"]} == {"ration_card_unknown"}
    assert [item["status"] for item in (await send(supply, file, governorate="03")).json()["items"]] == [
        "taken",
        "rejected",
    ]
    over = await send(supply, file, "2026-10")
    assert (over.status_code, over.json()["code"]) == (409, "legacy_month_over")
    faulty = await send(supply, "card,sum\n1,2\n")
    assert (faulty.status_code, faulty.json()["code"]) == (422, "not_legacy_draws")
    kept = await supply.fetch("SELECT ration_card_mark FROM legacy_draw")
    assert number not in {row["ration_card_mark"] for row in kept}, "no number is kept"
