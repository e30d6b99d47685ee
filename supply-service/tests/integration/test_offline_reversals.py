"""Sales taken back without a network: items of the same chain, judged by their own moment, once."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from chassis.ids import new_id
from contracts.supply import DisputeWithdrawn, RedemptionReversed
from supply_service.offline import reversals

from ..support import NOON, Supply, Till, bread, goods
from .test_disputes import approve, find
from .test_offline import Chain, Sale, canonical, statuses, upload

EARLIER = NOON - timedelta(hours=1)


def take_back(
    chain: Chain, sale: Sale | str, at: datetime = NOON - timedelta(minutes=50), lines: Sequence[int] = ()
) -> Sale:
    """The next item of a chain, which reverses a sale of it, or one by its redemption id."""
    chain.sequence += 1
    reversal: Sale = {
        "sequence": chain.sequence,
        "previous_hash": chain.head,
        "reversal_id": str(new_id()),
        "reverses": sale if isinstance(sale, str) else sale["sale_id"],
        "reason": "لم يستلم",
        "occurred_at": at.isoformat(),
    }
    if lines:
        reversal["lines"] = list(lines)
    chain.sign(reversal)
    chain.head = hashlib.sha256(canonical(reversal)).hexdigest()
    return reversal


async def outlet_day(supply: Supply, till: Till) -> tuple[int, int]:
    """What the outlet is paid for so far on the day: loaves, piastres of goods."""
    path = f"/v1/outlets/{till.outlet_id}/days/2026-11-05"
    day = (await supply.client.get(path, headers=till.headers())).json()
    return day["loaves"], day["goods_amount"]


async def test_a_sale_is_taken_back_in_its_place_and_the_next_one_fits(supply: Supply) -> None:
    """The same day's bread is sold, taken back and sold again: in the chain's order nothing is owed."""
    till, holder = await supply.till(), await supply.holder(members=2)
    chain = Chain(till)
    first = chain.sell(holder, bread(10))
    items = [first, take_back(chain, first), chain.sell(holder, bread(10), at=NOON - timedelta(minutes=40))]
    answer = await upload(supply, till, items)
    assert statuses(answer) == [("applied", None), ("reversed", None), ("applied", None)]
    assert (answer["accepted"], answer["gap"]) == (3, None)
    assert answer["results"][1]["redemption_id"] == answer["results"][0]["redemption_id"]
    assert (await supply.left(holder, till))["bread"] == 290
    assert await outlet_day(supply, till) == (10, 0)
    again = await upload(supply, till, items)
    assert [(r["status"], r["first_status"]) for r in again["results"]] == [
        ("duplicate", "applied"), ("duplicate", "reversed"), ("duplicate", "applied"),
    ]  # fmt: skip
    [(row, payload)] = await supply.events(RedemptionReversed)
    told = json.loads(payload)
    assert datetime.fromisoformat(told["occurred_at"]) == NOON - timedelta(minutes=50) == row["time"]
    await supply.audit()


async def test_some_lines_of_a_sale(supply: Supply) -> None:
    shop, holder = await supply.till("grocer"), await supply.holder(members=4)
    chain = Chain(shop)
    sale = chain.sell(holder, goods("oil", 1), goods("sugar", 2))
    answer = await upload(supply, shop, [sale, take_back(chain, sale, lines=[1]), take_back(chain, sale, lines=[0])])
    assert statuses(answer) == [("applied", None), ("reversed", None), ("rejected", "already_reversed")]
    assert (await supply.left(holder, shop))["goods"] == 20000 - 3000
    other = chain.sell(holder, goods("sugar", 1))
    answer = await upload(supply, shop, [other, take_back(chain, other, lines=[1])])
    assert statuses(answer) == [("applied", None), ("rejected", "line_unknown")]
    await supply.audit()


async def test_a_reversal_waits_for_its_sale(supply: Supply) -> None:
    """It came through a gap: its place is kept, and the sale is taken back as soon as it comes."""
    till, holder = await supply.till(), await supply.holder(members=2)
    chain = Chain(till)
    sale = chain.sell(holder, bread(10))
    reversal = take_back(chain, sale)
    answer = await upload(supply, till, [reversal])
    assert statuses(answer) == [("waiting", "sale_missing")]
    assert answer["gap"] == [{"first": 1, "last": 1}]
    assert (await upload(supply, till, [reversal]))["results"][0]["first_status"] == "waiting"
    answer = await upload(supply, till, [sale])
    assert (statuses(answer), answer["gap"]) == ([("applied", None)], None)
    assert (await supply.left(holder, till))["bread"] == 300
    again = (await upload(supply, till, [reversal]))["results"][0]
    assert (again["first_status"], again["redemption_id"]) == ("reversed", answer["results"][0]["redemption_id"])
    await supply.audit()


@pytest.mark.parametrize("online", [False, True])
async def test_what_was_reversed_already_is_not_reversed_again(supply: Supply, online: bool) -> None:
    till, holder = await supply.till(), await supply.holder(members=2)
    chain = Chain(till)
    sale = chain.sell(holder, bread(10))
    [sold] = (await upload(supply, till, [sale]))["results"]
    if online:
        path = f"/v1/redemptions/{sold['redemption_id']}/reversal"
        done = await supply.client.post(path, json={"reason": "x"}, headers=till.headers())
        assert done.status_code == 201
    else:
        assert statuses(await upload(supply, till, [take_back(chain, sale)])) == [("reversed", None)]
    late = take_back(chain, sale)
    assert statuses(await upload(supply, till, [late])) == [("rejected", "already_reversed")]
    again = (await upload(supply, till, [late]))["results"][0]
    assert (again["status"], again["first_status"], again["code"]) == ("duplicate", "rejected", "already_reversed")
    assert (await supply.left(holder, till))["bread"] == 300
    await supply.audit()


async def test_a_sale_with_the_network_is_taken_back_without_it_at_its_own_outlet(supply: Supply) -> None:
    till, other, holder = await supply.till(), await supply.till(), await supply.holder(members=2)
    sold = (await supply.sell(till, holder, bread(10))).json()["redemption_id"]
    for where, expected in ((other, ("rejected", "redemption_unknown")), (till, ("reversed", None))):
        answer = await upload(supply, where, [take_back(Chain(where), sold, at=NOON)])
        assert statuses(answer) == [expected]
    assert (await supply.left(holder, till))["bread"] == 300


@pytest.mark.parametrize(
    ("sold_at", "back_at", "expected"),
    [
        # 23:50 and 00:10 in Cairo: within the hours of the row.
        (datetime(2026, 11, 4, 21, 50, tzinfo=UTC), datetime(2026, 11, 4, 22, 10, tzinfo=UTC), ("reversed", None)),
        (
            datetime(2026, 11, 4, 18, 50, tzinfo=UTC), datetime(2026, 11, 4, 22, 10, tzinfo=UTC),
            ("rejected", "reversal_too_late"),
        ),
        # On its own day, uploaded two days later.
        (datetime(2026, 11, 3, 8, tzinfo=UTC), datetime(2026, 11, 3, 16, tzinfo=UTC), ("reversed", None)),
        (EARLIER, EARLIER - timedelta(hours=1), ("rejected", "reversal_before_sale")),
        (EARLIER, NOON + timedelta(days=1), ("rejected", "occurred_in_future")),
    ],
    ids=["across_midnight", "hours_over", "own_day", "before_its_sale", "in_future"],
)  # fmt: skip
async def test_it_is_judged_by_its_own_moment(
    supply: Supply, sold_at: datetime, back_at: datetime, expected: tuple[str, str | None]
) -> None:
    till, holder = await supply.till(), await supply.holder(members=2)
    chain = Chain(till)
    sale = chain.sell(holder, bread(10), at=sold_at)
    answer = await upload(supply, till, [sale, take_back(chain, sale, at=back_at)])
    assert statuses(answer) == [("applied", None), expected]
    left = (await supply.left(holder, till))["bread"]
    assert left == (300 if expected[0] == "reversed" else 290)
    await supply.audit()


async def test_a_card_blocked_after_the_sale_gets_its_bread_back(supply: Supply) -> None:
    till, holder = await supply.till(), await supply.holder(members=2)
    chain = Chain(till)
    sale = chain.sell(holder, bread(10))
    await upload(supply, till, [sale])
    await supply.runtime.pool.execute("UPDATE card SET blocked_at = $1 WHERE card_id = $2", EARLIER, holder.card_id)
    assert statuses(await upload(supply, till, [take_back(chain, sale)])) == [("reversed", None)]
    assert (await supply.left(holder, till))["bread"] == 300


async def test_after_the_months_end_its_points_go_where_they_were(supply: Supply) -> None:
    """Sold and taken back on 30 November, uploaded in December: nothing has happened to the household."""
    till, shop, holder = await supply.till(), await supply.till("grocer"), await supply.holder(members=2)
    chain = Chain(till)
    at = datetime(2026, 11, 30, 10, tzinfo=UTC)
    await supply.in_contact(till, at)
    supply.at(datetime(2026, 12, 1, 10, tzinfo=UTC))
    assert (await supply.sell(till, holder, bread(10))).status_code == 201
    before = await supply.left(holder, shop)
    sale = chain.sell(holder, bread(10), at=at)
    answer = await upload(supply, till, [sale])
    assert (await supply.left(holder, shop))["bread_points"] == before["bread_points"] - 10 * 10
    answer = await upload(supply, till, [take_back(chain, sale, at=at + timedelta(hours=1))])
    assert statuses(answer) == [("reversed", None)]
    assert await supply.left(holder, shop) == before
    await supply.audit()


async def test_loaves_that_became_points_without_the_sale_become_points_with_it(supply: Supply) -> None:
    till, shop, holder = await supply.till(), await supply.till("grocer"), await supply.holder(members=2)
    chain = Chain(till)
    at = datetime(2026, 11, 30, 10, tzinfo=UTC)
    await supply.in_contact(till, at)
    supply.at(at + timedelta(minutes=5))
    sale = chain.sell(holder, bread(10), at=at)
    assert statuses(await upload(supply, till, [sale])) == [("applied", None)]
    supply.at(datetime(2026, 12, 1, 10, tzinfo=UTC))
    assert (await supply.sell(till, holder, bread(10))).status_code == 201
    assert (await supply.left(holder, shop))["bread_points"] == 290 * 10
    late = take_back(chain, sale, at=at + timedelta(hours=1))
    assert statuses(await upload(supply, till, [late])) == [("reversed", None)]
    assert (await supply.left(holder, shop))["bread_points"] == 300 * 10
    await supply.audit()


async def claims(supply: Supply, till: Till) -> list[dict[str, Any]]:
    found = await supply.client.get("/v1/disputes", headers=till.headers())
    items: list[dict[str, Any]] = found.json()["items"]
    return items


async def test_a_claim_goes_with_the_sale_that_is_taken_back(supply: Supply) -> None:
    """15 of 1,000 loaves were booked, 985 are in dispute: taken back whole, nothing is booked, claimed or decided."""
    till, holder = await supply.till(), await supply.holder(members=1)
    chain = Chain(till)
    sale = chain.sell(holder, bread(1000))
    [sold] = (await upload(supply, till, [sale]))["results"]
    reversal = take_back(chain, sale)
    assert statuses(await upload(supply, till, [reversal])) == [("reversed", None)]
    assert (await supply.left(holder, till))["bread"] == 150
    [claim] = await claims(supply, till)
    assert (claim["state"], claim["loaves"]) == ("withdrawn", 985)
    [(_, payload)] = await supply.events(DisputeWithdrawn)
    told = json.loads(payload)
    assert (told["dispute_id"], told["lines"][0]["quantity"], told["left"]) == (sold["dispute_id"], 985, [])
    inspector = supply.issuer.person("disputes:write")
    body = {"upheld": True, "reason": "x"}
    refused = await supply.client.post(f"/v1/disputes/{claim['dispute_id']}/finding", json=body, headers=inspector)
    assert (refused.status_code, refused.json()["code"]) == (409, "dispute_withdrawn")
    evidence = (await supply.client.get(f"/v1/disputes/{claim['dispute_id']}", headers=inspector)).json()
    assert json.loads(evidence["reversal"])["reversal_id"] == reversal["reversal_id"]
    assert [one["dispute_id"] for one in (await listed(supply, "withdrawn", till))] == [claim["dispute_id"]]
    assert await listed(supply, "open", till) == []
    assert await outlet_day(supply, till) == (0, 0)
    await supply.audit()


async def listed(supply: Supply, state: str, till: Till) -> list[dict[str, Any]]:
    found = await supply.client.get("/v1/disputes", params={"state": state}, headers=till.headers())
    items: list[dict[str, Any]] = found.json()["items"]
    return items


async def test_a_claim_keeps_the_lines_that_are_not_taken_back(supply: Supply) -> None:
    """Oil for 1 of 3, and all 4 kg of sugar in dispute: the oil goes back, the sugar is claimed on, and decided so."""
    shop, holder = await supply.till("grocer"), await supply.holder(members=1)
    chain = Chain(shop)
    sale = chain.sell(holder, goods("oil", 3), goods("sugar", 4))
    [sold] = (await upload(supply, shop, [sale]))["results"]
    [claim] = await claims(supply, shop)
    assert [(line["item"], line["quantity"]) for line in claim["lines"]] == [("oil", 2), ("sugar", 3)]
    proposed = await find(supply, sold["dispute_id"], upheld=True)
    assert statuses(await upload(supply, shop, [take_back(chain, sale, lines=[0])])) == [("reversed", None)]
    assert (await supply.left(holder, shop))["goods"] == 5000 - 1260
    [claim] = await claims(supply, shop)
    assert [(line["item"], line["quantity"]) for line in claim["lines"]] == [("sugar", 3)]
    assert (claim["state"], claim["amount"]) == ("open", 3 * 1260)
    refused = await approve(supply, proposed["proposal_id"], expect=409)
    assert refused["code"] == "dispute_withdrawn"
    await supply.audit()


async def test_a_claim_upheld_is_not_undone_by_a_terminal(supply: Supply) -> None:
    till, holder = await supply.till(), await supply.holder(members=1)
    chain = Chain(till)
    sale = chain.sell(holder, bread(1000))
    [sold] = (await upload(supply, till, [sale]))["results"]
    await supply.runtime.pool.execute(
        "INSERT INTO dispute_decision VALUES ($1, true, 'looked', 'a', 'b', now())", sold["dispute_id"]
    )
    assert statuses(await upload(supply, till, [take_back(chain, sale)])) == [("rejected", "claim_upheld")]


async def test_a_sale_of_which_nothing_was_booked(supply: Supply) -> None:
    """Rejected, or all of it in dispute: the reversal keeps its place, and what was claimed is claimed no more."""
    till, holder = await supply.till(), await supply.holder(members=1)
    chain = Chain(till)
    sales = [chain.sell(holder, goods("oil", 1)), *[chain.sell(holder, bread(1000)) for _ in range(3)]]
    answer = await upload(supply, till, [*sales, take_back(chain, sales[0]), take_back(chain, sales[3])])
    assert [result["status"] for result in answer["results"]] == [
        "rejected", "disputed", "disputed", "disputed", "reversed", "reversed",
    ]  # fmt: skip
    assert [result["redemption_id"] is None for result in answer["results"]] == [True, False, False, True, True, True]
    assert answer["gap"] is None
    assert [claim["state"] for claim in await claims(supply, till)] == ["open", "open", "withdrawn"]


async def test_a_process_that_dies_after_the_reversal_withdraws_the_claim_when_it_is_sent_again(
    supply: Supply, monkeypatch: pytest.MonkeyPatch
) -> None:
    till, holder = await supply.till(), await supply.holder(members=1)
    chain = Chain(till)
    sale = chain.sell(holder, bread(1000))
    await upload(supply, till, [sale])
    reversal = take_back(chain, sale)

    async def dies(*_: object) -> None:
        raise ConnectionResetError

    with monkeypatch.context() as broken:
        broken.setattr(reversals, "_withdraw", dies)
        died = await supply.client.post("/v1/offline-batches", json={"sales": [reversal]}, headers=till.headers())
    assert died.status_code == 503
    assert (await supply.left(holder, till))["bread"] == 150
    assert (await claims(supply, till))[0]["state"] == "open"
    again = await upload(supply, till, [reversal])
    assert again["results"][0]["first_status"] == "reversed"
    assert (await claims(supply, till))[0]["state"] == "withdrawn"
    await supply.audit()
