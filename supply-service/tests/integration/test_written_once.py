"""A sale is written once: the answers to repeats and its event are read from its row, whatever came meanwhile."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import orjson
import pytest

from chassis.ids import new_id
from chassis.testing import MakeDatabase, TestIssuer
from contracts.supply import Redeemed, TenderRedeemed
from supply_service import MIGRATIONS

from ..support import NOON, Holder, Supply, Till, bread, goods, serve, settings_for
from .test_offline import Chain, upload
from .test_reversals import reverse

Pair = tuple[Supply, Supply]
MIDNIGHTS = [datetime(2026, 11, 30, 22, 0, tzinfo=UTC), datetime(2026, 12, 1, 22, 0, tzinfo=UTC)]  # of Cairo
MINUTE = timedelta(minutes=1)


@pytest.fixture(scope="module")
async def pair(make_database: MakeDatabase, issuer: TestIssuer) -> AsyncIterator[Pair]:
    """Two processes' worth of the service on one database, each with a clock of its own."""
    settings = settings_for(await make_database(MIGRATIONS), issuer)
    async with serve(settings, issuer) as one, serve(settings, issuer) as two:
        yield one, two
        await one.audit()


async def parties(pair: Pair, kind: str = "bakery", members: int = 3) -> tuple[Till, Holder]:
    one, two = pair
    till, holder = await one.till(kind), await one.holder(members)
    await two.catch_up()
    return till, holder


def repeated(reply: httpx.Response, first: httpx.Response) -> bool:
    return (reply.status_code, reply.content, reply.headers.get("idempotency-replayed")) == (201, first.content, "true")


@pytest.mark.parametrize("midnight", MIDNIGHTS, ids=["month", "day"])
async def test_a_repeat_across_midnight_gets_the_first_answer(pair: Pair, midnight: datetime) -> None:
    one, two = pair
    (till, holder), key = await parties(pair), str(new_id())
    one.at(midnight - MINUTE)
    two.at(midnight + MINUTE)
    first = await one.sell(till, holder, bread(15), key=key)
    assert first.status_code == 201, first.text
    assert repeated(await two.sell(till, holder, bread(15), key=key), first)
    assert repeated(await one.sell(till, holder, bread(15), key=key), first)  # its clock is behind
    other = await two.sell(till, holder, bread(30), key=key)
    assert (other.status_code, other.json()["code"]) == (422, "idempotency_key_reused")


@pytest.mark.parametrize("midnight", MIDNIGHTS, ids=["month", "day"])
async def test_two_processes_at_once_across_midnight_sell_once_under_a_key(pair: Pair, midnight: datetime) -> None:
    """Also to two households, which nothing else would keep apart."""
    one, two = pair
    one.at(midnight - MINUTE)
    two.at(midnight + MINUTE)
    for _ in range(15):
        (till, holder), key = await parties(pair), str(new_id())
        stranger = await one.holder()
        replies = await asyncio.gather(
            one.sell(till, holder, bread(15), key=key), two.sell(till, stranger, bread(15), key=key)
        )
        assert sorted(reply.status_code for reply in replies) == [201, 422]
        key = str(new_id())
        (till, holder) = await parties(pair)
        copies = await asyncio.gather(*(supply.sell(till, holder, bread(15), key=key) for supply in pair * 4))
        assert {(reply.status_code, reply.content) for reply in copies} == {(201, copies[0].content)}


async def test_one_key_for_a_sale_and_a_reversal(pair: Pair) -> None:
    one, two = pair
    for supply in pair:
        supply.at(NOON)
    for _ in range(15):
        (till, holder), key = await parties(pair), str(new_id())
        sale = (await one.sell(till, await one.holder(), bread(15))).json()
        replies = await asyncio.gather(
            reverse(one, till, sale["redemption_id"], key=key), two.sell(till, holder, bread(15), key=key)
        )
        assert sorted(reply.status_code for reply in replies) == [201, 422]
    first = await reverse(two, till, (await one.sell(till, await one.holder(), bread(15))).json()["redemption_id"])
    assert first.status_code == 201


