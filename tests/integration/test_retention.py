"""What is past the time of its class ends, what is younger or held back stays: in every service's own database."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from types import SimpleNamespace
from typing import Any
from uuid import UUID

import asyncpg
import pytest

import api_gateway
import card_service
import health_service
import notify_service
import payment_service
import supply_service
from api_gateway.retention import RETENTION as OF_GATEWAY
from card_service.retention import RETENTION as OF_CARD
from chassis.privacy.retention import Sweep
from chassis.processing.endings import Ending
from chassis.testing import MakeDatabase, as_owner
from health_service.retention import RETENTION as OF_HEALTH
from notify_service.retention import RETENTION as OF_NOTIFY
from payment_service.retention import RETENTION as OF_PAYMENT
from supply_service.retention import RETENTION as OF_SUPPLY

# Months of the tests: more than the database's own floors, less than the ages below.
MONTHS = {"books": 60, "health": 60, "appointments": 24, "messages": 24, "decisions": 24}
OTHER, KEPT = UUID(int=1), UUID(int=2)
NOW = datetime.now(UTC)
OLD, YOUNG = NOW.replace(year=NOW.year - 9, day=1), NOW.replace(year=NOW.year - 1, day=1)
ENDED = (
    "INSERT INTO restriction (restriction_id, citizen_id, ground, starts_on, ends_on, lifted_at)"
    " VALUES (gen_random_uuid(), $1, 'claim', '2001-01-01', NULL, $2)"
)


@dataclass(frozen=True)
class Case:
    """A service's table: how a row of a citizen with an age is put in (`$1`, `$2`), and what makes it possible."""

    package: Any
    sweep: Sweep[Any]
    table: str
    insert: str
    before: str = ""


CASES: Mapping[str, Case] = {
    "card": Case(
        card_service,
        OF_CARD,
        "appointment",
        "INSERT INTO appointment (appointment_id, card_id, site_id, starts_at, ends_at, state, number)"
        " VALUES (gen_random_uuid(), $1, gen_random_uuid(), $2, $2::timestamptz + interval '1 hour', 'kept',"
        " (SELECT count(*) + 1 FROM appointment))",
        "INSERT INTO card (card_id, citizen_id, household_id, governorate, number_hash, number_sealed, state,"
        " created_at) VALUES ($1, $1, $1, '35', sha256(uuid_send($1::uuid)), '', 'requested', now())",
    ),
    "notify": Case(
        notify_service,
        OF_NOTIFY,
        "message",
        "INSERT INTO message (id, event_id, template, priority, citizen_id, status, ready, created_at, expires_at,"
        " ended_at) VALUES (gen_random_uuid(), gen_random_uuid(), 't', 1, $1, 'delivered', true, $2, $2, $2)",
    ),
    "health": Case(
        health_service,
        OF_HEALTH,
        "referral",
        "INSERT INTO referral (referral_id, encounter_id, patient_id, service, last_day)"
        " VALUES (gen_random_uuid(), gen_random_uuid(), $1, 's', $2::timestamptz::date)",
    ),
    "health exemptions": Case(
        health_service,
        OF_HEALTH,
        "exemption",
        "INSERT INTO exemption (exemption_id, household_id, citizen_id, kind, sealed, first_day, reference,"
        " entered_by, entered_at, superseded_at) VALUES (gen_random_uuid(), $1, $1, 'medical', '', '2001-01-01', 'r',"
        " 'x', $2, $2)",
    ),
    "supply": Case(
        supply_service,
        OF_SUPPLY,
        "redemption",
        "INSERT INTO redemption (household_id, redemption_id, period, business_day, card_id, terminal_id, outlet_id,"
        " governorate, occurred_at, loaves, goods, cash, lines) SELECT $1, gen_random_uuid(), date_trunc('month', d),"
        " d, $1, $1, $1, '35', d, 1, 0, 0, '[]' FROM (SELECT $2::timestamptz::date AS d) day",
        "INSERT INTO card (card_id, citizen_id, household_id, state) VALUES ($1, $1, $1, 'active')",
    ),
    "supply tenders": Case(
        supply_service,
        OF_SUPPLY,
        "tender",
        "INSERT INTO tender (payment_id, redemption_id, household_id, outlet_id, business_day, amount)"
        " VALUES (gen_random_uuid(), gen_random_uuid(), $1, $1, $2::timestamptz::date, 1)",
        "INSERT INTO card (card_id, citizen_id, household_id, state) VALUES ($1, $1, $1, 'active')",
    ),
    "gateway": Case(
        api_gateway,
        OF_GATEWAY,
        "disclosure_delay",
        "INSERT INTO disclosure_delay (delay_id, citizen_id, case_number, reason, until, asked_by, asked_at)"
        " VALUES (gen_random_uuid(), $1, 'c', 'r', $2::timestamptz::date, 'x', $2)",
    ),
    "payment": Case(
        payment_service,
        OF_PAYMENT,
        "erased_person",
        "INSERT INTO erased_person (erasure_id, citizen_id, erased_at, outcome)"
        " VALUES (gen_random_uuid(), $1, $2, '{}')",
    ),
}


