"""What is personal stays sealed: planted values stand in no log, no metric, no event and no row of a database."""

from __future__ import annotations

import asyncio
import base64
import csv
import io
import json
import re
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any
from uuid import UUID

import asyncpg
import httpx
import pytest

from card_service.sealing import CARD_NUMBER
from chassis.sealing import Keyring, Vault
from devstack.demo.people import Generator
from devstack.demo.places import PORT_SAID
from devstack.demo.stages.clinic import DIAGNOSIS
from devstack.state import read_state
from devstack.terminal.pin import code_in, seal

from .conftest import System, until

pytestmark = pytest.mark.slow

SERVICES = ("gateway", "card", "supply", "health", "payment", "notify")
# A name that no word of the system's own texts contains.
NAME = "كناريستان الزعفرانلي"
REGISTRY = "registry"
_TABLES = (
    "SELECT quote_ident(relname) AS name FROM pg_class WHERE relkind IN ('r', 'p') AND NOT relispartition"
    " AND relnamespace = 'public'::regnamespace"
)
STREET = "الفيروزانات"
# Where names and addresses are the very record: the register of households. Numbers and diagnoses stand nowhere.
REGISTER = {("card.household", "street")}
PIN = "0739"  # no number of a row is written so: what stands by itself like this was kept as a text
LOT = 49  # of the demo's national ids and telephones: no run of the demo uses it


@pytest.fixture(scope="module")
def canaries(system: System, first: dict[str, Any]) -> dict[str, str]:
    """One household with values of its own, registered beside those of the demo."""
    people = Generator(seed=1, lot=LOT, today=date(2026, 11, 1))
    head = people.person("head", 40, male=True, line=("أ", "ب", "ج"))
    row = ("C-1", "head", head.national_id, NAME, people.phone(), PORT_SAID, "03.01", f"شارع {STREET}")
    text = io.StringIO()
    writer = csv.writer(text)
    writer.writerow(
        ("household_ref", "role", "national_id", "full_name", "mobile", "governorate", "district", "address")
    )
    writer.writerow(row)
    headers = {**system.headers(REGISTRY), "Content-Type": "text/csv"}
    made = httpx.post(f"{system.edge}/v1/imports", content=text.getvalue().encode(), headers=headers, timeout=30)
    assert made.status_code in {201, 202}, made.text
    found = {
        "national id": head.national_id,
        "mobile": row[4][1:],
        "name": NAME,
        "street": STREET,
        "given name": NAME.split()[0],
    }
    path = f"{system.edge}/v1/imports/{made.json()['id']}"

    def registered() -> bool:
        reply = httpx.get(path, headers=system.headers(REGISTRY), timeout=10).raise_for_status().json()
        assert reply["rejected"] == 0, reply
        return bool(reply["status"] == "done")

    until(registered)
    # whoever hears of people has heard of this one
    until(lambda: asyncio.run(_count(system, "notify", "SELECT count(*) FROM contact")) > 0)
    return found | {
        "diagnosis": DIAGNOSIS["code"],
        "outlet's mobile": _outlet_reached(system, people.phone()),
        "card number": _card_number(system),
    }


def _outlet_reached(system: System, mobile: str) -> str:
    """The number of an outlet that is told what happens to its terminals; without the leading zero."""
    listed = httpx.get(f"{system.edge}/v1/outlets?limit=1", headers=system.headers("outlets"), timeout=10).json()
    path = f"{system.edge}/v1/outlets/{listed['items'][0]['outlet_id']}/contact"
    httpx.put(path, json={"mobile": mobile}, headers=system.headers("outlets"), timeout=10).raise_for_status()
    until(lambda: asyncio.run(_count(system, "notify", "SELECT count(*) FROM place_contact")) > 0)
    return mobile[1:]


def _card_number(system: System) -> str:
    """The number of a card of the demo, by which an authority has then looked its holder up."""
    card_id, sealed = asyncio.run(_sealed_number(system))
    vault = Vault(Keyring.parse(system.secrets()["UNICARD_CARD_DATA_KEYS"]))
    number = vault.open(card_id, sealed, CARD_NUMBER).decode()
    headers, asked = system.headers("pension-authority"), {"card_numbers": [number]}
    reply = httpx.post(f"{system.edge}/v1/payee-lookups", json=asked, headers=headers, timeout=10)
    assert reply.status_code == 200, reply.text
    assert len(reply.json()["items"]) == 1, reply.text
    return number


async def _sealed_number(system: System) -> tuple[UUID, bytes]:
    connection = await asyncpg.connect(_server(system, "unicard_card"))
    try:
        row = await connection.fetchrow("SELECT card_id, number_sealed FROM card WHERE state = 'active' LIMIT 1")
    finally:
        await connection.close()
    assert row is not None
    return UUID(int=row["card_id"].int), bytes(row["number_sealed"])


@pytest.fixture(scope="module")
def pin(system: System, canaries: dict[str, str]) -> str:
    """A PIN set and checked at a counter. Four digits stand anywhere by chance: they are looked for as a PIN's."""
    card_id, site_id = asyncio.run(_card_at_a_counter(system))
    token = system.new_client(["cards:handover"], governorate=PORT_SAID, site_id=site_id)
    key = httpx.get(f"{system.edge}/v1/pin-key", timeout=10).raise_for_status().json()
    claims = token.split(".")[1]
    device = json.loads(base64.urlsafe_b64decode(claims + "=" * (-len(claims) % 4)))["sub"]
    for method, path, purpose in (("PUT", "pin", "set"), ("POST", "pin-checks", "check")):
        body = {"pin_jwe": seal(PIN, card_id, key, device=device, purpose=purpose)}
        if purpose == "set":
            body["code"] = _code(system, card_id, token)
        headers = {"Authorization": f"Bearer {token}", "Idempotency-Key": f"canary-{path}"}
        url = f"{system.edge}/v1/cards/{card_id}/{path}"
        reply = httpx.request(method, url, json=body, headers=headers, timeout=10)
        assert reply.is_success, reply.text
    return PIN


