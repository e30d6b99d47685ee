"""What supply-service's events bring about: captures, refunds and settlements, each once."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from datetime import date
from typing import Any
from uuid import UUID

import orjson
import pytest
from sqlalchemy import text

from chassis.clock import Clock
from chassis.consumer import Received
from chassis.ids import new_id
from chassis.testing import lock_awaited
from chassis.testing_proofs import prove
from contracts.event import Event
from contracts.health import CopaymentDue
from contracts.supply import (
    Component,
    Levy,
    Line,
    Redeemed,
    SettlementCalculated,
    Tender,
    TenderRedeemed,
    TenderReversed,
)
from payment_service.consumers import reactions
from payment_service.ledger.accounts import account_id, wallet_id
from payment_service.upkeep import HOLDS

from ..support import House
from .test_payments import hold

DAY = date(2026, 11, 5)


async def deliver(house: House, *events: Event) -> None:
    """Hand events over as the consumer does, twice: a repeat must change nothing."""
    received = [Received(event, new_id(), Clock().now(), event.partition_key()) for event in events]
    for _ in range(2):
        async with house.runtime.sessions() as session, session.begin():
            await session.execute(text("SELECT 1"))  # it has looked into its inbox by now
            await reactions.handle(received, session, house.runtime)


def sale(house: House, card: UUID, household: UUID, *tenders: tuple[str, int]) -> TenderRedeemed:
    return TenderRedeemed(
        redemption_id=new_id(),
        household_id=household,
        card_id=card,
        terminal_id=new_id(),
        outlet_id=house.outlet_id,
        governorate="03",
        business_day=DAY,
        occurred_at=Clock().now(),
        offline=False,
        lines=[Line(programme="goods", item="oil", quantity=1, amount=3000)],
        remaining=[],
        tenders=[Tender(kind="wallet", payment_id=UUID(p), amount=a) for p, a in tenders],
    )


def reversal(of: TenderRedeemed) -> TenderReversed:
    fields = ("redemption_id", "household_id", "card_id", "terminal_id", "outlet_id", "business_day", "tenders")
    return TenderReversed(
        reversal_id=new_id(), occurred_at=Clock().now(), remaining=[], **{name: getattr(of, name) for name in fields}
    )


async def totals(house: House) -> dict[str, Any]:
    path = f"/v1/merchant-totals?day={DAY}"
    reply = await house.client.get(path, headers=house.client_headers("ledger:read"))
    assert reply.status_code == 200, reply.text
    (found,) = (item for item in reply.json()["items"] if item["merchant_id"] == str(house.outlet_id))
    return {name: value for name, value in found.items() if value and name != "merchant_id"}


async def told(house: House, kind: str) -> list[dict[str, Any]]:
    rows = await house.runtime.pool.fetch("SELECT payload FROM outbox WHERE type LIKE $1 ORDER BY id", f"%.{kind}.v1")
    return [orjson.loads(row["payload"]) for row in rows]


async def held(house: House, card: UUID, amount: int, **more: Any) -> str:
    return str((await hold(house, card, amount, **more)).json()["payment_id"])


async def test_captured_once_and_refunded_once(house: House) -> None:
    card, citizen, household = await house.citizen(5_000)
    made = sale(house, card, household, (await held(house, card, 1_500), 1_500))
    await deliver(house, made)
    assert await house.balance(citizen) == (3_500, 0)
    assert await totals(house) == {"captured": 1_500}
    undone = reversal(made)
    await deliver(house, undone)
    await deliver(house, undone)
    assert await house.balance(citizen) == (5_000, 0)
    assert await totals(house) == {"captured": 1_500, "refunded": 1_500}
    assert (await house.proof())["sound"]


async def test_sale_and_reversal_handled_together(house: House) -> None:
    card, citizen, household = await house.citizen(5_000)
    made = sale(house, card, household, (await held(house, card, 1_500), 1_500))
    async with asyncio.timeout(10):  # the lanes must not wait for the transaction that waits for them
        await deliver(house, made, reversal(made))
    assert await house.balance(citizen) == (5_000, 0)
    assert await totals(house) == {"captured": 1_500, "refunded": 1_500}


WRITING = """
    SELECT count(*) FROM pg_locks JOIN pg_stat_activity USING (pid) WHERE application_name = 'payment'
        AND relation = 'outbox'::regclass AND mode = 'RowExclusiveLock' AND datname = current_database()
