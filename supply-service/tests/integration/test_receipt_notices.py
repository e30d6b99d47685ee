"""Notices on receipts: terminals of their place have them, and each household is counted once a notice."""

from __future__ import annotations

import asyncio
from datetime import date, timedelta
from typing import Any
from uuid import UUID

import pytest

from chassis.ids import new_id
from contracts.receipt_notices import ReceiptNoticeApproved, ReceiptNoticeWithdrawn
from supply_service.receipt_notices import counting

from ..support import NOON, Supply, Till, bread, goods
from .test_configuration import PATH, configuration
from .test_offline import Chain, upload

TODAY = date(2026, 11, 5)
FIGURES = "/v1/receipt-notice-figures"


def approved(**changes: Any) -> ReceiptNoticeApproved:
    given: dict[str, Any] = {
        "notice_id": new_id(), "governorate": "03", "district": None, "programmes": ["bread"],
        "first_day": TODAY, "last_day": TODAY + timedelta(days=3), "ar": ["سطر", "آخر"], "en": ["a line", "another"],
    }  # fmt: skip
    return ReceiptNoticeApproved(**(given | changes))


@pytest.fixture(autouse=True)
async def _none_of_before(supply: Supply) -> None:
    await supply.runtime.pool.execute("DELETE FROM receipt_notice_shown")
    await supply.runtime.pool.execute("DELETE FROM receipt_notice_figure")
    await supply.runtime.pool.execute("DELETE FROM receipt_notice")


async def shown(supply: Supply, notice: ReceiptNoticeApproved) -> dict[str, tuple[int, int]]:
    """Households and receipts by governorate, counted to the end."""
    await asyncio.sleep(0.005)  # ids of the last millisecond are still being made
    while await counting.run(supply.runtime, 0.0):
        pass
    reply = await supply.admin("GET", f"{FIGURES}?notice_id={notice.notice_id}&since=2026-01-01", "campaigns:write")
    assert reply.status_code == 200, reply.text
    return {
        there["governorate"]: (there["households"], there["receipts"])
        for item in reply.json()["items"]
        for there in item["by_governorate"]
    }


async def told(supply: Supply, till: Till) -> list[UUID]:
    return [UUID(one["notice"]) for one in (await configuration(supply, till)).get("notices", [])]


async def test_terminals_have_the_notices_of_their_place_until_they_are_over(supply: Supply) -> None:
    till, elsewhere = await supply.till(district="03.02"), await supply.till(governorate="19")
    before = await supply.client.get(PATH, headers=till.headers())
    here, nation = approved(), approved(governorate=None, first_day=TODAY + timedelta(days=1))
    near, far = approved(district="03.02", last_day=TODAY), approved(district="03.04")
    await supply.deliver(here, nation, near, far)
    known = till.headers() | {"If-None-Match": before.headers["etag"]}
    assert (await supply.client.get(PATH, headers=known)).status_code == 200, "what it has is no longer all"
    found = (await configuration(supply, till))["notices"]
    assert {UUID(one["notice"]) for one in found} == {here.notice_id, nation.notice_id, near.notice_id}
    assert [one for one in found if one["notice"] == str(here.notice_id)] == [
        {
            "notice": str(here.notice_id), "programmes": ["bread"], "from": "2026-11-05", "to": "2026-11-08",
            "ar": ["سطر", "آخر"], "en": ["a line", "another"],
        }
    ]  # fmt: skip
    assert await told(supply, elsewhere) == [nation.notice_id]
    await supply.deliver(ReceiptNoticeWithdrawn(notice_id=nation.notice_id))
    assert await told(supply, elsewhere) == []
    supply.at(NOON + timedelta(days=1))
    assert await told(supply, till) == [here.notice_id]


