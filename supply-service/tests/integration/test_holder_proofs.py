"""Sales with the holder's proof: where it is needed, what it permits, that it permits once."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import orjson
import pytest

from chassis.holder_proofs.once import forgetting
from chassis.ids import new_id
from chassis.metrics import BACKGROUND
from chassis.testing import MakeDatabase, TestIssuer, eventually
from chassis.testing_proofs import PROVER, Prover
from supply_service import MIGRATIONS, upkeep
from supply_service.rules.presence import Gone
from supply_service.sales import away

from ..support import NOON, Holder, Supply, Till, bread, goods, serve, settings_for
from .test_tenders import BASKET, BEYOND, hold, tender

MANY = bread(120)  # above the limit by sale, within two days of a family of twelve


async def sold(supply: Supply, till: Till, holder: Holder, *lines: Any, **more: Any) -> Any:
    reply = await supply.sell(till, holder, *lines, **more)
    assert reply.status_code == 201, reply.text
    return reply.json()


async def refused(supply: Supply, code: str, till: Till, holder: Holder, *lines: Any, **more: Any) -> Any:
    reply = await supply.sell(till, holder, *lines, **more)
    assert (reply.status_code, reply.json()["code"]) == (409, code), reply.text
    return reply.json()


async def presence(supply: Supply, till: Till, sale: Any) -> str | None:
    found = await supply.client.get(f"/v1/redemptions/{sale['redemption_id']}", headers=till.headers())
    said: str | None = found.json()["presence"]
    return said


async def test_a_cards_id_alone_opens_no_wallet(supply: Supply) -> None:
    """Finding B1, at the sale: a hold that somebody has got is not sold without the holder."""
    till, holder = await supply.till("grocer"), await supply.holder(members=1)
    tenders = [tender(await hold(supply, till, holder, BEYOND), BEYOND)]
    said = await refused(supply, "holder_proof_required", till, holder, *BASKET, tenders=tenders, holder_proof=None)
    assert (said["limit"], said["amount"]) == ("wallet", 5000 + BEYOND)
    assert said["title_ar"]
    away = await supply.sell(till, holder, *BASKET, tenders=tenders, holder_proof=None, proof_unavailable=True)
    assert away.json()["code"] == "holder_proof_required", "a wallet never goes on without"
    assert (await supply.left(holder, till))["goods"] == 5000
    sale = await sold(supply, till, holder, *BASKET, tenders=tenders)
    assert await presence(supply, till, sale) == "pin"


async def test_a_familys_bread_needs_no_proof_and_much_bread_does(supply: Supply) -> None:
    till, holder = await supply.till(), await supply.holder(members=12)
    said = await refused(supply, "holder_proof_required", till, holder, MANY)
    assert said["limit"] == "sale"
    sale = await sold(supply, till, holder, MANY, holder_proof=supply.proof(till, holder.card_id))
    assert await presence(supply, till, sale) == "pin"
    other = await supply.holder(members=4)
    sale = await sold(supply, till, other, bread(20))
    assert await presence(supply, till, sale) is None


async def test_the_parts_of_a_days_bread_count_together(supply: Supply) -> None:
    """150 a day, drawn by 75: below the limit by sale, beyond it by card and day, at whatever terminal."""
    till, other, holder = await supply.till(), await supply.till(), await supply.holder(members=30)
    await sold(supply, till, holder, bread(75))
    said = await refused(supply, "holder_proof_required", other, holder, bread(75))
    assert said["limit"] == "card"
    await sold(supply, other, holder, bread(25))
    await sold(supply, other, holder, bread(50), holder_proof=supply.proof(other, holder.card_id))
    supply.at(supply.runtime.clock.now() + timedelta(days=1))
    sale = await sold(supply, till, holder, bread(75))
    assert await presence(supply, till, sale) is None


async def test_goods_of_a_card_are_counted_by_the_day(supply: Supply) -> None:
    till, holder = await supply.till("grocer"), await supply.holder(members=20)
    await sold(supply, till, holder, goods("milk_powder_125g", 10))  # 255.00 of 300.00
    said = await refused(supply, "holder_proof_required", till, holder, goods("milk_powder_125g", 2))
    assert said["limit"] == "card"
    await sold(supply, till, holder, goods("milk_powder_125g", 1))
    proof = supply.proof(till, holder.card_id)
    await sold(supply, till, holder, goods("milk_powder_125g", 2), holder_proof=proof)
    supply.at(supply.runtime.clock.now() + timedelta(days=1))
    await sold(supply, till, holder, goods("milk_powder_125g", 2))


@pytest.mark.parametrize(
    ("changed", "code", "mismatch"),
    [
        ({"card_id": UUID(int=1)}, "holder_proof_invalid", "card"),
        ({"terminal_id": UUID(int=1)}, "holder_proof_invalid", "terminal"),
        ({"purpose": "visit"}, "holder_proof_invalid", "purpose"),
        ({"purpose": "hold"}, "holder_proof_invalid", "purpose"),
        ({"max_amount": 2399}, "holder_proof_invalid", "amount"),
        ({"expires_at": datetime(2026, 1, 1, tzinfo=UTC)}, "holder_proof_expired", None),
    ],
)
async def test_a_proof_of_something_else_permits_nothing(
    supply: Supply, changed: dict[str, Any], code: str, mismatch: str | None
) -> None:
    till, holder = await supply.till(), await supply.holder(members=12)
    fields = {"card_id": holder.card_id, "terminal_id": till.terminal_id, "max_amount": 2400, **changed}
    said = await refused(supply, code, till, holder, MANY, holder_proof=PROVER.proof(**fields))
    assert said.get("mismatch") == mismatch
    exact = PROVER.proof(holder.card_id, till.terminal_id, 2400)
    await sold(supply, till, holder, MANY, holder_proof=exact)


@pytest.mark.parametrize("proof", ["x", "a.b.c", "é.é.é"])
async def test_what_is_no_proof_permits_nothing(supply: Supply, proof: str) -> None:
    till, holder = await supply.till(), await supply.holder(members=12)
    await refused(supply, "holder_proof_invalid", till, holder, MANY, holder_proof=proof)
    foreign = Prover().proof(holder.card_id, till.terminal_id)
    await refused(supply, "holder_proof_invalid", till, holder, MANY, holder_proof=foreign)


async def test_a_proof_permits_one_sale(supply: Supply) -> None:
    till, holder, other = await supply.till(), await supply.holder(members=12), await supply.holder(members=12)
    proof = supply.proof(till, holder.card_id)
    sale = await sold(supply, till, holder, bread(60), holder_proof=proof)
    headers = till.headers()
    undone = await supply.client.post(
        f"/v1/redemptions/{sale['redemption_id']}/reversal", json={"reason": "x"}, headers=headers
    )
    assert undone.status_code == 201, "a reversal needs no proof"
    await refused(supply, "holder_proof_used", till, holder, bread(60), holder_proof=proof)
    await sold(supply, till, other, MANY, holder_proof=supply.proof(till, other.card_id))
    kept = await supply.fetch(
        "SELECT operation FROM holder_proof_used WHERE operation = $1", f"sale:{sale['redemption_id']}"
    )
    assert len(kept) == 1


async def test_of_many_sales_at_once_with_one_proof_one_is_made(supply: Supply) -> None:
    till, holder = await supply.till("grocer"), await supply.holder(members=20)
    proof = supply.proof(till, holder.card_id)
    replies = await asyncio.gather(
        *(supply.sell(till, holder, goods("milk_powder_125g", 1), holder_proof=proof) for _ in range(8))
    )
    codes = sorted(reply.json().get("code", "sold") for reply in replies)
    assert codes == ["holder_proof_used"] * 7 + ["sold"]


async def test_a_repeat_gets_the_first_answer_though_the_proof_is_used_or_over(supply: Supply) -> None:
    till, holder = await supply.till(), await supply.holder(members=12)
    soon = datetime.now(UTC) + timedelta(seconds=2)
    proof = PROVER.proof(
        holder.card_id, till.terminal_id, expires_at=soon.replace(microsecond=0) + timedelta(seconds=1)
    )
    key = str(new_id())
    first = await supply.sell(till, holder, MANY, holder_proof=proof, key=key)
    assert first.status_code == 201, first.text

    async def over() -> bool:
        return datetime.now(UTC) > soon + timedelta(seconds=1)

    await eventually(over, seconds=30)
    again = await supply.sell(till, holder, MANY, holder_proof=proof, key=key)
    assert (again.status_code, again.content) == (201, first.content)
    assert again.headers["Idempotency-Replayed"] == "true"


async def test_bread_and_goods_go_on_while_proofs_cannot_be_had_so_far_as_the_row_says(supply: Supply) -> None:
    till, outlets = await supply.till(), supply.runtime.state.unproven
    holder = await supply.holder(members=12)
    sale = await sold(supply, till, holder, MANY, proof_unavailable=True)
    assert await presence(supply, till, sale) == "away", "flagged"
    assert outlets.of(till.terminal_id).away == 1
    day = supply.runtime.clock.today()
    outlets.add(day, (till.terminal_id, till.outlet_id), Gone(0, 0, 199))
    another = await supply.holder(members=12)
    await refused(supply, "holder_proof_required", till, another, MANY, proof_unavailable=True)
    small = await supply.holder(members=4)
    plain = await sold(supply, till, small, bread(20), proof_unavailable=True)
    assert await presence(supply, till, plain) is None, "below the limits nothing is flagged"


async def test_a_terminal_that_is_away_day_after_day_is_told(supply: Supply) -> None:
    """On three days of seven, as the rows say; one that was away for a day, as all were, is not."""
    often, once, unproven = await supply.till(), await supply.till(), supply.runtime.state.unproven
    (job,) = [job for job in upkeep.JOBS if job.name == "often_away"]
    found = []
    for days in (0, 2, 4):
        supply.at(NOON + timedelta(days=days))
        for till in (often, once) if days == 0 else (often,):
            holder = await supply.holder(members=12)
            sale = await sold(supply, till, holder, MANY, proof_unavailable=True)
            assert await presence(supply, till, sale) == "away"
        await unproven.exchange(supply.runtime.pool, supply.runtime.clock.today())
        await job.run(supply.runtime)
        found.append(BACKGROUND.get_sample_value("unicard_terminals_often_away"))
    assert found == [0, 0, 1]
    today = supply.runtime.clock.today()
    assert await away.look(supply.runtime.pool, today, 3, 7) == [often.terminal_id]
    supply.at(NOON + timedelta(days=9))
    await job.run(supply.runtime)
    assert BACKGROUND.get_sample_value("unicard_terminals_often_away") == 0, "it passes by itself"


async def test_what_goes_without_is_counted_by_terminal_and_outlet_in_all_processes(supply: Supply) -> None:
    till, unproven, today = await supply.till(), supply.runtime.state.unproven, supply.runtime.clock.today()
    await sold(supply, till, await supply.holder(members=4), bread(20))
    assert unproven.of(till.terminal_id) == unproven.of(till.outlet_id) == Gone(20, 0, 0)
    await unproven.exchange(supply.runtime.pool, today)
    add = "UPDATE unproven_total SET loaves = loaves + $2 WHERE day = $1 AND place_id = $3"  # as another process does
    await supply.fetch(add, today, 99_970, till.terminal_id)
    await unproven.exchange(supply.runtime.pool, today)
    await sold(supply, till, await supply.holder(members=2), bread(10))
    holder = await supply.holder(members=2)
    said = await refused(supply, "holder_proof_required", till, holder, bread(10))
    assert said["limit"] == "terminal"
    await sold(supply, till, holder, bread(10), holder_proof=supply.proof(till, holder.card_id))
    supply.at(supply.runtime.clock.now() + timedelta(days=1))
    await unproven.exchange(supply.runtime.pool, supply.runtime.clock.today())
    await sold(supply, till, await supply.holder(members=2), bread(10))


async def test_keys_are_kept_in_the_database_for_when_card_service_is_away(
    make_database: MakeDatabase, issuer: TestIssuer
) -> None:
    nowhere = "http://127.0.0.1:1/v1/holder-proof-keys"
    url = await make_database(MIGRATIONS)
    settings = settings_for(url, issuer, holder_proof_keys=None, holder_proof_keys_url=nowhere)
    async with serve(settings, issuer) as alone:
        till, holder = await alone.till(), await alone.holder(members=12)
        proof = alone.proof(till, holder.card_id)
        reply = await alone.sell(till, holder, MANY, holder_proof=proof)
        assert reply.json()["code"] == "holder_proof_unverifiable", "without keys nothing is believed"
        (key,) = orjson.loads(PROVER.jwks)["keys"]
        await alone.fetch(
            "INSERT INTO holder_proof_key (kid, jwk) VALUES ($1, $2::text::jsonb)",
            key["kid"],
            orjson.dumps(key).decode(),
        )
    async with serve(settings, issuer) as again:
        reply = await again.sell(till, holder, MANY, holder_proof=proof)
        assert reply.status_code == 201, reply.text


async def test_proofs_that_are_over_are_forgotten(supply: Supply) -> None:
    till, holder = await supply.till(), await supply.holder(members=12)
    await sold(supply, till, holder, MANY, holder_proof=supply.proof(till, holder.card_id))
    await supply.fetch("UPDATE holder_proof_used SET expires_at = now() - interval '2 hours'")
    await forgetting().run(supply.runtime)
    assert await supply.fetch("SELECT FROM holder_proof_used") == []
