"""How soon a citizen's record of who has seen their data is told, over all services."""

from __future__ import annotations

import time
from dataclasses import dataclass, field
from datetime import UTC, datetime
from uuid import UUID

import asyncpg

from bench.harness.numbers import median, milliseconds, percentile
from bench.harness.options import Options
from bench.harness.report import Section
from bench.harness.stack import Stack
from devstack.demo.people import Generator
from devstack.demo.places import PORT_SAID
from devstack.terminal.caller import Caller
from devstack.terminal.wire import Wire

SERVICES = ("card", "supply", "health", "payment", "notify")
ENTRIES = 10_000  # of the citizen, over all services
OTHERS = 10  # entries of other people for each of theirs
PAGE = 100
AIM_SECONDS = 1.0
_LOT = 7  # of made national ids: nobody else here uses it
_ENTER = """
    INSERT INTO record (record_id, at, who, kind, roles, request_id, operation, action, outcome, classes, citizen_id)
    SELECT uuidv7(), now(), 'person:' || gen_random_uuid(), 'person', 'registry-clerk', gen_random_uuid(),
        'GET /v1/citizens/{citizen_id}', 'read', 'done', 'identity contact',
        CASE WHEN n % $2 = 0 THEN $1 ELSE gen_random_uuid() END
    FROM generate_series(1, $3::integer) n
"""


@dataclass
class Told:
    """What was found: seconds of each page, from the newest to the oldest, and how many entries there were."""

    pages: list[float] = field(default_factory=list)
    entries: int = 0


async def run(stack: Stack, options: Options, wire: Wire) -> list[Told]:
    """Enter the records, then read all pages, round by round."""
    citizen = await _registered(stack, wire)
    of_each = ENTRIES // len(SERVICES)
    for service in SERVICES:
        database = await asyncpg.connect(stack.database_url(service))
        try:
            await database.execute(_ENTER, UUID(citizen), OTHERS + 1, of_each * (OTHERS + 1))
        finally:
            await database.close()
    officer = stack.person(wire, "data-protection-officer")
    return [await _read(officer, citizen) for _ in range(options.rounds)]


async def _registered(stack: Stack, wire: Wire) -> str:
    """A citizen of the register, by id."""
    people = Generator(seed=1, lot=_LOT, today=datetime.now(UTC).date())
    head = people.person("head", 40, male=True, line=("أ", "ب", "ج"))
    member = {"role": "head", "national_id": head.national_id, "full_name": "سعيد فريد نبيل", "mobile": people.phone()}
    body = {"governorate": PORT_SAID, "district": "03.01", "address": "", "members": [member]}
    made = await stack.client(wire, "registry").post("/v1/households", body)
    return str(made["members"][0]["citizen_id"])


async def _read(officer: Caller, citizen: str) -> Told:
    """All pages, one after the other."""
    told, path = Told(), f"/v1/citizens/{citizen}/disclosures"
    query: dict[str, object] = {"limit": PAGE}
    while True:
        started = time.perf_counter()
        page = await officer.get(path, **query)
        told.pages.append(time.perf_counter() - started)
        told.entries += len(page["items"])
        if page["next"] is None:
            return told
        query["after"] = page["next"]


def section(found: list[Told]) -> Section:
    """The figures in words and a table."""
    told = Section("Who has seen a citizen's data")
    told.say(
        "`GET /v1/citizens/{id}/disclosures` through the gateway, by a data protection officer: a citizen with",
        f"{ENTRIES:,} entries over {len(SERVICES)} services, among {ENTRIES * OTHERS:,} of others; {PAGE} a page, all",
        f"pages one after the other, each gathered from all services. {len(found)} rounds.",
    )
    pages = sorted(1000 * seconds for one in found for seconds in one.pages)
    first = 1000 * median([one.pages[0] for one in found])
    whole = median([sum(one.pages) for one in found])
    told.table(
        ["entries", "first page ms", "page p50 ms", "page p99 ms", "all of them s"],
        [
            [
                f"{found[0].entries:,}", milliseconds(first), milliseconds(percentile(pages, 0.5)),
                milliseconds(percentile(pages, 0.99)), f"{whole:.1f}",
            ]
        ],
    )  # fmt: skip
    told.aim(f"a page of disclosures of {ENTRIES:,} ≤ {AIM_SECONDS:g} s (p99)", f"{percentile(pages, 0.99):.0f} ms",
             reached=percentile(pages, 0.99) <= 1000 * AIM_SECONDS)  # fmt: skip
    return told