"""


async def reversals(house: House) -> tuple[UUID, list[Event]]:
    """A reversal that is refused and one that is not, and the transfer the second one changes."""
    card, _, household = await house.citizen(1_000)
    payment = await held(house, card, 600)
    made = sale(house, card, household, (payment, 600))
    await deliver(house, made)
    return UUID(payment), [reversal(sale(house, card, household, (str(new_id()), 100))), reversal(made)]


async def copayments(house: House) -> tuple[UUID, list[Event]]:
    """A co-payment that is refused and one that is not, and the account the second one changes."""
    due = []
    for balance in (0, 1_000):
        card, citizen, household = await house.citizen(balance)
        ids = {"copayment_id": new_id(), "encounter_id": new_id(), "provider_id": house.outlet_id}
        parties = {"card_id": card, "citizen_id": citizen, "household_id": household}
        proof = prove(new_id(), card, 300, "visit")
        due.append(CopaymentDue(**ids, **parties, amount=300, holder_proof=proof))
    return wallet_id(due[1].citizen_id), list(due)


@pytest.mark.parametrize("make", [reversals, copayments])
async def test_what_the_lanes_tell_does_not_wait_for_a_consumer_that_waits_for_them(
    house: House, make: Callable[[House], Awaitable[tuple[UUID, list[Event]]]]
) -> None:
    changed, events = await make(house)
    async with house.runtime.pool.acquire() as other, other.transaction():
        await other.execute("SELECT FROM transfer WHERE transfer_id = $1 FOR UPDATE", changed)
        await other.execute("SELECT FROM account WHERE account_id = $1 FOR UPDATE", changed)
        handling = asyncio.create_task(deliver(house, *events))
        await lock_awaited(other)
        assert not handling.done()
        assert await other.fetchval(WRITING) == 0  # the relay publishes nothing behind a number not committed yet
    await handling
    assert len(await told(house, "PaymentFailed")) == 2  # handed over twice
    taken = len(await told(house, "PaymentCaptured"))
    assert (taken, len(await told(house, "PaymentRefunded"))) == (1, 1 if make is reversals else 0)
    assert (await house.proof())["sound"]


async def test_a_hold_that_ran_out_is_taken_from_the_balance(house: House) -> None:
    card, citizen, household = await house.citizen(1_000)
    payment_id = await held(house, card, 600)
    await house.runtime.pool.execute("UPDATE transfer SET expires_at = now() - interval '1 day'")
    await HOLDS.run(house.runtime)
    made = sale(house, card, household, (payment_id, 600))
    await deliver(house, made)
    assert await house.balance(citizen) == (400, 0)
    await deliver(house, reversal(made))
    assert await house.balance(citizen) == (1_000, 0)
    assert await totals(house) == {"captured": 600, "refunded": 600}


async def test_many_late_sales_at_once_need_no_second_connection(house: House) -> None:
    citizens = [await house.citizen(1_000) for _ in range(house.runtime.settings.pool_size)]
    payments = [await held(house, card, 600) for card, _, _ in citizens]
    await house.runtime.pool.execute("UPDATE transfer SET expires_at = now() - interval '1 day'")
    await HOLDS.run(house.runtime)
    sales = [sale(house, card, home, (p, 600)) for (card, _, home), p in zip(citizens, payments, strict=True)]
    async with asyncio.timeout(4):  # whoever waits for a connection gives up after five seconds
        await asyncio.gather(*(deliver(house, made) for made in sales))
    assert [await house.balance(citizen) for _, citizen, _ in citizens] == [(400, 0)] * len(citizens)


async def test_what_the_wallet_no_longer_covers_is_told_and_has_no_refund(house: House) -> None:
    card, citizen, household = await house.citizen(1_000)
    payment_id = await held(house, card, 1_000)
    voided = await house.client.post(f"/v1/payments/{payment_id}/void", headers=house.terminal())
    assert voided.status_code == 200
    await held(house, card, 800)  # spent elsewhere meanwhile
    made = sale(house, card, household, (payment_id, 1_000))
    await deliver(house, made)
    failed = await told(house, "PaymentFailed")
    assert {(f["reference"], f["reason"]) for f in failed} == {
        (f"redemption:{made.redemption_id}", "insufficient_funds")
    }
    await deliver(house, reversal(made))
    assert await house.balance(citizen) == (1_000, 800)
    assert await totals(house) == {"not_captured": 1_000, "not_refunded": 1_000}


async def test_a_payment_sent_back_before_does_not_stop_the_household(house: House) -> None:
    card, citizen, household = await house.citizen(1_000)
    payment_id = await held(house, card, 700)
    made = sale(house, card, household, (payment_id, 700))
    await deliver(house, made)
    body = {"amount": 700, "reason": "by hand"}
    back = await house.client.post(f"/v1/payments/{payment_id}/refunds", json=body, headers=house.terminal())
    assert back.status_code == 201, back.text
    await deliver(house, reversal(made))
    assert await house.balance(citizen) == (1_000, 0)
    assert (await told(house, "PaymentFailed"))[0]["reason"] == "refund_too_large"


async def test_settlements_of_either_sign(house: House) -> None:
    paid, owed, none = (
        SettlementCalculated(settlement_id=new_id(), outlet_id=outlet, business_day=DAY, amount=amount, components=[])
        for outlet, amount in ((house.outlet_id, 120_000), (new_id(), -4_500), (new_id(), 0))
    )
    await deliver(house, paid, owed, none)
    assert await totals(house) == {"settled": 120_000}
    reply = await house.client.get(
        f"/v1/merchant-totals?day={DAY}&limit=1", headers=house.client_headers("ledger:read")
    )
    assert len(reply.json()["items"]) == 1
    assert reply.json()["next"]
    settled = {event["merchant_id"]: event["amount"] for event in await told(house, "MerchantPaid")}
    assert settled == {str(e.outlet_id): e.amount for e in (paid, owed, none)}
    assert (await house.proof())["sound"]


async def test_what_is_due_beside_a_settlement_is_booked_once_and_not_to_the_merchant(house: House) -> None:
    of = Component(kind="social_insurance", quantity=1_000, rate="0.75", amount=750)
    levy = Levy(levy_id=new_id(), payee="social_insurance", amount=750, of=of)
    due = SettlementCalculated(
        settlement_id=new_id(), outlet_id=house.outlet_id, business_day=DAY, amount=11_590, components=[], levies=[levy]
    )
    await deliver(house, due)
    assert await totals(house) == {"settled": 11_590}
    booked = await house.runtime.pool.fetch(
        "SELECT amount, credit_account_id FROM transfer WHERE transfer_id = $1", levy.levy_id
    )
    assert [tuple(row) for row in booked] == [(750, account_id("clearing", "social_insurance"))]
    assert (await house.proof())["sound"]


def test_sales_without_tenders_never_reach_the_ledger() -> None:
    """Thousands a minute: they travel on a topic that payment-service does not read."""
    assert Redeemed.TOPIC not in reactions.topics
    assert TenderRedeemed.TOPIC in reactions.topics
