"""An installation of commit 78a1402, with what it held, upgraded in place: everything and everyone in it goes on.

`tools/upgrade_archive.py` has made the archive. Its databases come back as a superuser restores them, owned by the
services' roles; then the present version starts on them.
"""

from __future__ import annotations

import asyncio
import json
import os
import subprocess
import tarfile
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import asyncpg
import httpx
import pytest
from tests.e2e.conftest import System

from chassis.districts import DISTRICTS
from devstack.engines import PostgresEngine
from devstack.engines.files import open_to_others
from devstack.engines.postgres import binaries
from devstack.settings import on_free_ports
from devstack.stack.programs import SERVICES

ARCHIVE = Path(__file__).parents[1] / "upgrade" / "78a1402.tar.xz"

# What must be the same afterwards, by database.
FACTS = {
    "gateway": (
        "SELECT array_agg(client_id ORDER BY client_id) FROM api_client WHERE created_by <> 'environment'",
        "SELECT array_agg((terminal_id, outlet_id, key_id)::text ORDER BY terminal_id) FROM terminal",
        "SELECT array_agg((kid, encode(public_key, 'hex'))::text ORDER BY kid) FROM signing_key",
    ),
    "card": (
        "SELECT array_agg((household_id, governorate, members)::text ORDER BY household_id) FROM household",
        "SELECT array_agg((citizen_id, encode(mobile_hash, 'hex'))::text ORDER BY citizen_id) FROM citizen",
        # by the words of before: cards in stock were called ready, replaced ones closed
        "SELECT array_agg((card_id, CASE state WHEN 'in_stock' THEN 'ready' WHEN 'replaced' THEN 'closed' ELSE state"
        " END, services)::text ORDER BY card_id) FROM card",
        "SELECT array_agg((position, encode(hash, 'hex'))::text ORDER BY position) FROM access_log",
        # who belongs to each household, and how many that are
        "SELECT array_agg((household_id, citizen_id, role)::text ORDER BY citizen_id) FROM citizen",
        "SELECT array_agg((household_id, n)::text ORDER BY household_id)"
        " FROM (SELECT household_id, count(*) AS n FROM citizen GROUP BY household_id) counted",
    ),
    "supply": (
        "SELECT array_agg((redemption_id, loaves, goods, cash)::text ORDER BY redemption_id) FROM redemption",
        # open pots with all that they were granted and what was drawn of them when
        "SELECT array_agg((household_id, period, programme, granted, remaining, members, daily, drawn_days)::text"
        " ORDER BY household_id, period, programme) FROM pot",
        # what a household owes is taken from the month that is opened for all once the present version runs
        "SELECT array_agg((household_id, members, activated_on)::text ORDER BY household_id) FROM household",
        "SELECT array_agg((card_id, household_id, state, supply, blocked_at)::text ORDER BY card_id) FROM card",
        "SELECT array_agg((settlement_id, amount)::text ORDER BY settlement_id) FROM settlement",
        "SELECT array_agg((terminal_id, status, key_id)::text ORDER BY terminal_id) FROM terminal",
    ),
    "health": (
        "SELECT array_agg((encounter_id, total, copayment)::text ORDER BY encounter_id) FROM encounter",
        # the day of cover may become an earlier one: the first card of a family, told again, counts
        "SELECT array_agg((household_id, state)::text ORDER BY household_id) FROM coverage",
        "SELECT array_agg((card_id, household_id, state, blocked, health)::text ORDER BY card_id) FROM card",
    ),
    "payment": (
        "SELECT array_agg((account_id, kind, owner, balance)::text ORDER BY account_id) FROM account"
        " WHERE kind <> 'fund'",
        "SELECT array_agg(account_id::text ORDER BY account_id) FROM account",
        "SELECT array_agg((transfer_id, amount, posted, kind)::text ORDER BY transfer_id) FROM transfer",
        "SELECT array_agg((batch_id, state, paid_total)::text ORDER BY batch_id) FROM payout_batch",
    ),
    "notify": ("SELECT array_agg((citizen_id, encode(number_hash, 'hex'))::text ORDER BY citizen_id) FROM contact",),
}
# As if it had been made just now: what is due by the calendar alone would happen on whatever day the test runs.
YOUNGER = (
    "UPDATE signing_key SET created_at = created_at + $1, signs_from = signs_from + $1",
    "UPDATE api_client SET created_at = created_at + $1",
)


