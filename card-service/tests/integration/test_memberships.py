"""Memberships over time: those of before an upgrade, those an earlier version still writes, what is impossible."""

from __future__ import annotations

from datetime import date, timedelta
from typing import TYPE_CHECKING
from uuid import UUID

import asyncpg
import pytest

from card_service import MIGRATIONS
from card_service.registry import memberships
from card_service.registry.months import entitlements, steps
from chassis.clock import business_day, month_start
from chassis.ids import new_id
from chassis.testing import as_owner, eventually, migrate, migrated_database

if TYPE_CHECKING:
    from ..conftest import Office

WRITE = "citizens:write"
HOUSEHOLD = (
    "INSERT INTO household (household_id, governorate, district, address, members, registered_at)"
    " VALUES ($1, '03', 'al-arab', '', $2, $3::text::timestamptz)"
)
CITIZEN = (
    "INSERT INTO citizen (citizen_id, household_id, role, full_name, national_id_hash, national_id_sealed,"
    " birth_date, sex, registered_at) VALUES ($1, $2, $3, 'x', $4, 'x', '1990-01-01', 'male', $5::text::timestamptz)"
)


async def filled(url: str, *, later: bool = False) -> tuple[asyncpg.Connection, UUID, list[UUID]]:
    """A household of two and a citizen of none, as the version before memberships writes them."""
    connection = await asyncpg.connect(as_owner(url))
    home, people = new_id(), [new_id() for _ in range(3)]
    await connection.execute(HOUSEHOLD, home, 2, "2026-09-30T22:30:00Z")
    when = ["2026-09-30T22:30:00Z", "2026-11-14T10:00:00Z", "2026-10-01T10:00:00Z"]
    places = [(home, "head"), (home, "child"), (None, None)]
    for person, (place, role), day in zip(people, places, when, strict=True):
        await connection.execute(CITIZEN, person, place, role, person.bytes * 2, day)
    return connection, home, people


async def rows(connection: asyncpg.Connection, home: UUID) -> list[tuple[object, ...]]:
    found = await connection.fetch(
        "SELECT citizen_id, role, since, until, first_month, left_month, granted, join_reason FROM membership"
        " WHERE household_id = $1 ORDER BY membership_id",
        home,
    )
    return [tuple(row) for row in found]


async def test_who_is_in_a_household_before_the_upgrade_is_a_member_since_both_were_registered(
    postgres_url: str,
) -> None:
    url = await migrated_database(postgres_url, f"before_memberships_{new_id().hex[-8:]}", MIGRATIONS, "0010")
    connection, home, (head, child, _) = await filled(url)
    await migrate(url, MIGRATIONS)
    everything = ["goods", "bread", "health"]
    october, november = date(2026, 10, 1), date(2026, 11, 1)  # the first of October had begun in Cairo
    assert await rows(connection, home) == [
        (head, "head", october, None, october, None, everything, "registered"),
        (child, "child", date(2026, 11, 14), None, november, None, everything, "registered"),
    ]
    assert await connection.fetchval("SELECT count(*) FROM membership") == 2
    await connection.close()


async def test_the_upgrade_reads_no_membership_for_each_citizen(postgres_url: str) -> None:
    """Of what it has just written itself: the work would grow with the square of the citizens."""
    url = await migrated_database(postgres_url, f"many_memberships_{new_id().hex[-8:]}", MIGRATIONS, "0010")
    connection, _, _ = await filled(url)
    for _ in range(100):
        home, person = new_id(), new_id()
        await connection.execute(HOUSEHOLD, home, 1, "2026-09-30T22:30:00Z")
        await connection.execute(CITIZEN, person, home, "head", person.bytes * 2, "2026-09-30T22:30:00Z")
    await migrate(url, MIGRATIONS, "0011")

    async def scans() -> int:
        found: int = await connection.fetchval("SELECT seq_scan FROM pg_stat_user_tables WHERE relname = 'membership'")
        return found

    await eventually(scans, seconds=10, every=0.1)  # the migration's connection tells what it did when it ends
    assert await scans() < 50
    await connection.close()