async def test_an_offline_sale_of_last_month_and_a_key_of_its_number(pair: Pair) -> None:
    """A sale without a network has no key but its place in the chain; its month is the one it was made in."""
    one, two = pair
    till, holder = await parties(pair)
    holder = await one.holder(activated_at=NOON - timedelta(days=30))
    for supply in pair:
        supply.at(NOON - timedelta(days=2))
    late = Chain(till).sell(holder, bread(15), at=NOON - timedelta(days=9))
    uploads = await asyncio.gather(*(upload(supply, till, [late]) for supply in pair))
    assert sorted(done["results"][0]["status"] for done in uploads) == ["applied", "duplicate"]
    (sale,) = await one.fetch("SELECT * FROM redemption WHERE household_id = $1", holder.household_id)
    assert (str(sale["period"]), str(sale["business_day"])) == ("2026-10-01", "2026-10-27")
    (_, event), *others = [told for told in await one.events(Redeemed) if told[0]["source_id"] == sale["redemption_id"]]
    assert not others
    assert (orjson.loads(event)["offline"], orjson.loads(event)["business_day"]) == (True, "2026-10-27")
    first = await one.sell(till, holder, bread(15), key=late["sale_id"])
    assert first.status_code == 201, first.text
    assert repeated(await two.sell(till, holder, bread(15), key=late["sale_id"]), first)


async def test_what_is_said_of_a_sale_does_not_follow_the_catalogue_or_the_clock(supply: Supply) -> None:
    """The reply to a repeat and the event are those of the sale, whatever its items are called by then."""
    shop, holder, key = await supply.till("grocer"), await supply.holder(members=2), str(new_id())
    local = supply.runtime.clock.now().astimezone().isoformat(timespec="milliseconds").replace("+00:00", "+02:00")
    at = (datetime.fromisoformat(local) + timedelta(hours=2)).isoformat()
    more: dict[str, Any] = {"key": key, "occurred_at": at}
    first = await supply.sell(shop, holder, goods("oil", 1), goods("sugar", 2), **more)
    assert first.status_code == 201, first.text
    before = (await supply.events(Redeemed))[-1][1]
    items = await supply.fetch("UPDATE catalogue_item SET name_ar = name_ar || ' جديد' RETURNING item, name_ar")
    await supply.fetch("UPDATE policy_version SET version = version + 1")
    await supply.catch_up()
    try:
        supply.at(NOON + timedelta(days=1))
        assert repeated(await supply.sell(shop, holder, goods("oil", 1), goods("sugar", 2), **more), first)
        other = await supply.sell(shop, holder, goods("salt_300g", 1))
        assert "جديد" in other.json()["receipt_lines_ar"][0]
        assert (await supply.events(Redeemed))[-2][1] == before
        assert f'"occurred_at":"{at}"'.encode() in before
    finally:
        for row in items:
            name = row["name_ar"].removesuffix(" جديد")
            await supply.fetch("UPDATE catalogue_item SET name_ar = $2 WHERE item = $1", row["item"], name)


async def test_a_repeated_reversal_with_a_part_from_the_wallet(supply: Supply) -> None:
    from .test_tenders import BASKET, BEYOND, hold, tender

    shop, holder, key = await supply.till("grocer"), await supply.holder(members=1), str(new_id())
    tenders = [tender(await hold(supply, shop, holder, BEYOND), BEYOND)]
    sold = await supply.sell(shop, holder, *BASKET, tenders=tenders, key=key)
    assert repeated(await supply.sell(shop, holder, *BASKET, tenders=tenders, key=key), sold)
    assert len({payload for _, payload in (await supply.events(Redeemed, TenderRedeemed))[-2:]}) == 1
    undo = str(new_id())
    first = await reverse(supply, shop, sold.json()["redemption_id"], key=undo)
    assert first.json()["tenders"] == tenders
    await supply.sell(shop, holder, goods("sugar", 1))
    supply.at(NOON + timedelta(days=1))
    assert repeated(await reverse(supply, shop, sold.json()["redemption_id"], key=undo), first)


async def test_events_leave_in_the_order_of_what_they_tell(supply: Supply) -> None:
    till, holder = await supply.till(), await supply.holder(members=2)
    await supply.sell(till, holder, bread(10))
    rows = [row for row, _ in await supply.events() if row["key"] == str(holder.household_id)]
    assert [row["type"].split(".")[-2] for row in rows] == ["PotGranted"] * 3 + ["Redeemed"]
