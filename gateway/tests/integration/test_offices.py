"""What a person may do, office by office; what the tables refuse whatever the code does."""

from __future__ import annotations

import os
from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import UUID

import asyncpg
import pytest

from api_gateway.people import Office, offices_of
from api_gateway.people.identities import Identities
from api_gateway.sealing import Secrets
from chassis.ids import new_id
from chassis.sealing import Keyring
from contracts.people import OF_PEOPLE, PEOPLE, AreaKind

from .conftest import KEYS, Gateway

NOW = datetime.now(UTC)
RING = Keyring.parse(KEYS)
IDENTITIES = Identities(RING, Secrets(RING))  # as the gateway's, which lists whoever stands in its tables

By = tuple[UUID | None, UUID | None]


async def person(database: asyncpg.Connection, **more: Any) -> UUID:
    person_id = new_id()
    number, name = IDENTITIES.seal(person_id, "29001011234567", "منى سالم")
    row = {
        "person_id": person_id,
        "sign_in_name": f"p{new_id().hex[-12:]}",
        "national_id_sealed": number,
        "marked_with": "k1",
        "national_id_mark": os.urandom(32),
        "full_name_sealed": name,
        "authority_id": "ministry",
        "status": "active",
        "status_reason": "test",
        "status_at": NOW,
        "status_by": "test",
        "invited_at": NOW,
        **more,
    }
    await _insert(database, "person", row)
    return person_id


async def grant(database: asyncpg.Connection, to: UUID, role: str, by: By, **more: Any) -> None:
    row = {
        "grant_id": new_id(),
        "person_id": to,
        "role": role,
        "authority_id": "ministry",
        "area": "03",
        "state": "granted",
        "valid_from": NOW - timedelta(days=1),
        "valid_to": NOW + timedelta(days=1),
        "asked_by": by[0],
        "asked_at": NOW,
        "asked_why": "test",
        "decided_by": by[1],
        "decided_at": NOW,
        "decided_why": "test",
        "confirm_by": NOW + timedelta(days=30),
        **more,
    }
    await _insert(database, "role_grant", row)


async def _insert(database: asyncpg.Connection, table: str, row: dict[str, Any]) -> None:
    places = ", ".join(f"${n}" for n in range(1, len(row) + 1))
    await database.execute(f"INSERT INTO {table} ({', '.join(row)}) VALUES ({places})", *row.values())


async def offices(gateway: Gateway, person_id: UUID, now: datetime | None = None) -> list[Office]:
    async with gateway.runtime.sessions() as session:
        return await offices_of(session, person_id, now)


async def test_roles_of_one_place_are_one_office(gateway: Gateway, database: asyncpg.Connection) -> None:
    who, one, other = [await person(database) for _ in range(3)]
    site = new_id()
    await grant(database, who, "registry-clerk", (one, other))
    await grant(database, who, "card-officer", (one, other))
    await grant(database, who, "service-desk", (one, other), area="35")
    await grant(database, who, "counter-clerk", (one, other), object_kind="site", object_id=site)

    desk, counter, sinai = await offices(gateway, who)

    assert (desk.key, desk.roles) == ("ministry/03", ("card-officer", "registry-clerk"))
    assert desk.scopes == PEOPLE["registry-clerk"].scopes | PEOPLE["card-officer"].scopes | OF_PEOPLE
    assert desk.claims["gov"] == "03"
    assert desk.claims["org"] == "ministry"
    assert desk.claims["grantors"] == sorted([f"person:{one}", f"person:{other}"])
    assert "site" not in desk.claims
    assert (counter.object_kind, counter.claims["site"]) == (AreaKind.SITE, str(site))
    assert (sinai.key, sinai.area_en, sinai.scopes) == (
        "ministry/35",
        "South Sinai",
        PEOPLE["service-desk"].scopes | OF_PEOPLE,
    )


@pytest.mark.parametrize(
    "off",
    [
        {"state": "asked", "decided_by": None, "decided_at": None},
        {"state": "refused"},
        {"state": "revoked", "ended_at": NOW},
        {"valid_to": NOW - timedelta(seconds=1)},
        {"valid_from": NOW + timedelta(hours=1)},
        {"role": "role-of-before"},
    ],
)
async def test_what_is_not_granted_now_opens_nothing(
    gateway: Gateway, database: asyncpg.Connection, off: dict[str, Any]
) -> None:
    who, one, other = [await person(database) for _ in range(3)]
    await grant(database, who, off.pop("role", "registry-clerk"), (one, other), **off)
    assert await offices(gateway, who) == []


@pytest.mark.parametrize("status", ["invited", "suspended", "left"])
async def test_whoever_is_not_active_has_no_office(gateway: Gateway, database: asyncpg.Connection, status: str) -> None:
    one, other, who = await person(database), await person(database), await person(database, status=status)
    await grant(database, who, "registry-clerk", (one, other))
    assert await offices(gateway, who) == []


async def test_a_person_s_last_day_is_a_whole_day_in_cairo(gateway: Gateway, database: asyncpg.Connection) -> None:
    one, other = await person(database), await person(database)
    who = await person(database, valid_until=date(2026, 7, 1))
    more = {"valid_from": datetime(2026, 1, 1, tzinfo=UTC), "valid_to": datetime(2027, 1, 1, tzinfo=UTC)}
    await grant(database, who, "registry-clerk", (one, other), **more)
    assert await offices(gateway, who, datetime(2026, 7, 1, 20, 59, tzinfo=UTC))
    assert not await offices(gateway, who, datetime(2026, 7, 1, 21, 0, tzinfo=UTC))


@pytest.mark.parametrize("own", ["asks", "decides", "decides what they asked", "confirms", "nobody asked"])
async def test_the_tables_refuse_a_right_that_somebody_gives_themselves(database: asyncpg.Connection, own: str) -> None:
    who, one, other = [await person(database) for _ in range(3)]
    cases: dict[str, tuple[By, dict[str, Any]]] = {
        "asks": ((who, other), {}),
        "decides": ((one, who), {}),
        "decides what they asked": ((one, one), {}),
        "confirms": ((one, other), {"confirmed_by": who}),
        "nobody asked": ((None, other), {}),
    }
    by, more = cases[own]
    with pytest.raises(asyncpg.CheckViolationError):
        await grant(database, who, "registry-clerk", by, **more)


async def test_on_the_host_nobody_is_made_anything_but_an_administrator(database: asyncpg.Connection) -> None:
    who = await person(database)
    host = {"on_host": True, "decided_at": None}
    with pytest.raises(asyncpg.CheckViolationError):
        await grant(database, who, "payouts-approver", (None, None), **host)
    await grant(database, who, "administrator", (None, None), **host)


async def test_one_human_is_one_person(database: asyncpg.Connection) -> None:
    mark = os.urandom(32)
    await person(database, national_id_mark=mark, status="left")
    with pytest.raises(asyncpg.UniqueViolationError):
        await person(database, national_id_mark=mark)
