"""What is past the time of its class ends, what is younger or held back stays: in every service's own database."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
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
from chassis.processing.classes import Retention
from chassis.processing.endings import Ending
from chassis.testing import MakeDatabase, as_owner
from health_service.retention import RETENTION as OF_HEALTH
from notify_service.retention import RETENTION as OF_NOTIFY
from payment_service.retention import RETENTION as OF_PAYMENT
from supply_service.retention import RETENTION as OF_SUPPLY

# Months of the tests: more than the database's own floors, less than the ages below.
MONTHS = {
    "books": 60,
    "health": 60,
    "appointments": 24,
    "messages": 24,
    "decisions": 24,
    "results": 12,
}
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
    "card findings": Case(
        card_service,
        OF_CARD,
        "card_finding",
        "INSERT INTO card_finding (finding_id, card_id, household_id, found_on, place_sealed, report, entered_by,"
        " entered_at) VALUES (gen_random_uuid(), $1, $1, '2001-01-01', '', gen_random_uuid()::text, 'x', $2)",
        "INSERT INTO card (card_id, citizen_id, household_id, governorate, number_hash, number_sealed, state,"
        " created_at) VALUES ($1, $1, $1, '35', sha256(uuid_send($1::uuid)), '', 'requested', now())",
    ),
    "card memberships": Case(
        card_service,
        OF_CARD,
        "membership",
        "INSERT INTO membership (membership_id, citizen_id, household_id, role, since, until, first_month, left_month,"
        " join_reason, leave_reason) SELECT gen_random_uuid(), $1, $1, 'child', d - 9, d, date_trunc('month', d)::date,"
        " date_trunc('month', d)::date, 'birth', 'moved' FROM (SELECT $2::timestamptz::date AS d) day",
    ),
    "card requests": Case(
        card_service,
        OF_CARD,
        "change_request",
        "INSERT INTO change_request (request_id, kind, state, household_id, citizen_id, details_sealed, subject_mark,"
        " fact_on, month, checked, entered_by, by_client, entered_at, due_at, updated_at) SELECT"
        " gen_random_uuid(), 'k',"
        " 'done', $1, $1, '', sha256(''), '2001-01-01', '2001-01-01', true, 'x', false, $2, $2, $2::timestamptz",
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
    "health visits": Case(
        health_service,
        OF_HEALTH,
        "encounter",
        "INSERT INTO encounter (encounter_id, household_id, patient_id, card_id, payer_id, provider_id, terminal_id,"
        " service, emergency, occurred_at, business_day, recorded_at, total, copayment, insurer_part,"
        " cap_applied, exempt,"
        " copayment_id, copayment_state, sealed) VALUES (gen_random_uuid(), $1, $1, $1, $1, $1, $1, 's', false, $2,"
        " '2001-01-01', $2, 0, 0, 0, false, false, gen_random_uuid(), 'none', '')",
    ),
    "health caps": Case(
        health_service,
        OF_HEALTH,
        "cap_use",
        "INSERT INTO cap_use (patient_id, service, period, cap)"
        " VALUES ($1, 's', 'month:' || to_char($2::timestamptz, 'YYYY-MM'), 1)",
    ),
    "health caps of a year": Case(
        health_service,
        OF_HEALTH,
        "cap_use",
        "INSERT INTO cap_use (patient_id, service, period, cap)"
        " VALUES ($1, 's', 'year:' || date_part('year', $2::timestamptz), 1)",
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
    "supply pots": Case(
        supply_service,
        OF_SUPPLY,
        "pot",
        "INSERT INTO pot (household_id, period, programme, granted, remaining, members)"
        " SELECT $1, date_trunc('month', $2::timestamptz)::date, 'goods', 5, 5, 1",
        "INSERT INTO card (card_id, citizen_id, household_id, state) VALUES ($1, $1, $1, 'active')",
    ),
    "supply movements": Case(
        supply_service,
        OF_SUPPLY,
        "entry",
        "INSERT INTO entry (household_id, source_id, period, programme, line, kind, quantity) SELECT $1,"
        " gen_random_uuid(), date_trunc('month', $2::timestamptz)::date, 'goods', 1, 'debt', 1",
        "INSERT INTO card (card_id, citizen_id, household_id, state) VALUES ($1, $1, $1, 'active')",
    ),
    "supply grants": Case(
        supply_service,
        OF_SUPPLY,
        "grant_pot",
        "INSERT INTO grant_pot (household_id, programme, period, granted, remaining, members)"
        " SELECT $1, 'grant_test', date_trunc('month', $2::timestamptz)::date, 1, 1, 1",
        "INSERT INTO card (card_id, citizen_id, household_id, state) VALUES ($1, $1, $1, 'active')",
    ),
    "supply grants moved": Case(
        supply_service,
        OF_SUPPLY,
        "grant_move",
        "INSERT INTO grant_move (household_id, source_id, programme, period, kind, amount, outlet_id, business_day)"
        " SELECT $1, gen_random_uuid(), 'grant_test', date_trunc('month', $2::timestamptz)::date, 'draw', 1, $1,"
        " $2::timestamptz::date",
        "INSERT INTO card (card_id, citizen_id, household_id, state) VALUES ($1, $1, $1, 'active')",
    ),
    "supply reversals": Case(
        supply_service,
        OF_SUPPLY,
        "reversal",
        "INSERT INTO reversal (redemption_id, reversal_id, household_id, card_id, terminal_id, outlet_id, business_day,"
        " occurred_at, reason, loaves, goods, cash) SELECT gen_random_uuid(), gen_random_uuid(), $1, $1, $1, $1,"
        " $2::timestamptz::date, $2, 'r', 1, 0, 0",
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
    return Sweep(case.sweep.held, lambda _: MONTHS, case.sweep.cards, case.sweep.members, case.sweep.more)


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
        for one in (*case.sweep.held.values(), *case.sweep.more.values()):
            if not isinstance(one.ends, Ending) or not one.ends.by:
                continue
            body = await runtime.pool.fetchval("SELECT prosrc FROM pg_proc WHERE proname = $1", one.ends.by)
            assert one.ends.past.format(before="before") in body
            least = "11 months" if one.retention is not Retention.RESULTS else "27 days"
            with pytest.raises(asyncpg.InvalidParameterValueError):
                await runtime.pool.execute(f"SELECT {one.ends.by}(now() - interval '{least}', 10)")


async def test_a_month_of_sales_is_dropped_whole(make_database: MakeDatabase) -> None:
    """But what is held back in it, which lies apart until nothing holds it any more."""
    case = CASES["supply"]
    url = await make_database(Path(case.package.MIGRATIONS))
    month = OLD.date()
    connection = await asyncpg.connect(as_owner(url))
    after = month.replace(year=month.year + month.month // 12, month=month.month % 12 + 1)
    part = f"redemption_{month:%Y%m}"
    await connection.execute(f"CREATE TABLE {part} PARTITION OF redemption FOR VALUES FROM ('{month}') TO ('{after}')")
    await connection.execute(case.before, OTHER)
    await connection.execute(case.before, KEPT)
    for citizen in (OTHER, OTHER, KEPT):
        await connection.execute(case.insert, citizen, OLD)
    await connection.execute(ENDED, KEPT, None)
    kept = await connection.fetchrow("SELECT * FROM redemption WHERE household_id = $1", KEPT)
    assert await connection.fetchval(f"SELECT count(*) FROM {part}") == 3
    async with service_of(url) as runtime:
        assert await sweep_of(case).carry_out(runtime, NOW) == {"redemption": 2}
        assert await connection.fetchval("SELECT to_regclass($1)", part) is None
        assert await connection.fetch("SELECT * FROM redemption") == [kept]
        assert await sweep_of(case).carry_out(runtime, NOW) == {}
        await connection.execute("UPDATE restriction SET lifted_at = now()")
        assert await sweep_of(case).carry_out(runtime, NOW) == {"redemption": 1}
    assert await connection.fetchval("SELECT count(*) FROM redemption") == 0
    await connection.close()


async def test_what_proves_a_pot_is_there_as_long_as_the_pot(make_database: MakeDatabase) -> None:
    """A month of rations ends as a whole: at no moment has a pot movements that are gone."""
    url = await make_database(Path(supply_service.MIGRATIONS))
    month, connection = OLD.date(), await asyncpg.connect(as_owner(url))
    card = "INSERT INTO card (card_id, citizen_id, household_id, state) VALUES ($1, $1, $1, 'active')"
    for citizen in (OTHER, KEPT):
        await connection.execute(card, citizen)
        await connection.execute(
            "INSERT INTO pot (household_id, period, programme, granted, remaining, members) VALUES ($1, $2,"
            " 'goods', 9, 3, 1)",
            citizen, month,
        )  # fmt: skip
        await connection.execute(
            "INSERT INTO entry (household_id, source_id, period, programme, line, kind, quantity)"
            " VALUES ($1, gen_random_uuid(), $2, 'goods', 1, 'debt', 2)",
            citizen, month,
        )  # fmt: skip
        await connection.execute(
            "INSERT INTO redemption (household_id, redemption_id, period, business_day, card_id, terminal_id,"
            " outlet_id,"
            " governorate, occurred_at, loaves, goods, cash, lines, goods_taken) VALUES ($1, gen_random_uuid(),"
            " $2, $2, $1,"
            " $1, $1, '35', $3, 0, 4, 0, '[]', 4)",
            citizen, month, OLD,
        )  # fmt: skip
    await connection.execute(ENDED, KEPT, None)
    sweep = sweep_of(CASES["supply"])
    async with service_of(url) as runtime:
        ends = [one.table for one in await sweep.look(runtime, NOW) if one.due]
        assert ends == ["pot", "redemption", "entry"], "the pot goes first"
        for due in [one for one in await sweep.look(runtime, NOW) if one.due]:
            await connection.execute(f"SELECT {due.by}($1, 100)", due.before)
            assert await _unproved(connection, month) == 0, due.table
        assert [row["household_id"] for row in await connection.fetch("SELECT household_id FROM pot")] == [KEPT]
        (left,) = await connection.fetch("SELECT (SELECT count(*) FROM entry), (SELECT count(*) FROM redemption)")
        assert tuple(left) == (1, 1)
    await connection.close()


async def _unproved(connection: asyncpg.Connection, month: date) -> int:
    return int(
        await connection.fetchval(
            "SELECT count(*) FROM pot p WHERE p.granted - p.remaining <> (SELECT coalesce(sum(m.quantity), 0)"
            " FROM movement m WHERE m.household_id = p.household_id AND m.period = p.period"
            " AND m.programme = p.programme AND m.kind IN ('draw', 'debt')) AND p.period = $1",
            month,
        )
    )


@pytest.mark.parametrize("name", ["card", "supply", "notify", "health"])
async def test_who_is_looked_into_is_held_back_until_the_day(name: str, make_database: MakeDatabase) -> None:
    case = CASES[name]
    url = await filled(make_database, case)
    connection = await asyncpg.connect(as_owner(url))
    hold = "INSERT INTO legal_hold (hold_id, citizen_id, until) VALUES (gen_random_uuid(), $1, $2)"
    await connection.execute(hold, OTHER, NOW.date() + timedelta(days=3))
    async with service_of(url) as runtime:
        assert case.table not in await sweep_of(case).carry_out(runtime, NOW)
        await connection.execute("UPDATE legal_hold SET until = $1", NOW.date() - timedelta(days=3))
        assert (await sweep_of(case).carry_out(runtime, NOW))[case.table] == 1
    await connection.close()


@pytest.mark.parametrize("state", ["waiting", "appealed", "claimed"])
async def test_who_waits_for_a_decision_is_held_back_in_the_register(state: str, make_database: MakeDatabase) -> None:
    case = CASES["card"]
    url = await filled(make_database, case)
    connection = await asyncpg.connect(as_owner(url))
    for table in ("change_request", "months_claim"):
        rows = "SELECT conname FROM pg_constraint WHERE contype = 'f' AND conrelid = $1::regclass"
        for row in await connection.fetch(rows, table):
            await connection.execute(f"ALTER TABLE {table} DROP CONSTRAINT {row['conname']}")
    await connection.execute(CASES["card requests"].insert, OTHER, YOUNG)
    changed = {
        "waiting": "UPDATE change_request SET state = 'waiting'",
        "appealed": "UPDATE change_request SET state = 'refused', reason_code = 'r', appeal = 'open'",
        "claimed": "INSERT INTO months_claim (claim_id, request_id, household_id, citizen_id, first_month, last_month,"
        " state, entered_at) SELECT request_id, request_id, household_id, citizen_id, '2020-01-01',"
        " '2020-01-01', 'open',"
        " now() FROM change_request",
    }
    await connection.execute(changed[state])
    async with service_of(url) as runtime:
        assert case.table not in await sweep_of(case).carry_out(runtime, NOW)
        await connection.execute("DELETE FROM months_claim")
        await connection.execute("UPDATE change_request SET state = 'done', appeal = NULL")
        assert (await sweep_of(case).carry_out(runtime, NOW))[case.table] == 1
    await connection.close()


async def test_a_request_ends_with_all_that_hangs_on_it(make_database: MakeDatabase) -> None:
    case = CASES["card requests"]
    url = await filled(make_database, case)
    connection = await asyncpg.connect(as_owner(url))
    hung = (
        "INSERT INTO change_request_act (request_id, number, act, who, at)"
        " SELECT request_id, 1, 'entered', 'x', now() FROM change_request",
        "INSERT INTO change_request_evidence (evidence_id, request_id, media_type, size, content_sealed, mark,"
        " entered_by,"
        " entered_at) SELECT request_id, request_id, 'application/pdf', 1, '', sha256('e'), 'x', now() FROM"
        " change_request",
        "INSERT INTO change_request_view (evidence_id, who, at) SELECT request_id, 'x', now() FROM change_request",
        "INSERT INTO mobile_code (request_id, number, mark, tries_left, expires_at)"
        " SELECT request_id, 'new', sha256('m'), 1, now() FROM change_request",
    )
    for statement in hung:
        await connection.execute(statement)
    async with service_of(url) as runtime:
        assert (await sweep_of(case).carry_out(runtime, NOW))["change_request"] == 1
    for table in ("act", "evidence", "view"):
        assert await connection.fetchval(f"SELECT count(*) FROM change_request_{table}") == 2, table
    assert await connection.fetchval("SELECT count(*) FROM mobile_code") == 2
    await connection.close()


async def test_results_of_imports_end(make_database: MakeDatabase) -> None:
    url = await make_database(Path(card_service.MIGRATIONS))
    connection = await asyncpg.connect(as_owner(url))
    job = "INSERT INTO import_job (import_id, status, created_by, created_at, finished_at) VALUES ($1, $2, 'x', $3, $4)"
    recent = NOW - timedelta(days=3)
    for number, (status, made, done) in enumerate((("done", OLD, OLD), ("done", OLD, recent))):
        await connection.execute(job, UUID(int=number), status, made, done)
    for number in (0, 1):
        await connection.execute("INSERT INTO import_result VALUES ($1, 1, 2, '')", UUID(int=number))
    async with service_of(url) as runtime:
        ended = await sweep_of(CASES["card"]).carry_out(runtime, NOW)
    assert ended == {"import_result": 1}
    assert await connection.fetchval("SELECT import_id FROM import_result") == UUID(int=1)
    await connection.close()
