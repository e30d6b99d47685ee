"""How soon a page of a million households is there, filtered and sorted, and how soon a file of a hundred thousand."""

from __future__ import annotations

import asyncio
import os
import random
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any, Final

import asyncpg
import orjson

from bench.harness.numbers import milliseconds, percentile
from bench.harness.options import Options
from bench.harness.report import Section
from bench.harness.stack import Stack
from card_service.cards.numbers import new_number
from card_service.sealing import CARD_NUMBER, MOBILE, NAME, NATIONAL_ID
from chassis.ids import new_id
from chassis.sealing import Keyring, Vault, key_bytes
from devstack.demo import names
from devstack.terminal.wire import Wire

BATCH: Final = 5_000
PAGES: Final = 10
AIM_PAGE: Final = 500.0  # milliseconds, the 99th of a hundred
AIM_FILE: Final = 120.0  # seconds for a hundred thousand rows
HERE: Final = "03"  # a tenth of all households
ELSEWHERE: Final = ("01", "02", "12", "13", "14", "19", "21", "24", "25")
STATES: Final = ("active",) * 16 + ("issued",) * 2 + ("requested", None)
LISTS: Final = {
    "all": {},
    "of a governorate": {"governorate": HERE},
    "whose head's card was not handed over": {"card_state": "requested"},
    "large, without a card, of a governorate": {"governorate": "01", "size_from": "6", "card_state": "none"},
}
SORTS: Final = ("-registered", "members", "district")
_HOUSEHOLD: Final = ("household_id", "governorate", "district", "address", "members", "registered_at")
_CITIZEN: Final = (
    "citizen_id", "household_id", "role", "full_name_sealed", "national_id_hash", "national_id_sealed", "mobile_hash",
    "mobile_sealed", "mobile_usable", "birth_date", "sex", "registered_at",
)  # fmt: skip
_CARD: Final = (
    "card_id", "citizen_id", "household_id", "governorate", "number_hash", "number_sealed", "state", "services",
    "created_at", "issued_at", "activated_at",
)  # fmt: skip


@dataclass
class Found:
    """Milliseconds of pages and counts by list and order, and of each file its rows, bytes and seconds."""

    households: int = 0
    pages: dict[tuple[str, str], list[float]] = field(default_factory=dict)
    counts: dict[str, tuple[int, float]] = field(default_factory=dict)
    files: dict[str, tuple[int, int, float]] = field(default_factory=dict)


async def run(stack: Stack, options: Options) -> Found:
    """Fill the register, look through it, and have files made of a tenth of it."""
    url = stack.server_url.rsplit("/", 1)[0] + "/" + stack.database_url("card").rsplit("/", 1)[1]
    secrets = stack.secrets
    vault = Vault(Keyring.parse(secrets["UNICARD_CARD_DATA_KEYS"]), key_bytes(secrets["UNICARD_CARD_LOOKUP_KEY"]))
    await _fill(url, vault, options)
    found = Found(options.registered)
    wire, edge = Wire(stack.settings.url("card"), limit=2), stack.wire(limit=1)
    try:
        asking = _Asking(wire, stack.client(edge, "registry"))
        for name, conditions in LISTS.items():
            began = time.perf_counter()
            counted = await asking.get("/v1/registered-households/count", conditions)
            found.counts[name] = counted["count"], 1000 * (time.perf_counter() - began)
            for sort in SORTS:
                found.pages[name, sort] = await _pages(asking, conditions | {"sort": sort})
        for form in ("csv", "xlsx"):
            found.files[form] = await _file(asking, form)
    finally:
        await wire.aclose()
        await edge.aclose()
    return found


@dataclass
class _Asking:
    """Calls of the service as a system of the register's."""

    wire: Wire
    caller: Any

    async def get(self, path: str, query: dict[str, str]) -> Any:
        """What it shows."""
        asked = "&".join(f"{name}={value}" for name, value in query.items())
        return await self._send("GET", f"{path}?{asked}" if asked else path, b"")

    async def order(self, form: str) -> Any:
        """A file of a tenth of the register."""
        body = {"asked": {"governorate": HERE}, "format": form, "purpose": "a measurement"}
        return await self._send("POST", "/v1/register-exports", orjson.dumps(body))

    async def _send(self, method: str, path: str, body: bytes) -> Any:
        headers = [("authorization", f"Bearer {await self.caller.token()}"), ("content-type", "application/json")]
        if method == "POST":
            headers.append(("idempotency-key", str(new_id())))
        answer = await self.wire.request(method, path, tuple(headers), body, 60)
        if answer.status not in {200, 202}:
            raise RuntimeError(f"{path}: {answer.status} {answer.body!r}")
        return answer.json()


