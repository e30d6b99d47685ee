"""What the database itself refuses, whoever writes."""

from __future__ import annotations

from datetime import timedelta

import asyncpg
import pytest

from chassis.ids import new_id
from chassis.lane_connection import LaneConnection
from chassis.testing import execute_as_owner, refuse_larger_deletes
from payment_service.ledger import statements
from payment_service.ledger.accounts import Opened, account_id, wallet_id
from payment_service.ledger.batch import Batch
from payment_service.ledger.items import Item
from payment_service.ledger.repository import prune_answers
from payment_service.ledger.rules import Order, Settle, Transfer

from ..support import House

TRANSFER = """
    INSERT INTO transfer (transfer_id, debit_account_id, credit_account_id, amount, state, posted, kind, business_day,
        created_at)
    SELECT uuidv7(), $1, unnest($2::uuid[]), 5, 'posted', 5, 'transfer', '2026-11-01', now()
"""
PAYOUT = """
    INSERT INTO payout (batch_id, number, item_reference, citizen_id, amount)
    SELECT $1, n, n::text, uuidv7(), 5 FROM generate_series(1, 3) n
"""


async def test_a_transfer_needs_both_its_accounts(house: House) -> None:
    _, citizen, _ = await house.citizen(100)
    fund, wallet, nobody = account_id("fund", "test"), wallet_id(citizen), new_id()
    for ends in ((fund, [wallet, nobody, wallet]), (nobody, [wallet])):
        with pytest.raises(asyncpg.ForeignKeyViolationError):
            await house.runtime.pool.execute(TRANSFER, *ends)
    assert (await house.proof())["sound"]


async def test_a_payout_needs_its_batch(house: House) -> None:
    with pytest.raises(asyncpg.ForeignKeyViolationError):
        await house.runtime.pool.execute(PAYOUT, new_id())


@pytest.mark.parametrize(
    "statement",
    [
        "DELETE FROM account",
        "TRUNCATE account CASCADE",
        "UPDATE account SET account_id = uuidv7()",
        "DELETE FROM payout_batch",
        "UPDATE payout_batch SET batch_id = uuidv7()",
        "UPDATE payout SET batch_id = uuidv7()",
        "DELETE FROM transfer",
        "UPDATE transfer SET amount = 1",
        """UPDATE transfer SET ordered_by = '{"who": "another"}'""",
        "UPDATE transfer SET ordered_as = uuidv7()",
        "UPDATE transfer SET settled_as = uuidv7() WHERE state <> 'pending'",
        "UPDATE acting SET acting_id = uuidv7()",
        "DELETE FROM acting",
        """UPDATE transfer SET settled_by = '{"who": "another"}' WHERE state <> 'pending'""",
    ],
)
async def test_what_is_referred_to_stays(house: House, statement: str) -> None:
    await house.citizen(100)
    with pytest.raises((asyncpg.RestrictViolationError, asyncpg.InsufficientPrivilegeError)):
        await house.runtime.pool.execute(statement)
    with pytest.raises(asyncpg.RestrictViolationError):
        await execute_as_owner(house.runtime.settings.database_url, statement)


async def test_a_hold_is_settled_once_whoever_has_read_it(house: House) -> None:
    """Two processes settle the same hold between accounts that may both be overdrawn: one of them reads again."""
    fund, other, held = account_id("fund", "test"), account_id("merchant", "test"), new_id()
    await house.citizen(100)
    await Opened(house.runtime.pool).many("merchant", ["test"])
    now = house.runtime.clock.now()
    order = Order(Transfer(held, fund, other, 70, "pending", kind="transfer", expires_at=now + timedelta(minutes=5)))
    await house.runtime.state.ledger.submit(Item("test", None, b"", [order]))
    lane = LaneConnection(house.runtime.settings.database_url, "test")
    try:
        rows = await lane.fetch(statements.READ, [fund, other], [held], [], [])
        written = []
        for settle in (Settle(held, "posted", None), Settle(held, "voided", None)):
            batch = Batch.of(rows, now)
            batch.decide([Item("test", None, b"", [settle])])
            written.append((await lane.fetch(statements.WRITE, *batch.parameters()))[0]["yes"])
    finally:
        await lane.aclose()
    assert written == [True, False]
    assert (await house.proof())["sound"]


async def test_old_answers_are_forgotten_little_by_little(house: House) -> None:
    pool = house.runtime.pool
    await refuse_larger_deletes(house.runtime.settings.database_url, "ledger_answer", 5000)
    await pool.execute(
        "INSERT INTO ledger_answer (caller, key, fingerprint, status, body, created_at)"
        " SELECT 'c', n::text, '', 201, '', now() - CASE WHEN n <= 12000 THEN interval '3 days' ELSE '1 day' END"
        " FROM generate_series(1, 12003) n"
    )
    await prune_answers(pool, house.runtime.state.settings.answer_days)
    assert await pool.fetchval("SELECT count(*) FROM ledger_answer") == 3
