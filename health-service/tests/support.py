"""health-service as tests use it: providers with terminals, families with cards, visits, and a look behind the API."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import httpx
from fastapi import FastAPI

from chassis.consumer import Received
from chassis.ids import new_id
from chassis.testing import TestIssuer, running
from chassis.testing_proofs import PROVER, prove
from contracts.card import CardActivated, CitizenRegistered, HouseholdChanged, ProgrammeService
from contracts.event import Event, registry
from health_service.consumers import reactions
from health_service.context import Runtime
from health_service.main import create_app
from health_service.settings import Settings

NOWHERE = "127.0.0.1:1"  # no broker: what is published stays in the outbox, events are handed to the handlers
NOON = datetime(2026, 11, 5, 10, 0, tzinfo=UTC)
SCOPES = "eligibility:check encounters:create encounters:read"
PORT_SAID = "03"
PLACE_KEYS = "k1:" + "A" * 43
KEYS = "k1:" + "A" * 43
HEALTH = (ProgrammeService.HEALTH,)
MOST = 1_000_000  # piastres that holders agree to


@dataclass
class Desk:
    """A clinic's terminal."""

    terminal_id: UUID
    provider_id: UUID
    token: str

    def headers(self, key: str | None = None) -> dict[str, str]:
        return {"Authorization": f"Bearer {self.token}", "Idempotency-Key": key or str(new_id())}


@dataclass
class Family:
    """A household whose head has a card."""

    card_id: UUID = field(default_factory=new_id)
    household_id: UUID = field(default_factory=new_id)
    head_id: UUID = field(default_factory=new_id)
    child_id: UUID = field(default_factory=new_id)