async def test_a_household_is_counted_once_a_notice_and_receipts_each(supply: Supply) -> None:
    bakery, grocer = await supply.till(), await supply.till("grocer")
    one, other = approved(), approved(programmes=["goods"])
    await supply.deliver(one, other)
    first, second = await supply.holder(), await supply.holder()
    named = [str(one.notice_id)]
    assert (await supply.sell(bakery, first, bread(5), notices=named)).status_code == 201
    supply.at(NOON + timedelta(days=1))
    assert (await supply.sell(bakery, first, bread(5), notices=named)).status_code == 201
    assert (await supply.sell(bakery, second, bread(5), notices=[*named, *named])).status_code == 201
    sold = await supply.sell(grocer, first, goods("sugar", 1), notices=[str(other.notice_id)])
    assert sold.status_code == 201, sold.text
    assert await shown(supply, one) == {"03": (2, 3)}
    assert await shown(supply, other) == {"03": (1, 1)}
    supply.at(NOON + timedelta(days=2))
    assert (await supply.sell(bakery, first, bread(5), notices=named)).status_code == 201
    assert await shown(supply, one) == {"03": (2, 4)}, "sales of before are not looked at again"


async def test_what_was_shown_without_a_network_counts_when_it_is_uploaded(supply: Supply) -> None:
    till, notice = await supply.till(), approved()
    await supply.deliver(notice)
    chain = Chain(till)
    named: Any = [str(notice.notice_id)]
    sales = [chain.sell(await supply.holder(), bread(5), notices=named) for _ in range(2)]
    for _ in range(2):
        await upload(supply, till, sales)
        assert await shown(supply, notice) == {"03": (2, 2)}


async def test_what_was_not_to_be_printed_there_and_then_counts_for_nothing(supply: Supply) -> None:
    till = await supply.till(district="03.02")
    strange = [
        approved(first_day=TODAY + timedelta(days=1)),
        approved(first_day=TODAY - timedelta(days=9), last_day=TODAY - timedelta(days=1)),
        approved(governorate="19"), approved(district="03.04"),
    ]  # fmt: skip
    await supply.deliver(*strange)
    for named in (*[one.notice_id for one in strange], new_id()):
        assert (await supply.sell(till, await supply.holder(), bread(5), notices=[str(named)])).status_code == 201
    assert [await shown(supply, one) for one in strange] == [{}] * 4


async def test_a_repeat_is_one_sale_and_a_sale_names_a_few(supply: Supply) -> None:
    till, notice, holder = await supply.till(), approved(), await supply.holder()
    await supply.deliver(notice)
    for _ in range(2):
        reply = await supply.sell(till, holder, bread(5), key="the-same-key-again", notices=[str(notice.notice_id)])
        assert reply.status_code == 201
    assert await shown(supply, notice) == {"03": (1, 1)}
    many = [str(new_id()) for _ in range(5)]
    assert (await supply.sell(till, holder, bread(5), notices=many)).status_code in {400, 422}


async def test_processes_that_count_at_once_count_each_sale_once(supply: Supply, monkeypatch: Any) -> None:
    monkeypatch.setattr(counting, "SALES", 7)
    till, notice = await supply.till(), approved()
    await supply.deliver(notice)
    holders = [await supply.holder() for _ in range(25)]
    await asyncio.gather(*(supply.sell(till, holder, bread(5), notices=[str(notice.notice_id)]) for holder in holders))
    await asyncio.sleep(0.005)
    for _ in range(6):
        await asyncio.gather(*(counting.run(supply.runtime, 0.0) for _ in range(4)))
    assert await shown(supply, notice) == {"03": (25, 25)}


async def test_who_was_shown_what_is_forgotten_and_how_many_stays(supply: Supply) -> None:
    till, notice = await supply.till(), approved(last_day=TODAY)
    await supply.deliver(notice)
    await supply.sell(till, await supply.holder(), bread(5), notices=[str(notice.notice_id)])
    assert await shown(supply, notice) == {"03": (1, 1)}
    supply.at(NOON + timedelta(days=60))
    await counting.tidy(supply.runtime)
    assert await supply.fetch("SELECT FROM receipt_notice_shown") == []
    assert await shown(supply, notice) == {"03": (1, 1)}
