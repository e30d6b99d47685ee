"""Transfers say who ordered and who settled them: of now, and of before as far as stored answers still tell."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any
from uuid import UUID

import asyncpg
import pytest

from chassis.ids import new_id
from chassis.lane_connection import LaneConnection
from chassis.testing import migrate, migrated_database
from payment_service import MIGRATIONS
from payment_service.ledger import statements
from payment_service.ledger.accounts import account_id
from payment_service.ledger.batch import Batch
from payment_service.ledger.items import Item
from payment_service.ledger.rules import Order, Transfer

if TYPE_CHECKING:
    from ..support import House

BY = "SELECT ordered_by ->> 'who' AS ordered, settled_by ->> 'who' AS settled FROM transfer_by WHERE transfer_id = $1"
ACCOUNT = "INSERT INTO account (account_id, kind, owner, may_overdraw) VALUES ($1, 'fund', $2, true)"
TRANSFER = """
    INSERT INTO transfer (transfer_id, debit_account_id, credit_account_id, amount, state, posted, kind, expires_at,
        business_day, created_at)
    VALUES ($1, $2, $3, 5, $4, $5, 'transfer', $6, '2026-11-01', now())
"""
ANSWER = "INSERT INTO ledger_answer (caller, key, fingerprint, body) VALUES ($1, $2, '\\x00', $3)"


async def test_a_hold_and_its_end_in_one_batch_and_in_two(house: House) -> None:
    fund, other = await house.fund("test"), await house.fund("another")

    async def post(who: str, *transfers: dict[str, Any]) -> list[dict[str, Any]]:
        headers = {**house.client_headers("ledger:write", who), "Purpose": "a test", "Case-Number": "7/26"}
        reply = await house.client.post("/v1/transfers", json={"transfers": list(transfers)}, headers=headers)
        assert reply.status_code == 201, reply.text
        results: list[dict[str, Any]] = reply.json()["results"]
        return results

    hold = {
        "kind": "pending", "debit_account_id": other, "credit_account_id": fund, "amount": 5,
        "timeout_seconds": 60,
    }  # fmt: skip
    first, second = str(new_id()), str(new_id())
    await post("ministry", {**hold, "transfer_id": first}, {"kind": "post", "pending_id": first})
    await post("ministry", {**hold, "transfer_id": second})
    await post("treasury", {"kind": "void", "pending_id": second})
    found = {
        str(row["transfer_id"]): tuple(json.loads(row[name]) for name in ("ordered_by", "settled_by"))
        for row in await house.runtime.pool.fetch(
            "SELECT transfer_id, ordered_by::text, settled_by::text FROM transfer_by WHERE transfer_id::text = ANY($1)",
            [first, second],
        )
    }
    said = {"kind": "client", "purpose": "a test", "case_number": "7/26"}
    assert found == {
        first: ({"who": "ministry", **said}, {"who": "ministry", **said}),
        second: ({"who": "ministry", **said}, {"who": "treasury", **said}),
    }
    kept = "SELECT count(*) FROM acting WHERE acting ->> 'purpose' = 'a test' AND acting ->> 'who' = $1"
    assert await house.runtime.pool.fetchval(kept, "ministry") == 1, "written once for all its transfers"


async def test_what_stored_answers_still_say_is_taken_over(postgres_url: str) -> None:
    url = await migrated_database(postgres_url, f"test_{new_id().hex}", MIGRATIONS, "0018")
    connection = await asyncpg.connect(url)
    try:
        here, there = account_id("fund", "a"), account_id("fund", "b")
        for account, owner in ((here, "a"), (there, "b")):
            await connection.execute(ACCOUNT, account, owner)
        plain, held, gone = (new_id() for _ in range(3))
        soon = await connection.fetchval("SELECT now() + interval '1 minute'")
        await connection.execute(TRANSFER, plain, here, there, "posted", 5, None)
        await connection.execute(TRANSFER, held, here, there, "posted", 5, soon)
        await connection.execute(TRANSFER, gone, here, there, "posted", 5, None)
        refused = {"transfer_id": None, "state": "refused", "code": "insufficient_funds"}
        answers = {
            "ministry": {"results": [refused, {"transfer_id": str(plain), "state": "posted", "code": None}]},
            "till": {"payment_id": str(held), "state": "held"},
            "other till": {"payment_id": str(held), "state": "captured"},
        }
        for caller, document in answers.items():
            await connection.execute(ANSWER, caller, "k", json.dumps(document).encode())
        await migrate(url, MIGRATIONS)
        rows = await connection.fetch(
            "SELECT transfer_id, ordered_by ->> 'who' AS ordered, settled_by ->> 'who' AS settled FROM transfer_by"
        )
        assert {row["transfer_id"]: (row["ordered"], row["settled"]) for row in rows} == {
            plain: ("ministry", None),
            held: ("till", "other till"),
            gone: (None, None),
        }
    finally:
        await connection.close()


@pytest.mark.parametrize(
    "orders",
    [
        pytest.param(("ministry", "ministry", "ministry"), id="one for all"),
        pytest.param(("ministry", "treasury", "ministry"), id="two callers in a batch"),
        pytest.param(("ministry", None, "ministry"), id="what an event brings about beside it"),
        pytest.param((None, None), id="events alone"),
    ],
)
async def test_who_has_ordered_is_kept_whoever_else_is_in_the_batch(
    house: House, orders: tuple[str | None, ...]
) -> None:
    fund, other, now = await house.fund("test"), await house.fund("another"), house.runtime.clock.now()
    made = [new_id() for _ in orders]
    items = [
        Item("test", None, b"", [Order(Transfer(one, UUID(other), UUID(fund), 5, "posted", 5))], acting=_acting(who))
        for one, who in zip(made, orders, strict=True)
    ]
    lane = LaneConnection(house.runtime.settings.database_url, "test")
    try:
        rows = await lane.fetch(statements.READ, [UUID(fund), UUID(other)], made, [], [])
        batch = Batch.of(rows, now).decide(items)
        assert (await lane.fetch(statements.WRITE, *batch.parameters()))[0]["yes"]
    finally:
        await lane.aclose()
    found = [tuple(row.values()) for one in made for row in await house.runtime.pool.fetch(BY, one)]
    assert found == [(who, None) for who in orders]


def _acting(who: str | None) -> str | None:
    return None if who is None else json.dumps({"who": who})
