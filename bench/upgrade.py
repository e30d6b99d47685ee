"""How long the migrations of the register and its followers take on a filled database, and how long writers wait."""

from __future__ import annotations

import asyncio
import shutil
import tempfile
import time
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

import asyncpg
from sqlalchemy.exc import DBAPIError

import card_service
import health_service
import supply_service
from bench.harness.options import Options
from bench.harness.report import Section
from chassis.infrastructure_errors import sqlstate
from chassis.testing import as_owner, connected_as_owner, migrate, migrated_database
from devstack.engines import PostgresEngine

FAMILY = 4
AIM_WAIT_SECONDS = 5.0  # as long as `chassis.migrations` lets a statement wait for its lock
_IN_THE_WAY, _MOST_REPEATED = {"40P01", "55P03"}, 20  # a deadlock, a lock that was not had in time
_IDS = "CREATE FUNCTION id_of(kind text, n bigint) RETURNS uuid LANGUAGE sql AS $$ SELECT md5(kind || n)::uuid $$"
_HOMES = "FROM generate_series(1, $1::integer) n"


@dataclass(frozen=True)
class Filled:
    """A service's database at commit 78a1402: its revision then, what fills it (`$1`: households), what is written."""

    migrations: Path
    revision: str
    fill: Sequence[str]
    writes: Sequence[str]


_SIZE = f"{FAMILY}"
SERVICES = {
    "card": Filled(
        card_service.MIGRATIONS,
        "0002",
        (
            "INSERT INTO household (household_id, governorate, district, address, members, registered_at)"
            f" SELECT id_of('h', n), '03', 'al-arab', 'شارع ' || n % 900, {_SIZE}, '2026-11-01' {_HOMES}",
            "INSERT INTO citizen (citizen_id, household_id, role, full_name, national_id_hash, national_id_sealed,"
            " mobile_hash, mobile_sealed, mobile_usable, birth_date, sex, registered_at)"
            " SELECT id_of('c', n * 4 + k), id_of('h', n), CASE k WHEN 0 THEN 'head' ELSE 'child' END,"
            " 'محمد أحمد ' || chr(1576 + n % 8) || chr(1576 + n / 8 % 8) || 'د ' || chr(1601 + k) || 'اد',"
            " sha256(('n' || n * 4 + k)::bytea), sha256(('s' || n * 4 + k)::bytea) || sha256('s'),"
            " CASE WHEN k < 2 THEN sha256(('m' || n * 4 + k)::bytea) END, CASE WHEN k < 2 THEN sha256('m') END, k < 2,"
            f" date '1950-01-01' + n % 25000, 'male', '2026-11-01' {_HOMES}, generate_series(0, 3) k",
            "INSERT INTO card (card_id, governorate, number_hash, number_sealed, citizen_id, household_id, state,"
            " services, created_at, issued_at, activated_at) SELECT id_of('k', n), '03', sha256(('k' || n)::bytea),"
            " sha256('k'), id_of('c', n * 4), id_of('h', n), 'active', ARRAY['supply', 'health', 'payment'],"
            " '2026-11-01', '2026-11-01', '2026-11-01'"
            f" {_HOMES}",
        ),
        (
            "UPDATE household SET revision = revision + 1 WHERE household_id = id_of('h', 1)",
            "UPDATE citizen SET mobile_usable = false WHERE citizen_id = id_of('c', 5)",
            "UPDATE card SET pin_failures = 0 WHERE card_id = id_of('k', 1)",
        ),
    ),
    "supply": Filled(
        supply_service.MIGRATIONS,
        "0005",
        (
            "INSERT INTO household (household_id, governorate, district, members, revision, activated_on, opened)"
            f" SELECT id_of('h', n), '03', 'al-arab', {_SIZE}, 1, '2026-10-01', '2026-11-01' {_HOMES}",
            "INSERT INTO card (card_id, household_id, citizen_id, state, supply, activated_at)"
            f" SELECT id_of('k', n), id_of('h', n), id_of('c', n * 4), 'active', true, '2026-10-01' {_HOMES}",
            "INSERT INTO pot (household_id, period, programme, granted, remaining, members, daily)"
            f" SELECT id_of('h', n), p, g, 600, 300, {_SIZE}, 20 {_HOMES},"
            " unnest(ARRAY['bread', 'goods', 'bread_points']) g, unnest(ARRAY[date '2026-10-01', '2026-11-01']) p",
        ),
        (
            "UPDATE household SET version = version + 1 WHERE household_id = id_of('h', 1)",
            "UPDATE pot SET remaining = remaining - 0 WHERE household_id = id_of('h', 1)",
            "UPDATE card SET supply = true WHERE card_id = id_of('k', 1)",
        ),
    ),
    "health": Filled(
        health_service.MIGRATIONS,
        "0002",
        (
            "INSERT INTO household (household_id, governorate, members, revision)"
            f" SELECT id_of('h', n), '03', {_SIZE}, 1 {_HOMES}",
            "INSERT INTO citizen (citizen_id, household_id, is_head, birth_year)"
            f" SELECT id_of('c', n * 4 + k), id_of('h', n), k = 0, 1950 + n % 70 {_HOMES}, generate_series(0, 3) k",
            "INSERT INTO card (card_id, household_id, citizen_id, state, health)"
            f" SELECT id_of('k', n), id_of('h', n), id_of('c', n * 4), 'active', true {_HOMES}",
            "INSERT INTO coverage (household_id, enrolled_on, state, since)"
            f" SELECT id_of('h', n), '2026-01-01', 'active', '2026-01-01' {_HOMES}",
        ),
        (
            "UPDATE household SET revision = revision + 1 WHERE household_id = id_of('h', 1)",
            "UPDATE citizen SET birth_year = birth_year WHERE citizen_id = id_of('c', 5)",
            "UPDATE coverage SET exempt = false WHERE household_id = id_of('h', 1)",
        ),
    ),
}


