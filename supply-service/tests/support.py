"""supply-service as tests use it: terminals, cards that events brought, sales at the counter, an auditor."""

from __future__ import annotations

import base64
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import httpx
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from fastapi import FastAPI

from chassis.consumer import Received
from chassis.ids import new_id
from chassis.testing import TestIssuer, running, worked_off
from chassis.testing_proofs import PROVER
from contracts.card import CardActivated, HouseholdChangedByMonth, ProgrammeService
from contracts.event import Event
from contracts.gateway import TerminalEnrolled
from contracts.household import HouseholdMember, MonthSizes
from supply_service.consumers import reactions
from supply_service.context import Runtime
from supply_service.main import create_app
from supply_service.sales.repository import payloads
from supply_service.settings import Settings
from supply_service.simulations import worker

NOWHERE = "127.0.0.1:1"  # no broker: what is published stays in the outbox, events are handed to the handlers
NOON = datetime(2026, 11, 5, 10, 0, tzinfo=UTC)
SCOPES = "redemptions:create redemptions:read entitlements:read days:close catalogue:read"
PORT_SAID = "03"
PLACE_KEYS = "k1:" + "A" * 43
RATION_CARD_KEY = "A" * 43


@dataclass
class Till:
    """A terminal at an outlet, with the key it signs with."""

    terminal_id: UUID
    outlet_id: UUID
    kind: str
    token: str
    key: Ed25519PrivateKey

    def headers(self, key: str | None = None) -> dict[str, str]:
        return {"Authorization": f"Bearer {self.token}", "Idempotency-Key": key or str(new_id())}

    @property
    def public_key(self) -> str:
        return base64.urlsafe_b64encode(self.key.public_key().public_bytes_raw()).decode().rstrip("=")


@dataclass
class Holder:
    """A card and its household."""

    card_id: UUID
    household_id: UUID


