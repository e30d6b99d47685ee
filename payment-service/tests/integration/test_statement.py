"""A statement is in the order of posting, whenever an id was made."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from datetime import timedelta
from itertools import count
from typing import Any

from chassis.ids import new_id
from chassis.testing import check_pages, eventually, lock_awaited
from payment_service.ledger.accounts import wallet_id

from ..support import House
from .test_payments import hold
from .test_payouts import batch_of, send


async def test_a_payment_captured_later_is_not_missed(house: House) -> None:
    card, citizen, _ = await house.citizen(1_000)
    payment = (await hold(house, card, 300)).json()["payment_id"]
    await house.pay_in(citizen, 50)
    headers = house.client_headers("wallets:read")
    path = f"/v1/wallets/{card}/statement"

    async def amounts(**query: Any) -> tuple[list[int], str]:
        found = (await house.client.get(path, params=query, headers=headers)).json()["items"]
        return [movement["amount"] for movement in found], found[-1]["transfer_id"] if found else ""

    seen, last = await amounts()
    assert seen == [1_000, 50]
    reply = await house.client.post(f"/v1/payments/{payment}/capture", headers=house.terminal(), json={})
    assert reply.status_code == 200, reply.text
    assert (await amounts(after=last))[0] == [-300]
    assert (await amounts())[0] == [1_000, 50, -300]


async def test_a_payout_that_began_before_a_capture_and_ended_after_it_is_not_missed(house: House) -> None:
    """Its moment is taken before it has the wallet's lock; what orders the statement is taken under that lock."""
    made = sorted([await house.citizen(1_000), await house.citizen(1_000)], key=lambda made: wallet_id(made[1]))
    (_, first, _), (card, second, _) = made
    payment = (await hold(house, card, 300)).json()["payment_id"]
    headers = house.client_headers("wallets:read")

    async def read(**query: Any) -> tuple[list[int], str]:
        found = await house.client.get(f"/v1/wallets/{card}/statement", params=query, headers=headers)
        items = found.json()["items"]
        return [movement["amount"] for movement in items], items[-1]["transfer_id"] if items else ""

    # Two connections book a half each: both wallets are in the first one's.
    nobody = [f"{new_id()},1,p{n}" for n in (2, 3)]
    path = await batch_of(house, [f"{first},10,p0", f"{second},20,p1", *nobody], 4, 32)
    async with house.runtime.pool.acquire() as connection, connection.transaction():
        # The payout waits here for the first wallet, its moment in its hands.
        await connection.execute("SELECT FROM account WHERE account_id = $1 FOR UPDATE", wallet_id(first))
        assert (await send(house, "POST", f"{path}/submission", "payouts:submit")).status_code == 200
        assert (await send(house, "POST", f"{path}/approval", "payouts:approve", "checker")).status_code == 200
        await lock_awaited(connection)
        captured = await house.client.post(f"/v1/payments/{payment}/capture", headers=house.terminal(), json={})
        assert captured.status_code == 200, captured.text
        amounts, cursor = await read()
        assert amounts == [1_000, -300]

    async def paid() -> list[int]:
        return (await read(after=cursor))[0]

    assert await eventually(paid) == [20]
    assert (await read())[0] == [1_000, -300, 20]


async def test_captures_at_once_are_each_seen_once_by_who_reads_on(house: House, monkeypatch: Any) -> None:
    """Whatever the clocks of the processes say: here each is asked the time a second earlier than the one before."""
    card, _, _ = await house.citizen(10_000)
    payments = [(await hold(house, card, 10 + n)).json()["payment_id"] for n in range(20)]
    clock, began, asked = house.runtime.clock, house.runtime.clock.now(), count()
    monkeypatch.setattr(clock, "now", lambda: began + timedelta(seconds=60 - next(asked)))
    headers = house.client_headers("wallets:read")
    seen: list[int] = []
    cursor: dict[str, str] = {}

    async def read_on() -> int:
        path = f"/v1/wallets/{card}/statement"
        for movement in (await house.client.get(path, params=cursor, headers=headers)).json()["items"]:
            seen.append(movement["amount"])
            cursor["after"] = movement["transfer_id"]
        return len(seen)

    async def capture(payment: str) -> None:
        reply = await house.client.post(f"/v1/payments/{payment}/capture", headers=house.terminal(), json={})
        assert reply.status_code == 200, reply.text

    async with asyncio.TaskGroup() as tasks:
        for payment in payments:
            tasks.create_task(capture(payment))
        tasks.create_task(eventually(lambda: enough(read_on, 21), every=0.0))
    assert sorted(seen) == sorted([10_000, *(-10 - n for n in range(20))])


async def enough(read_on: Callable[[], Awaitable[int]], wanted: int) -> bool:
    return await read_on() >= wanted


async def test_what_was_posted_before_there_were_numbers_keeps_its_order(house: House) -> None:
    card, citizen, _ = await house.citizen(100)
    for amount in (1, 2, 3):
        await house.pay_in(citizen, amount)
    moments = (
        "UPDATE transfer SET posting = NULL, settled_at = settled_at - amount * interval '1 hour' WHERE amount < 4"
    )
    await house.runtime.pool.execute(moments)
    await house.pay_in(citizen, 4)
    headers = house.client_headers("wallets:read")
    found = await check_pages(house.client, headers, f"/v1/wallets/{card}/statement", 5)
    assert [movement["amount"] for movement in found] == [3, 2, 1, 100, 4]
