"""A gateway that has lost its terminals, with nothing left in the topics, has them again when they are told again."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from typing import Any

import asyncpg
import httpx
import pytest

import api_gateway.main
import api_gateway.settings
import health_service.main
import health_service.settings
import supply_service.main
import supply_service.settings
from chassis.ids import new_id
from chassis.testing import MakeDatabase, TestIssuer, as_owner, eventually, execute_as_owner, running
from chassis.testing_events import Outside

KEYS = "k1:" + "A" * 43
GATEWAY: dict[str, Any] = {
    "gateway_keys": "k1:MTExMTExMTExMTExMTExMTExMTExMTExMTExMTExMTE=",
    "bootstrap_client_secret": "a-secret-of-the-tests-only-0001",
    "issuer": "unicard",
    "gateway_public_url": "https://edge.test",
    **{f"{name}_url": "http://127.0.0.1:1" for name in ("card", "supply", "health", "payment", "notify")},
}
PLACE = {"governorate": "03", "district": "03.02"}
PROVIDER = {"kind": "pharmacy", "name_ar": "صيدلية", "name_en": "Pharmacy", **PLACE}
OUTLET = {"kind": "bakery", "name_ar": "مخبز", "name_en": "Bakery", "fuel": "diesel", "loaf_type": "soft", **PLACE}
KNOWN = (
    "SELECT terminal_id, outlet_id, kind, governorate, authority, suspended_at IS NOT NULL AS suspended, replaceable"
    " FROM terminal ORDER BY terminal_id"
)
HEARD = "SELECT subject, heard, told FROM restatement_heard ORDER BY subject"
SUBJECTS = {"supply": "terminals", "health": "clinic-terminals"}


@dataclass
class System:
    """supply-service, health-service and the gateway on one broker's topics."""

    services: Mapping[str, httpx.AsyncClient]
    gateway: asyncpg.Connection
    issuer: TestIssuer

    async def ask(self, service: str, path: str, scopes: str, **body: Any) -> Any:
        headers = self.issuer.headers("ministry", scopes, authority="ministry")
        reply = await self.services[service].post(path, json=body or None, headers=headers)
        assert reply.is_success, reply.text
        return reply.json()

    async def terminals(self) -> list[tuple[Any, ...]]:
        return [tuple(row) for row in await self.gateway.fetch(KNOWN)]

    async def become(self, wanted: list[tuple[Any, ...]]) -> None:
        async def same() -> bool:
            return await self.terminals() == wanted

        await eventually(same, seconds=60)

    async def tell_again(self) -> None:
        for service, subject in SUBJECTS.items():
            path = f"/v1/operations/{service}/restatements"
            await self.ask(service, path, "operations:write", subject=subject, reason="the gateway has lost its own")


@asynccontextmanager
async def system_of(urls: Mapping[str, str], issuer: TestIssuer, bootstrap: str) -> AsyncIterator[System]:
    """The three on the databases, with topics that nothing was ever told on."""
    common: dict[str, Any] = {**Outside(bootstrap).settings, "jwks": issuer.jwks}
    apps = {
        "supply": supply_service.main.create_app(
            supply_service.settings.Settings(
                database_url=urls["supply"],
                place_contact_keys=KEYS,
                ration_card_key="A" * 43,
                supply_signing_keys=KEYS,
                **common,
            )
        ),
        "health": health_service.main.create_app(
            health_service.settings.Settings(
                database_url=urls["health"], health_data_keys=KEYS, place_contact_keys=KEYS, **common
            )
        ),
    }
    own: dict[str, Any] = {**GATEWAY, **Outside(bootstrap, common["topic_prefix"]).settings}
    gateway = api_gateway.main.create_app(api_gateway.settings.Settings(database_url=urls["gateway"], **own))
    async with AsyncExitStack() as stack:
        services = {name: await stack.enter_async_context(running(app)) for name, app in apps.items()}
        await stack.enter_async_context(running(gateway))
        connection = await asyncpg.connect(as_owner(urls["gateway"]))
        stack.push_async_callback(connection.close)
        yield System(services, connection, issuer)


@pytest.fixture
async def urls(make_database: MakeDatabase) -> dict[str, str]:
    return {
        "supply": await make_database(supply_service.MIGRATIONS),
        "health": await make_database(health_service.MIGRATIONS),
        "gateway": await make_database(api_gateway.MIGRATIONS),
    }