class Supply:
    """A running service and what tests do to it."""

    def __init__(self, app: FastAPI, client: httpx.AsyncClient, issuer: TestIssuer) -> None:
        self.app, self.client, self.issuer = app, client, issuer
        self.runtime: Runtime = app.state.runtime
        self.proofs: dict[tuple[UUID, UUID, str], str] = {}

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

    async def till(
        self, kind: str = "bakery", governorate: str = PORT_SAID, district: str | None = None, **more: Any
    ) -> Till:
        """A new outlet with an enrolled terminal."""
        place = {"governorate": governorate, "district": district or f"{governorate}.02"}
        body = {"kind": kind, "name_ar": "منفذ", "name_en": "outlet", **place, **more}
        outlet = (await self.admin("POST", "/v1/outlets", "outlets:write", json=body)).json()
        body = {"outlet_id": outlet["outlet_id"], "serial": str(new_id()), "model": "UC-1"}
        terminal = (await self.admin("POST", "/v1/terminals", "terminals:write", json=body)).json()
        terminal_id, outlet_id = UUID(terminal["terminal_id"]), UUID(outlet["outlet_id"])
        token = self.issuer.token(
            str(terminal_id), SCOPES, kind="terminal", outlet_id=outlet_id, governorate=governorate
        )
        till = Till(terminal_id, outlet_id, kind, token, Ed25519PrivateKey.generate())
        await self.deliver(
            TerminalEnrolled(terminal_id=terminal_id, outlet_id=outlet_id, key_id="k", public_key=till.public_key)
        )
        await self.catch_up()
        return till

    async def in_contact(self, till: Till, at: datetime) -> None:
        """A terminal was in contact at an instant, so that a spell without a network begins there."""
        await self.runtime.pool.execute("INSERT INTO terminal_contact VALUES ($1, $2)", till.terminal_id, at)

    async def catch_up(self) -> None:
        """Read changed terminals and policies now, not a quarter of a second later."""
        await self.runtime.state.refresh_policies(self.runtime)
        await self.runtime.state.refresh_terminals(self.runtime)

    async def holder(
        self,
        members: int = 3,
        *,
        activated_at: datetime = datetime(2026, 11, 1, 8, 0, tzinfo=UTC),
        governorate: str = PORT_SAID,
        household_id: UUID | None = None,
        services: Sequence[ProgrammeService] = (ProgrammeService.SUPPLY,),
        trial: bool = False,
    ) -> Holder:
        """A household with an active card."""
        holder = Holder(new_id(), household_id or new_id())
        place = {"governorate": governorate, "district": "03.02", "members": members}
        await self.deliver(
            told(holder.household_id, {"2020-01": members}, governorate=governorate, trial=trial),
            CardActivated(
                card_id=holder.card_id,
                citizen_id=new_id(),
                household_id=holder.household_id,
                services=list(services),
                phase_id=None,
                activated_at=activated_at,
                **place,
            ),
        )
        return holder

    async def sell(
        self, till: Till, holder: Holder | UUID, *lines: Mapping[str, Any], key: str | None = None, **more: Any
    ) -> httpx.Response:
        """A sale at a terminal."""
        card_id = holder.card_id if isinstance(holder, Holder) else holder
        if more.get("tenders") and "holder_proof" not in more:
            more["holder_proof"] = self.proof(till, card_id, key)
        body = {"card_id": str(card_id), "lines": list(lines), **more}
        return await self.client.post("/v1/redemptions", json=body, headers=till.headers(key))

    def proof(self, till: Till, card_id: UUID, key: str | None = None) -> str:
        """A holder's proof at a terminal; under the same key the same, as a terminal repeats it."""
        fresh = PROVER.proof(card_id, till.terminal_id)
        return fresh if key is None else self.proofs.setdefault((till.terminal_id, card_id, key), fresh)

    async def left(self, holder: Holder, till: Till) -> dict[str, int]:
        """What is left of each pot."""
        reply = await self.admin("GET", f"/v1/entitlements/{holder.card_id}", "entitlements:read")
        assert reply.status_code == 200, reply.text
        return {pot["programme"]: pot["remaining"] for pot in reply.json()["pots"]}

    async def fetch(self, statement: str, *parameters: Any) -> list[Any]:
        """Look into the database."""
        return list(await self.runtime.pool.fetch(statement, *parameters))

    async def events(self, *kinds: type[Event]) -> list[tuple[Any, bytes]]:
        """What stands in the outbox, of these types or of all, each row with the payload that is published for it."""
        rows = await self.fetch("SELECT * FROM outbox ORDER BY id")
        rendered = await self.rendered([row for row in rows if row["payload"] is None])
        wanted = {kind.event_type() for kind in kinds}
        return [
            (row, row["payload"] or rendered[row["source_id"]]) for row in rows if not wanted or row["type"] in wanted
        ]

    async def rendered(self, rows: Sequence[Any]) -> Mapping[UUID, bytes]:
        """The payloads the relay would render for rows of the outbox."""
        async with self.runtime.pool.acquire() as connection:
            return await payloads(connection, rows) if rows else {}

    async def audit(self) -> None:
        """What must hold whatever happened: every pot is proved by its entries, every debt by what was overdrawn."""
        unproved = await self.fetch(
            """
            SELECT p.household_id, p.programme, p.period, p.granted - p.remaining AS used, coalesce(sum(
                CASE WHEN e.kind IN ('reversal', 'debt_returned') THEN -e.quantity ELSE e.quantity END), 0) AS proved
            FROM pot p LEFT JOIN movement e ON e.household_id = p.household_id AND e.period = p.period
                AND e.programme = p.programme
                AND e.kind IN ('draw', 'reversal', 'debt', 'debt_returned', 'taken_back')
            GROUP BY 1, 2, 3, p.granted, p.remaining
            HAVING p.granted - p.remaining <> coalesce(sum(
                CASE WHEN e.kind IN ('reversal', 'debt_returned') THEN -e.quantity ELSE e.quantity END), 0)
            """
        )
        assert not unproved
        unowed = await self.fetch(
            """
            SELECT h.household_id FROM household h LEFT JOIN movement e USING (household_id)
            GROUP BY h.household_id
            HAVING h.debt_bread + h.debt_goods + h.debt_points <> coalesce(sum(CASE e.kind
                WHEN 'overdraw' THEN e.quantity WHEN 'overdraw_reversal' THEN -e.quantity
                WHEN 'debt' THEN -e.quantity WHEN 'debt_returned' THEN e.quantity ELSE 0 END), 0)
            """
        )
        assert not unowed
        events = await self.fetch(
            "SELECT (SELECT count(*) FROM redemption) AS sales, (SELECT count(*) FROM reversal) AS reversals,"
            " count(*) FILTER (WHERE type LIKE '%.Redeemed.v1') AS told,"
            " count(*) FILTER (WHERE type LIKE '%.RedemptionReversed.v1') AS taken_back FROM outbox"
        )
        assert (events[0]["sales"], events[0]["reversals"]) == (events[0]["told"], events[0]["taken_back"])


