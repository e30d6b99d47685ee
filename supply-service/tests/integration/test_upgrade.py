"""An installation that was running before sales were written once: its replies and events stay what they were."""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from uuid import UUID

import asyncpg
import orjson
import pytest

from chassis.idempotency import fingerprint
from chassis.ids import new_id
from chassis.testing import TestIssuer, as_owner, migrate, migrated_database
from contracts.supply import Redeemed
from supply_service import MIGRATIONS

from ..support import NOON, Holder, Supply, Till, bread, serve, settings_for
from .test_reversals import reverse

BEFORE = "0005"
REPLY = b'{"redemption_id":"as it was sent"}'


async def old_sale(connection: asyncpg.Connection, supply: Till, holder: Holder, key: str, body: bytes) -> UUID:
    """A sale of one day's bread as the version before wrote it."""
    sale_id, day = new_id(), NOON.date()
    line = {"programme": "bread", "item": "loaf", "quantity": 15, "amount": 300, "days": [str(day)],
            "period": str(day.replace(day=1)), "taken": 15}  # fmt: skip
    await connection.execute(
        "INSERT INTO redemption (household_id, redemption_id, period, business_day, card_id, terminal_id, outlet_id,"
        " governorate, occurred_at, loaves, goods, cash, lines) VALUES ($1, $2, $3, $4, $5, $6, $7, '03', $8, 15, 0,"
        " 300, $9)",
        holder.household_id, sale_id, day.replace(day=1), day, holder.card_id, supply.terminal_id, supply.outlet_id,
        NOON, orjson.dumps([line]).decode(),
    )  # fmt: skip
    await connection.execute(
        "INSERT INTO entry VALUES ($1, $2, $3, 'bread', 0, 'draw', 15)",
        holder.household_id, sale_id, day.replace(day=1),
    )  # fmt: skip
    await connection.execute(
        "INSERT INTO stored_answer VALUES ($1, $2, $3, $4, 201, $5)",
        supply.terminal_id, key, day, fingerprint("POST", "/v1/redemptions", body), REPLY,
    )  # fmt: skip
    return sale_id


async def enter(connection: asyncpg.Connection, till: Till, holder: Holder) -> None:
    """A terminal and a household with an active card whose month is open, as they are in both versions."""
    month = NOON.date().replace(day=1)
    await connection.execute(
        "INSERT INTO outlet VALUES ($1, 'bakery', 'م', 'o', '03', 'al-arab', NULL, NULL, $2)", till.outlet_id, NOON
    )
    await connection.execute(
        "INSERT INTO terminal (terminal_id, outlet_id, serial, model, registered_at, changed)"
        " VALUES ($1, $2, 's', 'm', $3, 1)",
        till.terminal_id, till.outlet_id, NOON,
    )  # fmt: skip
    await connection.execute(
        "INSERT INTO household (household_id, governorate, members, activated_on, opened) VALUES ($1, '03', 3, $2, $2)",
        holder.household_id, month,
    )  # fmt: skip
    await connection.execute(
        "INSERT INTO card (card_id, household_id, state, supply) VALUES ($1, $2, 'active', true)",
        holder.card_id, holder.household_id,
    )  # fmt: skip
    for programme, granted, drawn in (("bread", 450, 15), ("goods", 15000, 0), ("bread_points", 0, 0)):
        await connection.execute(
            "INSERT INTO pot VALUES ($1, $2, $3, $4, $5, 3, $6, $7)",
            holder.household_id, month, programme, granted, granted - drawn, 15 if programme == "bread" else 0,
            1 << 4 if drawn else 0,
        )  # fmt: skip


@pytest.fixture
async def before(postgres_url: str) -> Any:
    """A database as the version before left it."""
    return await migrated_database(postgres_url, f"before_{new_id().hex}", MIGRATIONS, BEFORE)


async def test_old_sales_answer_repeats_are_published_and_taken_back(before: str, issuer: TestIssuer) -> None:
    till, holder = _till(issuer), Holder(new_id(), new_id())
    body = orjson.dumps({"card_id": str(holder.card_id), "lines": [bread(15)]})
    old = await asyncpg.connect(as_owner(before))  # as the version before this one ran
    try:
        await enter(old, till, holder)
        sale_id = await old_sale(old, till, holder, "before", body)
        await old.execute(
            "INSERT INTO outbox (event_id, type, topic, key, time, payload) VALUES ($1, $2, $3, $4, $5, 'as it was')",
            new_id(), Redeemed.event_type(), Redeemed.TOPIC, str(holder.household_id), NOON,
        )  # fmt: skip
        await migrate(before, MIGRATIONS)
        async with serve(settings_for(before, issuer), issuer) as supply:
            headers = {**till.headers("before"), "Content-Type": "application/json"}
            again = await supply.client.post("/v1/redemptions", content=body, headers=headers)
            assert (again.status_code, again.content) == (201, REPLY)
            assert again.headers["idempotency-replayed"] == "true"
            other = await supply.client.post("/v1/redemptions", content=body + b" ", headers=headers)
            assert other.json()["code"] == "idempotency_key_reused"
            assert [payload for _, payload in await supply.events(Redeemed)] == [b"as it was"]
            read = await supply.client.get(f"/v1/redemptions/{sale_id}", headers=till.headers())
            assert read.json()["lines"][0]["days"] == ["2026-11-05"]
            undone = await reverse(supply, till, sale_id)
            assert undone.status_code == 201, undone.text
            assert (await supply.left(holder, till))["bread"] == 450
            await _beside_the_old_version(supply, old, till, holder)
    finally:
        await old.close()


async def _beside_the_old_version(supply: Supply, old: asyncpg.Connection, till: Till, holder: Holder) -> None:
    """While both run, neither sells under a key of the other's, and both answer."""
    new = await supply.sell(till, holder, bread(15), key="new")
    assert new.status_code == 201, new.text
    with pytest.raises(asyncpg.UniqueViolationError):
        await old_sale(old, till, holder, "new", b"")
    body = orjson.dumps({"card_id": str(holder.card_id), "lines": [bread(15)]})
    await old_sale(old, till, holder, "meanwhile", body)
    headers = {**till.headers("meanwhile"), "Content-Type": "application/json"}
    supply.at(NOON + timedelta(days=1))
    again = await supply.client.post("/v1/redemptions", content=body, headers=headers)
    assert (again.status_code, again.content) == (201, REPLY)


def _till(issuer: TestIssuer) -> Till:
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

    from ..support import PORT_SAID, SCOPES

    terminal_id, outlet_id = new_id(), new_id()
    token = issuer.token(str(terminal_id), SCOPES, kind="terminal", outlet_id=outlet_id, governorate=PORT_SAID)
    return Till(terminal_id, outlet_id, "bakery", token, Ed25519PrivateKey.generate())
