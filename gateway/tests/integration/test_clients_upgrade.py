"""Clients of an installation of the version before: nothing stops, and what is changed about them is told."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta
from typing import Any

import asyncpg
import pytest

from api_gateway import MIGRATIONS
from chassis.ids import new_id
from chassis.migrations import run_migrations
from chassis.testing import database_url

BEFORE = "0004"
OLD = "INSERT INTO api_client VALUES ($1, $1, $2, $3, NULL, 'k1', $4, now() - interval '200 days', $5)"


@pytest.fixture
async def old(postgres_url: str) -> Any:
    """A database of the version before."""
    name = f"old_{new_id().hex}"
    server = await asyncpg.connect(postgres_url)
    await server.execute(f"CREATE DATABASE {name}")
    await server.close()
    url = database_url(postgres_url, name)
    await asyncio.to_thread(run_migrations, url, MIGRATIONS, BEFORE)
    return url


async def test_clients_go_on_and_are_listed(old: str) -> None:
    connection = await asyncpg.connect(old)
    for client_id, scopes, governorate, by in (
        ("bootstrap", ["clients:write", "payouts:approve", "wallets:read"], None, "environment"),
        ("ministry", ["citizens:read", "ledger:read"], None, "bootstrap"),
        ("pension-authority", ["payouts:submit", "payouts:approve"], None, "bootstrap"),
        ("pension-approver", ["payouts:approve"], None, "bootstrap"),
        ("counter-x", ["cards:handover"], "03", "operations"),
        ("unheard-of", ["messages:read"], None, "operations"),
    ):
        await connection.execute(OLD, client_id, scopes, governorate, client_id.encode().ljust(32), by)
    await asyncio.to_thread(run_migrations, old, MIGRATIONS)
    rows = await connection.fetch("SELECT * FROM api_client")
    await connection.close()
    found = {row["client_id"]: row for row in rows}

    assert {name: row["governorate"] for name, row in found.items()} == {
        "bootstrap": "*", "ministry": "*", "pension-authority": "*", "pension-approver": "*", "counter-x": "03",
        "unheard-of": "*",
    }  # fmt: skip
    assert {name: row["owner"] for name, row in found.items()} == {
        "bootstrap": "ministry", "ministry": "ministry", "pension-authority": "pension-authority",
        "pension-approver": "pension-authority", "counter-x": "ministry", "unheard-of": "unassigned",
    }  # fmt: skip
    assert found["bootstrap"]["scopes"] == ["clients:read", "clients:write"]
    assert found["ministry"]["scopes"] == ["citizens:read", "ledger:read"]
    assert found["pension-authority"]["scopes"] == ["payouts:submit"]
    assert found["pension-approver"]["scopes"] == []
    assert all(row["secret_mark"] == name.encode().ljust(32) for name, row in found.items())

    now = datetime.now(UTC)
    for name, row in found.items():
        term = timedelta(hours=24) if name == "bootstrap" else timedelta(days=90)
        assert abs(row["expires_at"] - now - term) < timedelta(minutes=5)
    notes = {name: row["upgrade_note"] or "" for name, row in found.items()}
    assert "nation" in notes["unheard-of"]
    assert "payouts:approve" in notes["pension-approver"]
    assert "registry" in notes["ministry"]
    assert notes["counter-x"] == ""