def told(
    household_id: UUID,
    sizes: Mapping[str, int | tuple[int, int]],
    *,
    revision: int = 1,
    governorate: str = PORT_SAID,
    issued_in: str | None = None,
    ration_card_mark: str | None = None,
    **more: Any,
) -> HouseholdChangedByMonth:
    """A household as the register tells it; `sizes`: who count for goods and for bread from a month on."""
    pairs = {month: size if isinstance(size, tuple) else (size, size) for month, size in sizes.items()}
    most = max([max(pair) for pair in pairs.values()], default=0)
    members = [HouseholdMember(citizen_id=new_id(), role="other", since=NOON.date()) for _ in range(most)]
    whole: dict[str, Any] = {
        "household_id": household_id,
        "revision": revision,
        "status": "active",
        "governorate": governorate,
        "district": "03.02",
        "governorate_of_issue": issued_in or governorate,
        "legal_basis": None,
        "members": members,
        "effective_month": min(pairs, default="2020-01"),
        "sizes": [
            MonthSizes(month=month, goods=goods, bread=loaves, health=goods)
            for month, (goods, loaves) in sorted(pairs.items())
        ],
        "ration_card_mark": ration_card_mark,
    }
    return HouseholdChangedByMonth.model_validate(whole | more)


def bread(quantity: int) -> dict[str, Any]:
    return {"programme": "bread", "item": "loaf", "quantity": quantity}


def goods(item: str, quantity: int, programme: str = "goods") -> dict[str, Any]:
    return {"programme": programme, "item": item, "quantity": quantity}


def allowance(first: int, rest: int = 2500, effective_from: str = "2027-01-01") -> dict[str, Any]:
    """A policy: piastres of goods for each of the first four members, and for each of the others."""
    return row_of("supply.allowance", {"steps": [[1, first], [5, rest]]}, effective_from)


def row_of(key: str, value: Any, effective_from: str = "2027-01-01", **scope: str) -> dict[str, Any]:
    """A policy as it is proposed."""
    return {
        "key": key,
        "scope": scope,
        "value": value,
        "effective_from": effective_from,
        "legal_reference": "a decision of this test",
        "source": "none",
    }


async def simulated(supply: Supply) -> None:
    """Work off what waits to be computed."""
    await supply.catch_up()
    await worked_off(lambda: worker.compute(supply.runtime, 37))


def settings_for(database_url: str, issuer: TestIssuer, **more: Any) -> Settings:
    keys = {"place_contact_keys": PLACE_KEYS, "ration_card_key": RATION_CARD_KEY, "holder_proof_keys": PROVER.jwks}
    keys["supply_signing_keys"] = PLACE_KEYS
    # Months are opened by the households' own draws, and days closed by hand, unless a test has the jobs run.
    options = {
        "kafka_bootstrap": NOWHERE,
        "opening_per_second": 0,
        "closing_batch": 0,
        "simulation_batch": 0,
        **keys,
        **more,
    }
    return Settings(database_url=database_url, jwks=issuer.jwks, training_clock=True, **options)


@asynccontextmanager
async def serve(
    settings: Settings, issuer: TestIssuer, through: Any = running, **options: Any
) -> AsyncIterator[Supply]:
    """The service with these settings."""
    app = create_app(settings, **options)
    async with through(app) as client:
        supply = Supply(app, client, issuer)
        supply.at(NOON)
        yield supply
