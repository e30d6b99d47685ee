"""Payouts lock wallets in the order of their keys, as the lanes do: else each waits for what the other holds."""

from __future__ import annotations

import pytest

from chassis.ids import new_id
from payment_service.payouts import statements

from ..support import House

NONE_OF_ANY = (new_id(), new_id(), 0, 10, "p", None, None, *"abcde", 1, None, "f", "g")


@pytest.mark.parametrize("analyzed", [False, True])
async def test_wallets_are_reached_in_the_order_of_their_keys(house: House, analyzed: bool) -> None:
    """An index is walked in its order; a bitmap of it would be walked in the order the rows happen to lie in."""
    for _ in range(3):
        await house.citizen(1_000)
    async with house.runtime.pool.acquire() as connection:
        if analyzed:
            await connection.execute("ANALYZE account, wallet, payout")
        async with connection.transaction():
            await connection.execute(statements.PLANNER)
            plan = "\n".join(row[0] for row in await connection.fetch(f"EXPLAIN {statements.BOOK}", *NONE_OF_ANY))
    assert "Index Scan using account_pkey" in plan, plan
    assert "Bitmap" not in plan, plan
