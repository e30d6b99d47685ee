"""Roles and delays that were asked for before they were proposals are decided after the upgrade, by another."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any
from uuid import UUID

import asyncpg

from api_gateway import MIGRATIONS
from chassis.ids import new_id
from chassis.testing import as_owner, migrate, migrated_database

from .staff import Member

if TYPE_CHECKING:
    from .conftest import StartGateway

BEFORE = "0014"


async def person(connection: asyncpg.Connection) -> UUID:
    made = new_id()
    await connection.execute(
        "INSERT INTO person (person_id, sign_in_name, national_id_sealed, marked_with, national_id_mark,"
        " full_name_sealed, authority_id, status, status_reason, status_at, status_by, invited_at) VALUES"
        " ($1, $2, ''::bytea, 'k1', sha256($3), ''::bytea, 'ministry', 'active', 'test', now(), 'test', now())",
        made, f"p{made.hex[-12:]}", made.bytes,
    )  # fmt: skip
    return made


async def test_what_was_asked_for_is_decided_by_another(postgres_url: str, start_gateway: StartGateway) -> None:
    old = await migrated_database(postgres_url, f"test_{new_id().hex}", MIGRATIONS, BEFORE)
    connection = await asyncpg.connect(as_owner(old))
    clerk, asker, decider, citizen = [await person(connection) for _ in range(4)]
    grant, delay, now = new_id(), new_id(), datetime.now(UTC)
    await connection.execute(
        "INSERT INTO role_grant (grant_id, person_id, role, authority_id, area, state, valid_from, valid_to, asked_by,"
        " asked_at, asked_why, confirm_by) VALUES ($1, $2, 'registry-clerk', 'ministry', '03', 'asked', $3, $4, $5, $3,"
        " 'needed', $4)",
        grant, clerk, now, now + timedelta(days=90), asker,
    )  # fmt: skip
    await connection.execute(
        "INSERT INTO disclosure_delay (delay_id, citizen_id, case_number, reason, until, asked_by, asked_at)"
        " VALUES ($1, $2, '2026/1', 'an inquiry', $3, $4, $5)",
        delay, citizen, now.date() + timedelta(days=9), f"person:{asker}", now,
    )  # fmt: skip
    await connection.close()
    await migrate(old, MIGRATIONS)
    gateway = await start_gateway(database_url=old)
    one, other = (Member(gateway, who, ("administrator",)) for who in (asker, decider))
    asked: dict[str, Any] = await one.call("GET", f"/v1/role-grants/{grant}", 200)
    assert (await one.decide(asked, expect=403))["code"] == "role_grant_same_hand"
    granted = await other.decide(asked)
    assert (granted["state"], granted["asked_by"], granted["decided_by"]) == ("granted", str(asker), str(decider))
    path = f"/v1/citizens/{citizen}/disclosure-delays/{delay}/approval"
    refused = await one.call("POST", path, 403, scope="privacy:write")
    assert refused["code"] == "own_disclosure_delay"
    assert (await other.call("POST", path, 200, scope="privacy:write"))["decided"]