async def test_what_an_earlier_version_writes_during_the_upgrade_becomes_memberships(postgres_url: str) -> None:
    url = await migrated_database(postgres_url, f"beside_memberships_{new_id().hex[-8:]}", MIGRATIONS)
    connection, home, (head, child, third) = await filled(url)
    assert [row[:3] for row in await rows(connection, home)] == [
        (head, "head", date(2026, 10, 1)),
        (child, "child", date(2026, 11, 14)),
    ]
    leaves = "UPDATE citizen SET household_id = NULL, role = NULL WHERE citizen_id = $1"
    enters = "UPDATE citizen SET household_id = $2, role = 'other' WHERE citizen_id = $1"
    await connection.execute(leaves, child)
    await connection.execute(enters, third, home)
    await connection.execute("UPDATE citizen SET mobile_usable = false")
    (_, gone, came) = await rows(connection, home)
    assert None not in (gone[3], gone[5])
    assert (came[0], came[1], came[3]) == (third, "other", None)
    await connection.execute(enters, child, home)
    assert [row[0] for row in await rows(connection, home) if row[3] is None] == [head, third, child]
    await connection.close()


async def test_nobody_is_in_two_households_at_one_time(office: Office) -> None:
    made, _ = await office.household("spouse")
    other, _ = await office.household()
    spouse = UUID(made["members"][1]["citizen_id"])
    today = business_day(office.runtime.clock.now())
    enter = (
        "INSERT INTO membership (membership_id, citizen_id, household_id, role, since, first_month, join_reason)"
        " VALUES ($1, $2, $3, 'other', $4, $5, 'registered')"
    )
    for since in (today - timedelta(days=40), today, today + timedelta(days=40)):
        with pytest.raises(asyncpg.ExclusionViolationError):
            await office.fetch(enter, new_id(), spouse, UUID(other["household_id"]), since, month_start(since))
    with pytest.raises(asyncpg.InsufficientPrivilegeError):
        await office.fetch("DELETE FROM membership")


async def test_memberships_go_along_with_requests(office: Office) -> None:
    made, _ = await office.household("spouse")
    home = UUID(made["household_id"])
    son = office.person("other")
    for _ in range(3):  # in and out on one day
        joined = await office.joined(str(home), son)
        await office.changed("removal", home, citizen_id=joined, reason="abroad")
    await office.joined(str(home), son)
    today = business_day(office.runtime.clock.now())
    async with office.runtime.sessions() as session:
        facts = await memberships.facts_of_households(session, [home])
        now = await memberships.at(session, home, today)
    assert [(one.role, one.until) for one in now] == [("head", None), ("spouse", None), ("other", None)]
    this, following = month_start(today), (month_start(today) + timedelta(days=32)).replace(day=1)
    assert steps(home, entitlements(facts.stays, facts.decisions)) == [(this, 2, 2, 2), (following, 3, 3, 3)]
    kinds = await office.fetch("SELECT kind FROM register_change WHERE household_id = $1 ORDER BY change_id", home)
    assert [row["kind"] for row in kinds] == ["included", "removed"] * 3 + ["included"]


async def test_who_enters_another_household_counts_there_from_the_month_after(office: Office) -> None:
    made, people = await office.household("spouse")
    left = made["members"][1]["citizen_id"]
    await office.changed("removal", made["household_id"], citizen_id=left, reason="abroad")
    entered, _ = await office.household(members=[people[1] | {"role": "head"}])
    async with office.runtime.sessions() as session:
        facts = await memberships.facts_of_citizens(session, [UUID(left)])
    spans = [s for s in entitlements(facts.stays, facts.decisions) if s.programme == "goods"]
    assert [str(span.household_id) for span in spans] == [made["household_id"], entered["household_id"]]
    assert spans[0].last_month is not None
    assert spans[0].last_month < spans[1].first_month