class Health:
    """A running service and what tests do to it."""

    def __init__(self, app: FastAPI, client: httpx.AsyncClient, issuer: TestIssuer) -> None:
        self.app, self.client, self.issuer = app, client, issuer
        self.runtime: Runtime = app.state.runtime
        self._agreed: dict[tuple[UUID, str, str], str] = {}

    def at(self, instant: datetime | None) -> None:
        """Move business time."""
        self.runtime.clock.move_to(instant)  # type: ignore[attr-defined]  # a training system has a clock to move

    async def deliver(self, *events: Event, at: datetime | None = None) -> None:
        """Hand events to the service as its consumer does."""
        time = at or self.runtime.clock.now()
        received = [Received(event, new_id(), time, event.partition_key()) for event in events]
        async with self.runtime.sessions() as session, session.begin():
            await reactions.handle(received, session, self.runtime)

    async def admin(self, method: str, path: str, scopes: str, **options: Any) -> httpx.Response:
        """A call of a ministry's system."""
        return await self.client.request(method, path, headers=self.issuer.headers("ministry", scopes), **options)

    async def desk(self, kind: str = "family_unit", governorate: str = PORT_SAID, **more: Any) -> Desk:
        """A new provider with a terminal."""
        place = {"governorate": governorate, "district": f"{governorate}.01"}
        body = {"kind": kind, "name_ar": "وحدة", "name_en": "unit", **place, **more}
        provider = (await self.admin("POST", "/v1/providers", "providers:write", json=body)).json()
        body = {"provider_id": provider["provider_id"], "serial": str(new_id()), "model": "UC-H"}
        terminal = (await self.admin("POST", "/v1/clinic-terminals", "providers:write", json=body)).json()
        return self.desk_of(UUID(terminal["terminal_id"]), UUID(provider["provider_id"]), governorate)

    def desk_of(self, terminal_id: UUID, provider_id: UUID, governorate: str = PORT_SAID) -> Desk:
        """A terminal with a token like those the gateway gives."""
        token = self.issuer.token(
            str(terminal_id), SCOPES, kind="terminal", outlet_id=provider_id, governorate=governorate
        )
        return Desk(terminal_id, provider_id, token)

    async def family(
        self,
        *,
        governorate: str = PORT_SAID,
        activated_at: datetime = datetime(2026, 11, 1, 8, 0, tzinfo=UTC),
        services: Sequence[ProgrammeService] = HEALTH,
    ) -> Family:
        """A household of two whose head has an active card."""
        family = Family()
        await self.deliver(*family_events(family, governorate, activated_at, services), at=activated_at)
        return family

    async def ask(self, desk: Desk, family: Family | UUID, **more: Any) -> dict[str, Any]:
        """Eligibility at a terminal."""
        card_id = family.card_id if isinstance(family, Family) else family
        body = {"card_id": str(card_id), **more}
        reply = await self.client.post("/v1/eligibility", json=body, headers=desk.headers())
        assert reply.status_code == 200, reply.text
        answer: dict[str, Any] = reply.json()
        return answer

    async def visit(
        self, desk: Desk, family: Family, service: str = "medicines", price: int = 10_000, **more: Any
    ) -> httpx.Response:
        """A visit at a terminal."""
        key = more.pop("key", None)
        body = {
            "card_id": str(family.card_id),
            "service": service,
            "lines": [{"code": "A10", "price": price, "quantity": 1}],
            **more,
        }
        if not body.get("emergency"):
            body.setdefault("holder_proof", self.agreed(desk, body["card_id"] or new_id(), key or str(new_id())))
        return await self.client.post("/v1/encounters", json=body, headers=desk.headers(key))

    def agreed(self, desk: Desk, card_id: UUID | str, key: str) -> str:
        """The proof of a card's holder at a terminal: the same for the same key, as a terminal repeats it."""
        made = prove(desk.terminal_id, card_id, MOST, "visit")
        return self._agreed.setdefault((desk.terminal_id, str(card_id), key), made)

    async def collect(
        self, desk: Desk, encounter_id: str, card: UUID | str, *, key: str | None = None, **more: Any
    ) -> httpx.Response:
        """Have a co-payment taken from a card whose holder is there and agrees."""
        body = {"holder_proof": prove(desk.terminal_id, card, MOST, "visit"), **more}
        path = f"/v1/encounters/{encounter_id}/collection"
        return await self.client.post(path, json=body, headers=desk.headers(key))

    async def read(self, desk: Desk, encounter_id: str) -> dict[str, Any]:
        """A visit as its provider sees it."""
        reply = await self.client.get(f"/v1/encounters/{encounter_id}", headers=desk.headers())
        assert reply.status_code == 200, reply.text
        answer: dict[str, Any] = reply.json()
        return answer

    async def fetch(self, statement: str, *parameters: Any) -> list[Any]:
        """Look into the database."""
        return list(await self.runtime.pool.fetch(statement, *parameters))

    async def told(self, kind: type[Event]) -> list[Any]:
        """The events of a type in the outbox, oldest first."""
        rows = await self.fetch("SELECT type, payload FROM outbox WHERE type = $1 ORDER BY id", kind.event_type())
        return [registry()[row["type"]].model_validate_json(row["payload"]) for row in rows]


def family_events(
    family: Family, governorate: str, activated_at: datetime, services: Sequence[ProgrammeService]
) -> list[Event]:
    """What card-service tells of a household whose head has got a card."""
    return [
        HouseholdChanged(
            household_id=family.household_id, governorate=governorate, district="03.02", members=2, revision=1
        ),
        *(
            CitizenRegistered(
                citizen_id=citizen_id,
                household_id=family.household_id,
                is_head=citizen_id == family.head_id,
                birth_year=year,
                governorate=governorate,
            )
            for citizen_id, year in ((family.head_id, 1958), (family.child_id, 2015))
        ),
        CardActivated(
            card_id=family.card_id,
            citizen_id=family.head_id,
            household_id=family.household_id,
            governorate=governorate,
            district="03.02",
            members=2,
            services=list(services),
            phase_id=None,
            activated_at=activated_at,
        ),
    ]


def settings_for(database_url: str, issuer: TestIssuer, **more: Any) -> Settings:
    options = {"kafka_bootstrap": NOWHERE, "place_contact_keys": PLACE_KEYS, "holder_proof_keys": PROVER.jwks, **more}
    return Settings(database_url=database_url, jwks=issuer.jwks, training_clock=True, health_data_keys=KEYS, **options)


@asynccontextmanager
async def serve(settings: Settings, issuer: TestIssuer) -> AsyncIterator[Health]:
    """The service with these settings, at noon of 5 November 2026."""
    app = create_app(settings)
    async with running(app) as client:
        health = Health(app, client, issuer)
        health.at(NOON)
        yield health