def url(system: System, database: str, role: str = "postgres", kept_as: str = "POSTGRES_PASSWORD") -> str:
    place = f"127.0.0.1:{system.environment['UNICARD_POSTGRES_PORT']}"
    return f"postgresql://{role}:{system.secrets()[kept_as]}@{place}/{database}"


async def facts(system: System) -> dict[str, list[Any]]:
    found: dict[str, list[Any]] = {}
    for service, statements in FACTS.items():
        connection = await asyncpg.connect(url(system, f"unicard_{service}"))
        found[service] = [await connection.fetchval(statement) for statement in statements]
        await connection.close()
    return found


async def make_younger(system: System, made_at: str) -> None:
    connection = await asyncpg.connect(url(system, "unicard_gateway"))
    for statement in YOUNGER:
        await connection.execute(statement, datetime.now(UTC) - datetime.fromisoformat(made_at))
    await connection.close()
    for service in FACTS:  # the day after its last sale
        connection = await asyncpg.connect(url(system, f"unicard_{service}"))
        await connection.execute("UPDATE training_clock SET ahead = ahead + interval '1 day'")
        await connection.close()


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of the older installation, open to others as that version left it."""
    made = tmp_path_factory.mktemp("upgrade") / "unicard"
    made.mkdir(mode=0o755)
    with tarfile.open(ARCHIVE) as archive:
        archive.extractall(made, filter="data")
    for path in made.rglob("*"):
        path.chmod(0o755 if path.is_dir() else 0o644)
    return made


@pytest.fixture(scope="module")
def before(folder: Path) -> System:
    """The installation with its databases restored, stopped."""
    ports = on_free_ports()
    environment = {**os.environ, **ports, "UNICARD_HOME": str(folder)}
    for variable in ("UNICARD_POSTGRES_URL", "UNICARD_KAFKA_BOOTSTRAP"):
        environment.pop(variable, None)
    edge, sink = (f"http://127.0.0.1:{ports[name]}" for name in ("UNICARD_EDGE_PORT", "UNICARD_SINK_PORT"))
    for device in folder.glob("terminals/*/device.json"):  # it stays where it was, on other ports
        known = json.loads(device.read_text(encoding="utf-8"))
        device.write_text(json.dumps({**known, "gateway": edge}), encoding="utf-8")
    return System(environment, folder, edge, sink)


@pytest.fixture(scope="module")
def held(before: System) -> dict[str, list[Any]]:
    """What the installation held, before the present version has touched it."""
    password, port = before.secrets()["POSTGRES_PASSWORD"], int(before.environment["UNICARD_POSTGRES_PORT"])
    server = PostgresEngine(before.folder / "postgres", port=port, password=password)
    server.start()
    try:
        given = {"PATH": os.environ["PATH"], "PGPASSWORD": password, "LC_ALL": "C"}
        restore = [
            str(binaries() / "psql"),
            "-q",
            "-h",
            "127.0.0.1",
            "-p",
            str(port),
            "-U",
            "postgres",
            "-d",
            "postgres",
        ]
        sql = str(before.folder / "databases.sql")
        done = subprocess.run([*restore, "-f", sql], env=given, capture_output=True, text=True, check=True, timeout=300)
        assert [line for line in done.stderr.splitlines() if 'role "postgres" already exists' not in line] == []
        made = json.loads((before.folder / "archive.json").read_text(encoding="utf-8"))
        asyncio.run(make_younger(before, made["made_at"]))
        return asyncio.run(facts(before))
    finally:
        server.stop()


@pytest.fixture(scope="module")
def upgraded(before: System, held: dict[str, list[Any]]) -> Iterator[System]:
    """The same, started by the present version."""
    assert held["card"][0], "nothing was restored"
    started = before.unicard("up", "--detach", "--no-demo", timeout=300)
    try:
        assert started.returncode == 0, started.stdout + started.stderr
        yield before
    finally:
        before.unicard("down", timeout=60)


def test_everything_that_was_held_is_there(upgraded: System, held: dict[str, list[Any]]) -> None:
    now = asyncio.run(facts(upgraded))
    for service, was in held.items():
        for statement, old, new in zip(FACTS[service], was, now[service], strict=True):
            assert set(old or ()) <= set(new or ()), statement


def test_districts_that_were_words_are_codes(upgraded: System) -> None:
    async def places() -> set[str]:
        found: set[str] = set()
        for service, table in (("card", "household"), ("card", "pickup_site"), ("supply", "outlet")):
            connection = await asyncpg.connect(url(upgraded, f"unicard_{service}"))
            try:
                found |= {row[0] for row in await connection.fetch(f"SELECT DISTINCT district FROM {table}")}
            finally:
                await connection.close()
        return found

    found = asyncio.run(places())
    assert found, "the archive has households and places"
    assert found <= DISTRICTS.keys()


def test_names_that_stood_in_clear_are_sealed_and_read_as_they_were(upgraded: System) -> None:
    async def in_clear() -> int:
        connection = await asyncpg.connect(url(upgraded, "unicard_card"))
        try:
            return int(await connection.fetchval("SELECT count(*) FROM citizen WHERE full_name <> '…'"))
        finally:
            await connection.close()

    async def someone() -> tuple[str, str]:
        connection = await asyncpg.connect(url(upgraded, "unicard_card"))
        try:
            row = await connection.fetchrow(
                "SELECT c.citizen_id, h.governorate FROM citizen c JOIN household h USING (household_id) LIMIT 1"
            )
            assert row is not None
            return str(row["citizen_id"]), row["governorate"]
        finally:
            await connection.close()

    deadline = time.monotonic() + 120
    while asyncio.run(in_clear()):
        assert time.monotonic() < deadline, "names still stand in clear"
        time.sleep(0.5)
    citizen, governorate = asyncio.run(someone())
    known = json.loads((upgraded.folder / "clients.json").read_text(encoding="utf-8"))
    token = upgraded.fetch_token("ministry", known["ministry"]["client_secret"])
    signed = {"Authorization": f"Bearer {token}"}
    name = httpx.get(f"{upgraded.edge}/v1/citizens/{citizen}", headers=signed, timeout=10).json()["full_name"]
    assert f"\t{name}\t" in (upgraded.folder / "databases.sql").read_text(encoding="utf-8")
    asked = {"name": name, "governorate": governorate, "limit": 100}
    found = httpx.post(f"{upgraded.edge}/v1/citizens/search", json=asked, headers=signed, timeout=10).json()
    assert name in {item["full_name"] for item in found["items"]}


def test_what_is_from_before_learns_where_it_belongs(upgraded: System, held: dict[str, list[Any]]) -> None:
    """The broker has none of the events of before: owners tell their state again, and counts agree in the end."""
    assert held["card"][2], "there are cards to tell of"

    async def finished() -> bool:
        payment = await asyncpg.connect(url(upgraded, "unicard_payment"))
        notify = await asyncpg.connect(url(upgraded, "unicard_notify"))
        try:
            lacking = [
                await database.fetchval("SELECT count(*) FROM read_model WHERE complete_at IS NULL")
                for database in (payment, notify)
            ]
            models = await payment.fetchval("SELECT count(*) FROM read_model")
            assert models == 4
            if any(lacking):
                return False
            assert await payment.fetchval("SELECT count(*) FROM wallet") > 0
            assert await payment.fetchval("SELECT count(*) FROM wallet WHERE governorate IS NULL") == 0
            assert await notify.fetchval("SELECT count(*) FROM contact") > 0
            assert await notify.fetchval("SELECT count(*) FROM contact WHERE governorate IS NULL") == 0
        finally:
            await payment.close()
            await notify.close()
        return True

    deadline = time.monotonic() + 240
    while not asyncio.run(finished()):
        assert time.monotonic() < deadline, "a read model is still incomplete"
        time.sleep(0.5)
    said = upgraded.unicard("restate")
    assert said.returncode == 0, said.stdout + said.stderr
    assert "its copy of card is complete" in said.stdout
    ordered = upgraded.unicard("restate", "outlets", "--wait")
    assert "outlets: done" in ordered.stdout, ordered.stdout + ordered.stderr


# Of every household: its size by the register's memberships, as supply-service was told it for this month, and by the
# members who may be patients.
COUNTS = {
    "card": "SELECT household_id, count(*) FROM membership WHERE until IS NULL GROUP BY household_id",
    "supply": (
        "SELECT DISTINCT ON (household_id) household_id, bread FROM household_size"
        " WHERE month <= now() + (SELECT ahead FROM training_clock) ORDER BY household_id, month DESC"
    ),
    "health": "SELECT household_id, count(*) FROM member WHERE stays IS NULL GROUP BY household_id",
}


def test_counts_pots_and_cover_go_on_unchanged_once_the_register_is_heard(
    upgraded: System, held: dict[str, list[Any]]
) -> None:
    """Sizes by month, memberships and patients come of what stood there; no pot, card or cover is another for it."""
    as_held = {tuple(row.strip("()").split(",")) for row in held["card"][-1]}
    assert len(as_held) > 10, "there are households to count"

    async def counted(service: str) -> set[tuple[str, str]]:
        database = await asyncpg.connect(url(upgraded, f"unicard_{service}"))
        try:
            return {(str(home), str(members)) for home, members in await database.fetch(COUNTS[service])}
        finally:
            await database.close()

    deadline = time.monotonic() + 240
    for service in COUNTS:
        while (found := asyncio.run(counted(service))) != as_held:
            assert time.monotonic() < deadline, f"{service}: {sorted(found ^ as_held)[:6]}"
            time.sleep(0.5)
    now = asyncio.run(facts(upgraded))
    for service in ("card", "supply", "health"):
        for statement, old, new in zip(FACTS[service], held[service], now[service], strict=True):
            assert set(old or ()) <= set(new or ()), statement


def test_its_clients_get_tokens(upgraded: System) -> None:
    known = json.loads((upgraded.folder / "clients.json").read_text(encoding="utf-8"))
    for client_id in ("ministry", "operations", "reconciliation", "health-authority", "pension-authority"):
        assert upgraded.fetch_token(client_id, known[client_id]["client_secret"])


def test_its_signing_keys_go_on(upgraded: System, held: dict[str, list[Any]]) -> None:
    keys = httpx.get(f"{upgraded.edge}/.well-known/jwks.json", timeout=10).json()["keys"]
    assert any(key["kid"] in row for key in keys for row in held["gateway"][2])


def test_a_terminal_sells_with_the_key_it_had(upgraded: System) -> None:
    card = json.loads((upgraded.folder / "archive.json").read_text(encoding="utf-8"))["card"]
    balance = upgraded.unicard("terminal", "balance", card)
    assert balance.returncode == 0, balance.stdout + balance.stderr
    sale = upgraded.unicard("terminal", "draw", card, "--loaves", "5")
    assert sale.returncode == 0, sale.stdout + sale.stderr


def test_its_ledger_is_sound(upgraded: System) -> None:
    async def sum_of_all() -> tuple[int, int]:
        connection = await asyncpg.connect(url(upgraded, "unicard_payment"))
        total = await connection.fetchval("SELECT sum(balance) FROM account")
        entries = await connection.fetchval("SELECT sum(amount) FROM entry")
        await connection.close()
        return int(total), int(entries)

    assert asyncio.run(sum_of_all()) == (0, 0)


def test_what_funds_had_drawn_is_owed_by_the_treasury(upgraded: System) -> None:
    async def balances() -> dict[str, int]:
        connection = await asyncpg.connect(url(upgraded, "unicard_payment"))
        rows = await connection.fetch(
            "SELECT owner, balance FROM account WHERE owner = 'treasury' OR account_id IN"
            " (SELECT account_id FROM payout_fund)"
        )
        await connection.close()
        return {row["owner"]: row["balance"] for row in rows}

    found = asyncio.run(balances())
    assert found.pop("treasury") < 0
    assert found
    assert all(balance >= 0 for balance in found.values())


@pytest.mark.parametrize("program", SERVICES, ids=lambda program: str(program.name))
def test_services_own_nothing_any_more(upgraded: System, program: Any) -> None:
    async def look() -> None:
        connection = await asyncpg.connect(url(upgraded, program.database, program.database, program.password_name))
        owners = await connection.fetch("SELECT DISTINCT tableowner FROM pg_tables WHERE schemaname = 'public'")
        assert [row["tableowner"] for row in owners] == [program.owner]
        for statement in (
            "CREATE TABLE more (n int)",
            "DROP TABLE outbox",
            "TRUNCATE idempotency",
            "DELETE FROM outbox",
        ):
            with pytest.raises(asyncpg.InsufficientPrivilegeError):
                await connection.execute(statement)
        await connection.close()

    asyncio.run(look())


def test_its_folder_is_closed_to_other_users(upgraded: System) -> None:
    assert [str(path) for path in open_to_others(upgraded.folder)] == []
