"""What cannot be done with one hold or payout keeps no other back."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from chassis.ids import new_id
from chassis.testing import eventually
from payment_service import upkeep
from payment_service.ledger.accounts import wallet_id
from payment_service.ledger.rules import Settle
from payment_service.payments import service
from payment_service.payouts.worker import WORKER

from ..support import House
from .test_payouts import batch_of, send
from .test_sales import held

RAN_OUT = "UPDATE transfer SET expires_at = now() - interval '1 day' WHERE state = 'pending'"
FULL = 2**63 - 1


async def state(house: House, transfer: str) -> str:
    found = await house.runtime.pool.fetchval("SELECT state FROM transfer WHERE transfer_id = $1", UUID(transfer))
    return str(found)


async def held_of(house: House, account: str) -> int:
    return int(await house.runtime.pool.fetchval("SELECT held FROM account WHERE account_id = $1", UUID(account)))


async def test_a_ministrys_pending_transfer_runs_out(house: House) -> None:
    """It is no payment: there is no card, and no citizen to be told."""
    transfer_id, paying, receiving = str(new_id()), await house.fund("another"), await house.fund("test")
    order = {
        "transfer_id": transfer_id,
        "kind": "pending",
        "debit_account_id": paying,
        "credit_account_id": receiving,
        "amount": 300,
        "timeout_seconds": 1,
    }
    made = await send(house, "POST", "/v1/transfers", "ledger:write", json={"transfers": [order]})
    assert made.status_code == 201, made.text
    assert await held_of(house, paying) == 300
    await house.runtime.pool.execute(RAN_OUT)

    async def given_back() -> bool:
        return await held_of(house, paying) == 0

    await eventually(given_back)
    assert await state(house, transfer_id) == "expired"


async def test_a_hold_that_cannot_be_given_up_keeps_no_other(house: House, monkeypatch: Any) -> None:
    card, citizen, _ = await house.citizen(1_000)
    holds = [UUID(await held(house, card, amount)) for amount in (100, 200, 300)]

    async def expire(runtime: Any, payment_id: UUID) -> Any:
        if payment_id == holds[0]:
            raise TypeError("a bad row")
        return await service._attempt(runtime, Settle(payment_id, "expired"))

    monkeypatch.setattr(service, "expire", expire)
    await house.runtime.pool.execute(RAN_OUT)

    async def others() -> bool:
        return await house.balance(citizen) == (1_000, 100)

    await eventually(others)

    async def aside() -> list[Any]:
        return list(await house.runtime.pool.fetch("SELECT worker, item, reason FROM set_aside"))

    assert [tuple(row) for row in await eventually(aside)] == [(upkeep.HOLDS.worker, str(holds[0]), "TypeError")]


async def test_a_payout_that_cannot_be_booked_keeps_no_other(house: House) -> None:
    citizens = [(await house.citizen())[1] for _ in range(7)]
    full = wallet_id(citizens[3])
    pool = house.runtime.pool
    await pool.execute("UPDATE account SET balance = $2 WHERE account_id = $1", full, FULL)
    path = await batch_of(house, [f"{citizen},10,p{n}" for n, citizen in enumerate(citizens)], 7, 70)
    await send(house, "POST", f"{path}/submission", "payouts:submit")
    assert (await send(house, "POST", f"{path}/approval", "payouts:approve", "checker")).status_code == 200

    async def booked() -> bool:
        return [(await house.balance(citizen))[0] for citizen in citizens] == [10, 10, 10, FULL, 10, 10, 10]

    await eventually(booked)
    found = await send(house, "GET", f"{path}/items?state=waiting", "payouts:submit")
    assert [item["item_reference"] for item in found.json()["items"]] == ["p3"]
    batch_id = path.rsplit("/", 1)[-1]

    async def aside() -> list[Any]:
        return list(await pool.fetch("SELECT item FROM set_aside WHERE worker = $1", WORKER))

    assert [row["item"] for row in await eventually(aside)] == [f"{batch_id} 4"]
    await pool.execute("UPDATE account SET balance = 0 WHERE account_id = $1", full)
    await pool.execute("UPDATE set_aside SET next_at = now()")

    async def completed() -> bool:
        batch = (await send(house, "GET", path, "payouts:submit")).json()
        return bool(batch["state"] == "completed" and batch["paid_count"] == 7)

    await eventually(completed)
    assert await aside() == []