@dataclass
class Upgraded:
    """What was found of a service: seconds of all migrations, the longest wait of a writer, and how many statements
    the server took back because a writer and a migration waited for each other (a caller is answered 503 and repeats).
    """

    seconds: float = 0.0
    waited: float = 0.0
    taken_back: int = 0
    repeated: int = 0  # how many times the migrations were begun anew, for the same reason or a lock not had in time


async def run(options: Options) -> dict[str, Upgraded]:
    """Fill each database as it was, and upgrade it, on a server of its own."""
    folder = Path(tempfile.mkdtemp(prefix="unicard-bench-"))
    engine = PostgresEngine(folder / "postgres")
    try:
        await asyncio.to_thread(engine.start)
        return {name: await _upgraded(engine.url(), name, of, options) for name, of in SERVICES.items()}
    finally:
        await asyncio.to_thread(engine.stop)
        shutil.rmtree(folder, ignore_errors=True)


async def _upgraded(server: str, name: str, of: Filled, options: Options) -> Upgraded:
    url = await migrated_database(server, name, of.migrations, of.revision)
    async with connected_as_owner(url) as owner:
        await owner.execute(_IDS)
        for statement in of.fill:
            await owner.execute(statement.replace("$1::integer", str(options.citizens // FAMILY)))
        await owner.execute("ANALYZE")
    found = Upgraded()
    async with _writing(url, of.writes, found):
        began = time.perf_counter()
        await _migrated(url, of.migrations, found)
        found.seconds = time.perf_counter() - began
    return found


async def _migrated(url: str, migrations: Path, found: Upgraded) -> None:
    """To the newest revision, as an operator does it: what a writer was in the way of goes on from its revision."""
    while True:
        try:
            return await migrate(url, migrations)
        except DBAPIError as fault:
            if sqlstate(fault) not in _IN_THE_WAY or found.repeated >= _MOST_REPEATED:
                raise
            found.repeated += 1


@asynccontextmanager
async def _writing(url: str, statements: Sequence[str], found: Upgraded) -> AsyncIterator[None]:
    """The version of before, which goes on writing meanwhile: how long its slowest statement took."""

    async def write(statement: str) -> None:
        connection = await asyncpg.connect(as_owner(url))
        try:
            while True:
                began = time.perf_counter()
                try:
                    await connection.execute(statement)
                except asyncpg.DeadlockDetectedError:
                    found.taken_back += 1
                found.waited = max(found.waited, time.perf_counter() - began)
                await asyncio.sleep(0.02)
        finally:
            connection.terminate()

    writers = [asyncio.create_task(write(statement)) for statement in statements]
    try:
        yield
    finally:
        for one in writers:
            one.cancel()
        ended = await asyncio.gather(*writers, return_exceptions=True)
    # Only where the upgrade itself went well: what took it away took the writers' connections, too.
    for fault in ended:
        if isinstance(fault, BaseException) and not isinstance(fault, asyncio.CancelledError):
            raise fault


def section(found: dict[str, Upgraded], options: Options) -> Section:
    """The figures in words and a table."""
    told = Section("An upgrade with data")
    told.say(
        f"Databases of commit 78a1402 filled for {options.citizens:,} citizens in families of four, each with a card",
        "and two months of pots, brought to the present by all migrations since, while writers of before",
        "go on; each on its own, fsync on. Names are sealed afterwards by the service, in batches, while it runs.",
    )
    rows = [
        [name, f"{one.seconds:.1f}", f"{one.waited:.2f}", str(one.taken_back), str(one.repeated)]
        for name, one in found.items()
    ]
    head = ["database", "migrated s", "longest wait of a writer s", "statements taken back", "migrations begun anew"]
    told.table(head, rows)
    waited = max(one.waited for one in found.values())
    told.aim(f"a writer waits ≤ {AIM_WAIT_SECONDS:g} s for an upgrade of {options.citizens:,} citizens",
             f"{waited:.1f} s", reached=waited <= AIM_WAIT_SECONDS)  # fmt: skip
    return told
