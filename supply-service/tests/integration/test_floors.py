"""What one signed sale, one batch or one terminal may book without anybody looking at it."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from chassis.ids import new_id
from chassis.sealing import Keyring
from chassis.signing import Signer
from contracts.supply import SaleDisputed
from supply_service.cards.credential import CredentialKeys

from ..support import NOON, Holder, Supply, Till, bread, goods
from .test_offline import Chain, statuses, upload


async def claims(supply: Supply, holder: Holder) -> list[Any]:
    return await supply.fetch("SELECT * FROM dispute WHERE household_id = $1 ORDER BY sequence", holder.household_id)


async def owed(supply: Supply, holder: Holder) -> int:
    [row] = await supply.fetch("SELECT debt_bread FROM household WHERE household_id = $1", holder.household_id)
    return int(row["debt_bread"])


async def test_a_thousand_loaves_for_one_person(supply: Supply) -> None:
    """3 days × 5 are booked and paid, 985 are in dispute: neither booked nor paid."""
    till, holder = await supply.till(), await supply.holder(members=1)
    answer = await upload(supply, till, [Chain(till).sell(holder, bread(1000))])
    assert statuses(answer) == [("disputed", "household_floor")]
    assert answer["accepted"] == 1
    [sale] = await supply.fetch("SELECT * FROM redemption WHERE household_id = $1", holder.household_id)
    assert (sale["loaves"], sale["cash"], str(sale["redemption_id"])) == (
        15,
        300,
        answer["results"][0]["redemption_id"],
    )
    [claim] = await claims(supply, holder)
    assert (claim["loaves"], claim["amount"], claim["redemption_id"]) == (985, 19700, sale["redemption_id"])
    assert (await supply.left(holder, till))["bread"] == 150 - 15
    assert await owed(supply, holder) == 0
    [(_, payload)] = await supply.events(SaleDisputed)
    told = json.loads(payload)
    assert (told["lines"][0]["quantity"], told["dispute_id"]) == (985, answer["results"][0]["dispute_id"])
    await supply.audit()


async def test_a_size_in_the_credential_books_nothing(supply: Supply, monkeypatch: pytest.MonkeyPatch) -> None:
    """Genuine, of a month in which the household was ten: what is booked is what the register says now."""
    signer = Signer.of(Keyring.parse(f"k1:{'B' * 42}A"))
    keys = CredentialKeys(json.dumps(signer.public_jwks()), None)
    monkeypatch.setattr(supply.runtime.state, "credentials", keys)
    till, holder = await supply.till(), await supply.holder(members=1)
    says = {
        "v": 2, "card": str(holder.card_id), "household": str(holder.household_id), "gov": "03",
        "services": ["supply"], "sizes": [{"month": "2026-11", "goods": 10, "bread": 10}], "last_month": "2027-01",
        "exp": int((NOON + timedelta(days=60)).timestamp()),
    }  # fmt: skip
    sale = Chain(till).sell(holder, bread(150), credential=signer.compact("unicard+jws", says))
    answer = await upload(supply, till, [sale])
    assert statuses(answer) == [("disputed", "household_floor")]
    [booked] = await supply.fetch("SELECT loaves FROM redemption WHERE household_id = $1", holder.household_id)
    [claim] = await claims(supply, holder)
    assert (booked["loaves"], claim["loaves"]) == (15, 135)


async def test_twenty_lines_and_many_sales_book_one_draw_and_one_floor(supply: Supply) -> None:
    till, holder = await supply.till(), await supply.holder(members=1)
    chain = Chain(till)
    answer = await upload(supply, till, [chain.sell(holder, *[bread(1000)] * 20) for _ in range(50)])
    assert {status for status, _ in statuses(answer)} == {"disputed"}
    assert answer["accepted"] == 2
    sales = await supply.fetch("SELECT loaves FROM redemption WHERE household_id = $1", holder.household_id)
    assert [sale["loaves"] for sale in sales] == [15, 15]
    assert await owed(supply, holder) == 15
    assert sum(claim["loaves"] for claim in await claims(supply, holder)) == 50 * 20_000 - 30
    again = await upload(supply, till, [chain.sell(holder, bread(1))])
    assert (again["accepted"], again["results"][0]["redemption_id"]) == (0, None)
    await supply.audit()


async def test_ten_bottles_of_oil_on_fifty_pounds(supply: Supply) -> None:
    shop, holder = await supply.till("grocer"), await supply.holder(members=1)
    sale = Chain(shop).sell(holder, goods("oil", 10))
    answer = await upload(supply, shop, [sale])
    assert statuses(answer) == [("disputed", "balance_exceeded")]
    assert (await supply.left(holder, shop))["goods"] == 2000
    [claim] = await claims(supply, holder)
    assert (claim["amount"], json.loads(claim["lines"])[0]["quantity"]) == (27000, 9)
    again = await upload(supply, shop, [sale])
    [first], [repeat] = answer["results"], again["results"]
    assert repeat == {**first, "status": "duplicate", "first_status": "disputed"}
    assert len(await claims(supply, holder)) == 1
    await supply.audit()


@pytest.mark.parametrize(
    ("key", "value", "code"), [("spell_sales", 2, "spell_sales"), ("spell_amount", 250, "spell_amount")]
)
async def test_a_terminal_sells_so_much_in_a_spell(
    supply: Supply, monkeypatch: pytest.MonkeyPatch, key: str, value: int, code: str
) -> None:
    till = await supply.till()
    today = supply.runtime.state.snapshot.figures.on(supply.runtime.clock.today())
    monkeypatch.setitem(today.__dict__, key, value)
    holders = [await supply.holder(members=1) for _ in range(4)]
    chain = Chain(till)
    sales = [chain.sell(holder, bread(5)) for holder in holders]
    first, rest = await upload(supply, till, sales[3:]), await upload(supply, till, sales[:3])
    assert statuses(first) == [("applied", None)]
    assert statuses(rest) == [("applied", None), ("disputed", code), ("disputed", code)]
    assert [len(await claims(supply, holder)) for holder in holders] == [0, 1, 1, 0]
    assert (await upload(supply, till, sales))["accepted"] == 0
    await supply.audit()


async def sell_at(supply: Supply, till: Till, chain: Chain, at: datetime) -> tuple[str, str | None]:
    """What becomes of a sale without a network at a moment, to a household of its own."""
    sale = chain.sell(await supply.holder(members=1, activated_at=NOON - timedelta(days=40)), bread(5), at=at)
    [result] = statuses(await upload(supply, till, [sale]))
    return result


async def test_a_spell_without_a_network_lasts_so_many_hours(supply: Supply) -> None:
    """72 hours after its key began, its last upload, configuration or sale with the network, as they arrive."""
    till = await supply.till()
    chain, hour = Chain(till), timedelta(hours=1)
    await supply.runtime.pool.execute(
        "UPDATE terminal_key SET began_at = $2 WHERE terminal_id = $1", till.terminal_id, NOON - 100 * hour
    )
    beyond = ("disputed", "spell_time")
    assert await sell_at(supply, till, chain, NOON - 101 * hour) == ("applied", None)  # it was new
    assert await sell_at(supply, till, chain, NOON - 28 * hour) == ("applied", None)
    assert await sell_at(supply, till, chain, NOON - 27 * hour) == beyond
    assert await sell_at(supply, till, chain, NOON - 1 * hour) == beyond
    supply.at(NOON + 71 * hour)  # three days after the uploads of noon
    await supply.catch_up()
    assert await sell_at(supply, till, chain, NOON + 70 * hour) == ("applied", None)
    supply.at(NOON + 200 * hour)
    assert await sell_at(supply, till, chain, NOON + 144 * hour) == beyond
    assert (await supply.sell(till, await supply.holder(members=1), bread(5))).status_code == 201
    supply.at(NOON + 272 * hour)
    assert await sell_at(supply, till, chain, NOON + 271 * hour) == ("applied", None)
    supply.at(NOON + 400 * hour)
    for _ in range(2):  # whether it is new or unchanged
        assert (await supply.client.get("/v1/terminal-configuration", headers=till.headers())).status_code == 200
    supply.at(NOON + 472 * hour)
    assert await sell_at(supply, till, chain, NOON + 471 * hour) == ("applied", None)
    await supply.audit()


async def test_contacts_of_long_ago_are_forgotten_by_the_next(supply: Supply) -> None:
    till = await supply.till()
    chain = Chain(till)
    await sell_at(supply, till, chain, NOON - timedelta(hours=1))
    supply.at(NOON + timedelta(days=91))
    await sell_at(supply, till, chain, NOON + timedelta(days=91))
    kept = await supply.fetch("SELECT at FROM terminal_contact WHERE terminal_id = $1", till.terminal_id)
    assert [row["at"] >= NOON + timedelta(days=91) for row in kept] == [True]


async def test_what_is_owed_is_taken_back_a_part_a_month(supply: Supply) -> None:
    till, holder = await supply.till(), await supply.holder(members=1)
    await supply.runtime.pool.execute(
        "WITH owing AS (UPDATE household SET debt_goods = 4000, version = version + 1 WHERE household_id = $1)"
        " INSERT INTO entry (household_id, source_id, period, programme, line, kind, quantity)"
        " VALUES ($1, $2, '2026-10-01', 'goods', 0, 'overdraw', 4000)",
        holder.household_id, new_id(),
    )  # fmt: skip
    shop = await supply.till("grocer")
    left = []
    for month in (11, 12):
        supply.at(datetime(2026, month, 5, 10, tzinfo=UTC))
        await supply.catch_up()
        assert (await supply.sell(shop, holder, goods("sugar", 1))).status_code == 201
        left.append((await supply.left(holder, till))["goods"] + 1260)
    assert left == [5000 - 1250] * 2