async def registered(system: System) -> dict[str, str]:
    """Two terminals of an outlet, one of them suspended, and two of a clinic in the same way; the suspended ones."""
    provider = await system.ask("health", "/v1/providers", "providers:write", **PROVIDER)
    outlet = await system.ask("supply", "/v1/outlets", "outlets:write", **OUTLET)
    suspended = {}
    for service, path, scope, place in (
        ("supply", "/v1/terminals", "terminals:write", {"outlet_id": outlet["outlet_id"]}),
        ("health", "/v1/clinic-terminals", "providers:write", {"provider_id": provider["provider_id"]}),
    ):
        for _ in range(2):
            made = await system.ask(service, path, scope, serial=str(new_id()), model="UC", **place)
        suspended[service] = f"{path}/{made['terminal_id']}/suspension"
        await system.ask(service, suspended[service], scope, reason="lost on the way")
    return suspended


async def test_all_are_told_again_and_what_happens_then_counts(
    urls: dict[str, str], make_database: MakeDatabase, issuer: TestIssuer, kafka_bootstrap: str
) -> None:
    async with system_of(urls, issuer, kafka_bootstrap) as before:
        suspended = await registered(before)

        async def all_heard() -> bool:
            known = await before.terminals()
            return len(known) == 4 and sum(row[5] for row in known) == 2

        await eventually(all_heard, seconds=60)
        known = await before.terminals()
        assert {row[4] for row in known} == {"ministry"}

    # the gateway has lost everything, and the broker what was told
    for name in ("supply", "health"):
        await execute_as_owner(urls[name], "DELETE FROM outbox")
    lost = {**urls, "gateway": await make_database(api_gateway.MIGRATIONS)}
    async with system_of(lost, issuer, kafka_bootstrap) as after:
        assert await after.terminals() == []
        await after.tell_again()
        await after.become(known)
        refused = await after.gateway.fetch("SELECT subject FROM suspended_subject ORDER BY subject")
        assert [row["subject"] for row in refused] == sorted(str(row[0]) for row in known if row[5])

        async def counted() -> bool:
            rows = [tuple(row) for row in await after.gateway.fetch(HEARD)]
            return rows == [("clinic-terminals", 2, 2), ("terminals", 2, 2)]

        await eventually(counted, seconds=60)

        # told once more it changes nothing, and does not undo what has happened meanwhile
        (first, *_) = [row for row in known if row[5]]
        service = "supply" if first[2] == "bakery" else "health"
        scope = "terminals:write" if service == "supply" else "providers:write"
        headers = issuer.headers("ministry", scope)
        reply = await after.services[service].delete(suspended[service], headers=headers)
        assert reply.is_success, reply.text
        await after.tell_again()
        await after.become([(*row[:5], row[5] and row[0] != first[0], row[6]) for row in known])

        async def twice() -> bool:
            rows = await after.gateway.fetch("SELECT heard, told FROM restatement_heard")
            return len(rows) == 4 and all(row["heard"] == row["told"] == 2 for row in rows)

        await eventually(twice, seconds=60)
        subjects = {row["subject"] for row in await after.gateway.fetch("SELECT subject FROM suspended_subject")}
        assert str(first[0]) not in subjects
        await after.become([(*row[:5], row[5] and row[0] != first[0], row[6]) for row in known])


async def test_a_gateway_that_missed_an_end_and_a_beginning_is_set_right_and_keeps_keys(
    urls: dict[str, str], issuer: TestIssuer, kafka_bootstrap: str
) -> None:
    async with system_of(urls, issuer, kafka_bootstrap) as system:
        await registered(system)

        async def all_heard() -> bool:
            known = await system.terminals()
            return len(known) == 4 and sum(row[5] for row in known) == 2

        await eventually(all_heard, seconds=60)
        known = await system.terminals()
        # as if it had been restored from a copy of before: who is suspended was not, and the other way round
        await system.gateway.execute(
            "UPDATE terminal SET suspended_at = CASE WHEN suspended_at IS NULL THEN now() END, replaceable = false,"
            " governorate = '19', key_id = 'k-' || terminal_id, public_key = sha256(terminal_id::text::bytea),"
            " enrolled_at = now(), authority = 'somebody-else'"
        )
        await system.tell_again()
        await system.become(known)
        keys = await system.gateway.fetch("SELECT key_id FROM terminal WHERE key_id = 'k-' || terminal_id")
        assert len(keys) == len(known)
