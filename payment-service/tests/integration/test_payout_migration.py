"""Payouts of the version before get owners and funds with balances; nothing of them is lost."""

from __future__ import annotations

import asyncpg

from chassis.ids import new_id
from chassis.testing import migrate, migrated_database
from payment_service import MIGRATIONS
from payment_service.ledger.accounts import account_id

FUND = "INSERT INTO account (account_id, kind, owner, may_overdraw, balance) VALUES ($1, 'fund', $2, true, $3)"
BATCH = """
    INSERT INTO payout_batch (batch_id, reference, programme, fund_id, declared_count, declared_total, state, made_by,
        approved_by, made_at, approved_at, paid_count, paid_total, authority)
    VALUES ($1, $2, $3, $4, 10, 1000, $5, 'maker', $6, '2026-10-31T23:00Z', now(), $7, $8, $9)
"""
PART = "INSERT INTO payout_part (batch_id, first, last, booked, paid_count, paid_total) VALUES ($1, 1, 10, 3, 3, 300)"
SOUND = "SELECT sum(balance) FROM account"


async def test_what_was_there_is_owned_covered_and_goes_on(postgres_url: str) -> None:
    url = await migrated_database(postgres_url, f"test_{new_id().hex}", MIGRATIONS, "0017")
    connection = await asyncpg.connect(url)
    try:
        pension, takaful, grants = (account_id("fund", name) for name in ("pension", "takaful_karama", "grants"))
        for account, name, balance in (
            (pension, "pension", -300),
            (takaful, "takaful_karama", -50),
            (grants, "grants", 0),
        ):
            await connection.execute(FUND, account, name, balance)
        await connection.execute(FUND, account_id("fund", "supply_subsidy"), "supply_subsidy", 350)
        booking, waiting, ended, open_, theirs = (new_id() for _ in range(5))
        rows = [
            (booking, "b1", "pension", pension, "booking", "checker", 0, 0, None),
            (waiting, "b2", "pension", pension, "submitted", None, 0, 0, None),
            (ended, "b3", "takaful_karama", takaful, "completed", "checker", 1, 50, None),
            (open_, "b4", "takaful_karama", takaful, "open", None, 0, 0, None),
            (theirs, "b5", "grants", grants, "open", None, 0, 0, "ministry"),
        ]
        for row in rows:
            await connection.execute(BATCH, *row)
        await connection.execute(PART, booking)
        await migrate(url, MIGRATIONS)
        funds = {row["fund"]: row["authority"] for row in await connection.fetch("SELECT * FROM payout_fund")}
        # Whose pensions are is known, nobody knows whose Takaful is, the ministry's batches said so.
        assert funds == {"pension": "pension-authority", "takaful_karama": None, "grants": "ministry"}
        found = await connection.fetch("SELECT reference, authority, state, month::text FROM payout_batch ORDER BY 1")
        assert [tuple(row) for row in found] == [
            ("b1", "pension-authority", "booking", "2026-11-01"),
            ("b2", "pension-authority", "open", "2026-11-01"),
            ("b3", None, "completed", "2026-11-01"),
            ("b4", None, "open", "2026-11-01"),
            ("b5", "ministry", "open", "2026-11-01"),
        ]
        accounts = await connection.fetch("SELECT owner, balance FROM account WHERE kind = 'fund'")
        balances = {row["owner"]: row["balance"] for row in accounts}
        # Pensions had drawn 300 and owe 700 more; the rest of what is being booked is covered, and no more.
        assert balances == {"pension": 700, "takaful_karama": 0, "grants": 0, "supply_subsidy": 350}
        assert await connection.fetchval("SELECT balance FROM account WHERE owner = 'treasury'") == -1_050
        assert await connection.fetchval(SOUND) == 0
        bounded = "SELECT array_agg(owner ORDER BY owner) FROM account WHERE kind = 'fund' AND NOT may_overdraw"
        assert await connection.fetchval(bounded) == ["grants", "pension", "takaful_karama"]
        assert await connection.fetchval("SELECT count(*) FROM transfer WHERE kind = 'funding'") == 2
    finally:
        await connection.close()


async def test_an_empty_installation_begins_with_pensions(postgres_url: str) -> None:
    url = await migrated_database(postgres_url, f"test_{new_id().hex}", MIGRATIONS)
    connection = await asyncpg.connect(url)
    try:
        programmes = await connection.fetch("SELECT programme, kind, fund, open FROM payout_programme")
        assert [tuple(row) for row in programmes] == [("pension", "pension", "pension", True)]
        assert await connection.fetchval("SELECT count(*) FROM transfer") == 0
    finally:
        await connection.close()