def _code(system: System, card_id: str, token: str) -> str:
    """The code that the holder reads out of the SMS."""
    newest = httpx.get(f"{system.sink}/messages", params={"limit": 1, "newest": 1}, timeout=10).json()["items"]
    headers = {"Authorization": f"Bearer {token}", "Idempotency-Key": "canary-pin-code"}
    reply = httpx.post(f"{system.edge}/v1/cards/{card_id}/pin-codes", headers=headers, timeout=10)
    assert reply.is_success, reply.text
    after = {"limit": 500, **({"after": newest[-1]["id"]} if newest else {})}

    def told() -> list[str]:
        items = httpx.get(f"{system.sink}/messages", params=after, timeout=10).json()["items"]
        return [item["text"] for item in items if "تعيين الرقم السري" in item["text"]]

    return code_in(until(told)[0])


async def _card_at_a_counter(system: System) -> tuple[str, str]:
    """A card in use that has no PIN yet, and the counter it was handed over at."""
    connection = await asyncpg.connect(_server(system, "unicard_card"))
    try:
        row = await connection.fetchrow(
            "SELECT card_id::text, site_id::text FROM card JOIN citizen USING (citizen_id) WHERE state = 'active'"
            " AND site_id IS NOT NULL AND pin_digest IS NULL AND mobile_sealed IS NOT NULL AND mobile_usable"
            " AND mobile_new_until IS NULL AND card.governorate = $1 LIMIT 1",
            PORT_SAID,
        )
    finally:
        await connection.close()
    assert row is not None
    return str(row["card_id"]), str(row["site_id"])


def test_a_pin_stands_nowhere(system: System, pin: str) -> None:
    said = re.compile(rf"pin\W{{1,6}}{pin}\b".encode(), re.IGNORECASE)
    files = [file for folder in ("logs", "kafka") for file in (system.folder / folder).rglob("*") if file.is_file()]
    assert [file.name for file in files if said.search(file.read_bytes())] == []
    for name in SERVICES:
        rows = asyncio.run(_rows(system, name))
        # as a column of its own, too: `(…,2947,…)`
        alone = re.compile(rf"[(,]{pin}[,)]|{said.pattern.decode()}", re.IGNORECASE)
        assert [table for table, text in rows if alone.search(_readable(text))] == []


def test_no_log_holds_a_canary(system: System, canaries: dict[str, str]) -> None:
    files = [file for file in (system.folder / "logs").rglob("*") if file.is_file()]
    assert len(files) >= len(SERVICES)
    assert list(_found(files, canaries)) == []


def test_no_topic_holds_a_canary(system: System, canaries: dict[str, str]) -> None:
    files = [file for file in (system.folder / "kafka").rglob("*.log") if file.stat().st_size]
    assert sum(file.stat().st_size for file in files) > 100_000
    assert list(_found(files, canaries)) == []


def test_no_metric_holds_a_canary(system: System, canaries: dict[str, str]) -> None:
    state = read_state(system.folder)
    assert state is not None
    for name in SERVICES:
        port = system.environment[f"UNICARD_{name.upper()}_PORT"]
        text = httpx.get(f"http://127.0.0.1:{port}/metrics", timeout=10).text
        assert "unicard_" in text
        assert [what for what, value in canaries.items() if value in text] == []


def test_nothing_at_rest_in_a_database_holds_a_canary(system: System, canaries: dict[str, str]) -> None:
    """Every row of every table of every service, as PostgreSQL would dump it."""
    found: set[tuple[str, str]] = set()
    rows = 0
    for name in SERVICES:
        for table, text in asyncio.run(_rows(system, name)):
            rows += 1
            found |= {(f"{name}.{table}", what) for what, value in canaries.items() if value in _readable(text)}
    assert rows > 5_000
    assert found == REGISTER


async def _rows(system: System, name: str) -> list[tuple[str, str]]:
    """Every row of a service's database, with its table."""
    connection = await asyncpg.connect(_server(system, f"unicard_{name}"))
    try:
        tables = [row["name"] for row in await connection.fetch(_TABLES)]
        return [
            (table, row["text"])
            for table in tables
            for row in await connection.fetch(f"SELECT t::text AS text FROM {table} t")
        ]
    finally:
        await connection.close()


async def _count(system: System, name: str, statement: str) -> int:
    connection = await asyncpg.connect(_server(system, f"unicard_{name}"))
    try:
        return int(await connection.fetchval(statement))
    finally:
        await connection.close()


def _readable(text: str) -> str:
    """A row as text, with what its binary columns would say as UTF-8."""
    said = (bytes.fromhex(one).decode("utf-8", "ignore") for one in re.findall(r"\\\\x([0-9a-f]+)", text))
    return text + " ".join(said)


def _server(system: System, database: str) -> str:
    state = read_state(system.folder)
    assert state is not None
    password = system.secrets()["POSTGRES_PASSWORD"]
    return f"postgresql://postgres:{password}@127.0.0.1:{system.environment['UNICARD_POSTGRES_PORT']}/{database}"


def _found(files: list[Path], canaries: dict[str, str]) -> Iterator[str]:
    for file in files:
        contents = file.read_bytes()
        for what, value in canaries.items():
            escaped = value.encode("unicode_escape")  # as json.dumps writes what is not ASCII
            if value.encode() in contents or escaped in contents:
                yield f"{file.name}: {what}"