@asynccontextmanager
async def service_of(url: str, *, dry_run: bool = False) -> AsyncIterator[Any]:
    """What the job needs of a service, with the rights of its role."""
    async with asyncpg.create_pool(url, min_size=1, max_size=2) as pool:
        yield SimpleNamespace(pool=pool, settings=SimpleNamespace(retention_dry_run=dry_run))


async def filled(make_database: MakeDatabase, case: Case) -> str:
    """A database with an old and a young row of one citizen, and an old one of a citizen who is restricted."""
    url = await make_database(Path(case.package.MIGRATIONS))
    connection = await asyncpg.connect(as_owner(url))
    try:
        foreign = await connection.fetch(
            "SELECT conname FROM pg_constraint WHERE contype = 'f' AND conrelid = ANY($1::regclass[])",
            [case.table, *(["card"] if case.before else [])],
        )
        for row in foreign:  # what they refer to is of no matter here
            for table in (case.table, "card") if case.before else (case.table,):
                await connection.execute(f"ALTER TABLE {table} DROP CONSTRAINT IF EXISTS {row['conname']}")
        for citizen in (OTHER, KEPT):
            if case.before:
                await connection.execute(case.before, citizen)
            await connection.execute(case.insert, citizen, OLD)
        await connection.execute(case.insert, OTHER, YOUNG)
        await connection.execute(ENDED, KEPT, None)
        await connection.execute(ENDED, OTHER, OLD)
        await connection.execute(ENDED, OTHER, YOUNG)
    finally:
        await connection.close()
    return url


def sweep_of(case: Case) -> Sweep[Any]:
    return Sweep(case.sweep.held, lambda _: MONTHS, case.sweep.cards, case.sweep.members)


@pytest.mark.parametrize("name", list(CASES))
async def test_an_old_row_ends_a_younger_one_stays_and_so_does_who_is_restricted(
    name: str, make_database: MakeDatabase
) -> None:
    case = CASES[name]
    url = await filled(make_database, case)
    async with service_of(url, dry_run=True) as dry:
        assert await sweep_of(case).carry_out(dry, NOW) == {}
        (due,) = [one for one in await sweep_of(case).look(dry, NOW) if one.table == case.table]
        assert (due.due, due.kept) == (1, 1)
        assert await dry.pool.fetchval(f"SELECT count(*) FROM {case.table}") == 3
    async with service_of(url) as runtime:
        ended = await sweep_of(case).carry_out(runtime, NOW)
        assert ended == {case.table: 1, "restriction": 1}
        assert await runtime.pool.fetchval(f"SELECT count(*) FROM {case.table}") == 2
        assert await runtime.pool.fetchval("SELECT count(*) FROM restriction") == 2
        assert await sweep_of(case).carry_out(runtime, NOW) == {}


@pytest.mark.parametrize("name", list(CASES))
async def test_the_owners_functions_end_what_is_declared_and_nothing_younger(
    name: str, make_database: MakeDatabase
) -> None:
    case = CASES[name]
    url = await make_database(Path(case.package.MIGRATIONS))
    async with service_of(url) as runtime:
        for one in case.sweep.held.values():
            if not isinstance(one.ends, Ending) or not one.ends.by:
                continue
            body = await runtime.pool.fetchval("SELECT prosrc FROM pg_proc WHERE proname = $1", one.ends.by)
            assert one.ends.past.format(before="before") in body
            with pytest.raises(asyncpg.InvalidParameterValueError):
                await runtime.pool.execute(f"SELECT {one.ends.by}(now() - interval '11 months', 10)")


async def test_a_month_of_sales_is_dropped_whole(make_database: MakeDatabase) -> None:
    case = CASES["supply"]
    url = await make_database(Path(case.package.MIGRATIONS))
    month = OLD.date()
    connection = await asyncpg.connect(as_owner(url))
    after = month.replace(year=month.year + month.month // 12, month=month.month % 12 + 1)
    part = f"redemption_{month:%Y%m}"
    await connection.execute(f"CREATE TABLE {part} PARTITION OF redemption FOR VALUES FROM ('{month}') TO ('{after}')")
    await connection.execute(case.before, OTHER)
    await connection.execute(case.insert, OTHER, OLD)
    async with service_of(url) as runtime:
        assert await sweep_of(case).carry_out(runtime, NOW) == {"redemption": 1}
    assert await connection.fetchval("SELECT to_regclass($1)", part) is None
    await connection.close()