async def _pages(asking: _Asking, query: dict[str, str]) -> list[float]:
    """Milliseconds of the first pages of a list, each behind the one before."""
    spent, after = list[float](), ""
    for _ in range(PAGES):
        began = time.perf_counter()
        page = await asking.get("/v1/registered-households", query | ({"after": after} if after else {}))
        spent.append(1000 * (time.perf_counter() - began))
        after = page["next"]
        if after is None:
            break
    return spent


async def _file(asking: _Asking, form: str) -> tuple[int, int, float]:
    """Rows, bytes and seconds of a file, from the order until it may be fetched."""
    began = time.perf_counter()
    made = await asking.order(form)
    while made["status"] != "done":
        if made["status"] == "failed":
            raise RuntimeError("the file failed")
        await asyncio.sleep(0.25)
        made = await asking.get(f"/v1/register-exports/{made['export_id']}", {})
    return made["done"], made["size"], time.perf_counter() - began


async def _fill(url: str, vault: Vault, options: Options) -> None:
    """Write households, their heads and cards by COPY."""
    owner = await asyncpg.connect(url)
    await owner.execute("SET session_replication_role = replica; SET synchronous_commit = off")
    for start in range(0, options.registered, BATCH):
        rows = list(_rows(vault, min(BATCH, options.registered - start), options.seed + start))
        for table, columns, index in (("household", _HOUSEHOLD, 0), ("citizen", _CITIZEN, 1), ("card", _CARD, 2)):
            records = [row[index] for row in rows if row[index]]
            await owner.copy_records_to_table(table, columns=columns, records=records)
    await owner.execute("SET session_replication_role = origin")
    for table in ("household", "citizen", "card"):
        await owner.execute(f"VACUUM (ANALYZE) {table}")
    await owner.execute("CHECKPOINT")
    await owner.close()


def _rows(vault: Vault, count: int, seed: int) -> Iterator[tuple[tuple[Any, ...], ...]]:
    """A household, its head, and the head's card if there is one."""
    rng, now = random.Random(seed), datetime.now(UTC)
    for _ in range(count):
        home, head, card_id = new_id(), new_id(), new_id()
        governorate = HERE if rng.random() < 0.1 else rng.choice(ELSEWHERE)
        at = now - timedelta(seconds=rng.randrange(400 * 86400))
        household = (home, governorate, f"{governorate}.{rng.randrange(1, 8):02}", "", rng.randrange(1, 9), at)
        name = names.full(names.given(rng, male=True), names.lineage(rng))
        citizen = (
            head, home, "head", vault.seal(head, name.encode(), NAME), os.urandom(32),
            vault.seal(head, b"29001010312345", NATIONAL_ID), os.urandom(32),
            vault.seal(head, b"+201001234567", MOBILE), True, at.date(), "male", at,
        )  # fmt: skip
        state = rng.choice(STATES)
        sealed = vault.seal(card_id, new_number("9818").encode(), CARD_NUMBER)
        held = at if state in {"issued", "active"} else None
        used, services = (at, ["supply"]) if state == "active" else (None, [])
        card = (card_id, head, home, governorate, os.urandom(32), sealed, state, services, at, held, used)
        yield household, citizen, card if state else ()


def section(found: Found) -> Section:
    """The figures in words and tables."""
    told = Section("The register as a list, and a file of it")
    told.say(
        f"{found.households:,} households, a head each, cards for nearly all. Pages of 50 at",
        f"`GET /v1/registered-households` of the service, the first {PAGES} of each list, one behind the other, each",
        "with names and numbers opened and with its entries in the record of processing; the count of each list once.",
    )
    rows = [
        [name, f"{found.counts[name][0]:,}", milliseconds(found.counts[name][1]), sort,
         *(milliseconds(percentile(sorted(spent), share)) for share in (0.5, 1.0))]
        for (name, sort), spent in found.pages.items()
    ]  # fmt: skip
    told.table(["households", "number", "counted in ms", "order", "page p50 ms", "slowest ms"], rows)
    told.say(
        "Files from the order until they may be fetched: read, opened, written, sealed, everybody in them recorded."
    )
    files = [
        [form, f"{count:,}", f"{size / 1e6:.1f}", f"{seconds:.1f}", f"{count / seconds:,.0f}"]
        for form, (count, size, seconds) in found.files.items()
    ]
    told.table(["file", "rows", "MB", "seconds", "rows a second"], files)
    worst = percentile(sorted(one for spent in found.pages.values() for one in spent), 0.99)
    told.aim(
        f"a page among {found.households:,} households ≤ {AIM_PAGE:g} ms (p99)", f"{worst:.0f} ms",
        reached=worst <= AIM_PAGE,
    )  # fmt: skip
    for form, (count, _, seconds) in found.files.items():
        told.aim(f"a {form} file of {count:,} rows ≤ {AIM_FILE:g} s", f"{seconds:.0f} s", reached=seconds <= AIM_FILE)
    return told
