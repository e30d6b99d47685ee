"""health-service and payment-service between real topics: a co-payment is taken once, or it is said why not."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import httpx
import pytest

import health_service.main
import health_service.settings
import payment_service.main
import payment_service.settings
from approvals.testing import decide
from chassis.ids import new_id
from chassis.testing import MakeDatabase, TestIssuer, eventually, running
from chassis.testing_events import Outside
from chassis.testing_proofs import PROVER, prove
from contracts.card import CardActivated, CitizenRegistered, HouseholdChanged, ProgrammeService
from payment_service.context import Runtime

LEDGER = "ledger:read ledger:write wallets:read"
CLINIC = "eligibility:check encounters:create encounters:read"
KEYS = "k1:" + "A" * 43


@dataclass
class Both:
    """The two services, each on its own database, with one broker between them."""

    health: httpx.AsyncClient
    payment: httpx.AsyncClient
    payment_runtime: Runtime
    issuer: TestIssuer
    outside: Outside

    async def ledger(self, method: str, path: str, **options: Any) -> Any:
        headers = self.issuer.headers("ministry", LEDGER)
        reply = await self.payment.request(method, path, headers=headers, **options)
        assert reply.is_success, reply.text
        return reply.json()

    async def pay_in(self, card_id: UUID, amount: int) -> None:
        """Give the card's holder money from a fund."""
        fund = await self.ledger("POST", "/v1/accounts", json={"kind": "fund", "owner": "test"})
        wallet = await self.ledger("GET", f"/v1/wallets/{card_id}")
        order = {
            "debit_account_id": fund["account_id"],
            "credit_account_id": wallet["wallet_id"],
            "amount": amount,
        }
        booked = await self.ledger("POST", "/v1/transfers", json={"transfers": [order]})
        assert booked["results"][0]["state"] == "posted"

    async def balance(self, card_id: UUID) -> int:
        return int((await self.ledger("GET", f"/v1/wallets/{card_id}"))["balance"])


@dataclass
class Desk:
    """A clinic's terminal."""

    both: Both
    terminal_id: UUID
    provider_id: UUID

    def headers(self) -> dict[str, str]:
        return self.both.issuer.headers(
            str(self.terminal_id), CLINIC, kind="terminal", outlet_id=self.provider_id, governorate="03"
        )

    async def visit(self, card_id: UUID, price: int) -> Any:
        body = {
            "card_id": str(card_id), "service": "medicines", "lines": [{"code": "A10", "price": price}],
            "holder_proof": self.agreed(card_id, price),
        }  # fmt: skip
        reply = await self.both.health.post("/v1/encounters", json=body, headers=self.headers())
        assert reply.status_code == 201, reply.text
        return reply.json()

    def agreed(self, card_id: UUID, most: int) -> str:
        """The proof that the card's holder agrees at this terminal."""
        return prove(self.terminal_id, card_id, most, "visit")

    async def becomes(self, encounter_id: str, state: str) -> Any:
        """The visit, once its co-payment has come to a state."""

        async def there() -> Any:
            reply = await self.both.health.get(f"/v1/encounters/{encounter_id}", headers=self.headers())
            assert reply.status_code == 200, reply.text
            return reply.json() if reply.json()["copayment_state"] == state else None

        return await eventually(there, seconds=20)


@pytest.fixture(scope="module")
async def both(make_database: MakeDatabase, issuer: TestIssuer, kafka_bootstrap: str) -> AsyncIterator[Both]:
    async with AsyncExitStack() as stack:
        outside = Outside(kafka_bootstrap)
        common: dict[str, Any] = {**outside.settings, "jwks": issuer.jwks, "holder_proof_keys": PROVER.jwks}
        health_app = health_service.main.create_app(
            health_service.settings.Settings(
                database_url=await make_database(health_service.MIGRATIONS),
                health_data_keys=KEYS,
                place_contact_keys=KEYS,
                **common,
            )
        )
        payment_app = payment_service.main.create_app(
            payment_service.settings.Settings(database_url=await make_database(payment_service.MIGRATIONS), **common)
        )
        health = await stack.enter_async_context(running(health_app))
        payment = await stack.enter_async_context(running(payment_app))
        yield Both(health, payment, payment_app.state.runtime, issuer, outside)


@pytest.fixture(scope="module")
async def desk(both: Both) -> Desk:
    return await provider(both, "pharmacy")


async def provider(both: Both, kind: str) -> Desk:
    """A provider of that kind with a terminal."""
    headers = both.issuer.headers("ministry", "providers:write")
    body = {"kind": kind, "name_ar": "صيدلية", "name_en": "Pharmacy", "governorate": "03", "district": "03.02"}
    made = (await both.health.post("/v1/providers", json=body, headers=headers)).json()
    headers = both.issuer.headers("ministry", "providers:write")
    body = {"provider_id": made["provider_id"], "serial": str(new_id()), "model": "UC-H"}
    terminal = (await both.health.post("/v1/clinic-terminals", json=body, headers=headers)).json()
    return Desk(both, UUID(terminal["terminal_id"]), UUID(made["provider_id"]))


@pytest.fixture
async def card_id(both: Both) -> UUID:
    """A card with health and payments, known to both services."""
    card_id, citizen_id, household_id = new_id(), new_id(), new_id()
    place: dict[str, Any] = {"governorate": "03", "district": "03.02", "members": 1}
    await both.outside.tell(
        HouseholdChanged(household_id=household_id, revision=1, **place),
        CitizenRegistered(
            citizen_id=citizen_id, household_id=household_id, is_head=True, birth_year=1958, governorate="03"
        ),
        CardActivated(
            card_id=card_id,
            citizen_id=citizen_id,
            household_id=household_id,
            services=[ProgrammeService.HEALTH, ProgrammeService.PAYMENT],
            phase_id=None,
            activated_at=datetime.now(UTC),
            **place,
        ),
    )

    async def known() -> bool:
        covered = await both.health.post(
            "/v1/eligibility", headers=both.issuer.headers("test", CLINIC), json={"card_id": str(card_id)}
        )
        wallet = await both.payment.get(f"/v1/wallets/{card_id}", headers=both.issuer.headers("test", LEDGER))
        return covered.status_code == 200 and covered.json()["covered"] and wallet.status_code == 200

    await eventually(known, seconds=30)
    return card_id


async def test_a_copayment_leaves_the_wallet_for_the_provider(both: Both, desk: Desk, card_id: UUID) -> None:
    await both.pay_in(card_id, 50_000)
    visit = await desk.visit(card_id, 123_455)
    assert (visit["copayment"], visit["copayment_state"]) == (12_346, "due")
    await desk.becomes(visit["encounter_id"], "paid")
    assert await both.balance(card_id) == 50_000 - 12_346
    body = {"kind": "provider", "owner": str(desk.provider_id)}
    provider = await both.ledger("POST", "/v1/accounts", json=body)
    assert provider["balance"] == 12_346
    assert (await both.ledger("GET", "/v1/ledger-proof"))["sound"]


async def test_what_the_wallet_does_not_cover_is_told_and_taken_later_once(
    both: Both, desk: Desk, card_id: UUID
) -> None:
    visit = await desk.visit(card_id, 10_000)
    failed = await desk.becomes(visit["encounter_id"], "failed")
    assert failed["failure"] == "insufficient_funds"
    await both.pay_in(card_id, 3_000)
    collect = f"/v1/encounters/{visit['encounter_id']}/collection"
    headers, agreed = desk.headers(), {"holder_proof": desk.agreed(card_id, 1_000)}
    for _ in range(2):  # the second is the terminal's repeat of the first
        again = await both.health.post(collect, headers=headers, json=agreed)
        assert (again.status_code, again.json()["copayment_state"]) == (200, "due")
    await desk.becomes(visit["encounter_id"], "paid")
    assert await both.balance(card_id) == 2_000


async def test_the_same_copayment_told_again_is_taken_once(both: Both, desk: Desk, card_id: UUID) -> None:
    """The broker lost its data and health-service publishes again: new records of the same facts."""
    await both.pay_in(card_id, 10_000)
    visit = await desk.visit(card_id, 20_000)
    await desk.becomes(visit["encounter_id"], "paid")
    headers = both.issuer.headers("operations", "operations:write")
    since = {"since": "2020-01-01T00:00:00Z", "reason": "the broker lost its data"}
    proposed = await both.health.post("/v1/operations/health/republish", json=since, headers=headers)
    assert proposed.is_success, proposed.text
    await decide(both.health, both.issuer, "health", proposed.json()["proposal_id"], "operations:approve")
    marker = await desk.visit(card_id, 1_000)  # told after all the others, in the same household's order
    await desk.becomes(marker["encounter_id"], "paid")
    assert await both.balance(card_id) == 10_000 - 2_000 - 100
    assert (await desk.becomes(visit["encounter_id"], "paid"))["failure"] is None
    assert (await both.ledger("GET", "/v1/ledger-proof"))["sound"]


async def test_an_emergency_takes_nothing_before_the_holder_agrees(both: Both, card_id: UUID) -> None:
    """Truth 2.8, finding B1: a hospital that says `emergency` took the cap from the wallet each time."""
    desk = await provider(both, "hospital")
    await both.pay_in(card_id, 50_000)
    body = {
        "card_id": str(card_id), "service": "inpatient", "lines": [{"code": "OP", "price": 600_000}], "emergency": True,
    }  # fmt: skip
    reply = await both.health.post("/v1/encounters", json=body, headers=desk.headers())
    assert (reply.status_code, reply.json()["copayment"]) == (201, 30_000), reply.text
    visit = reply.json()["encounter_id"]
    looked = await both.health.post(
        f"/v1/encounters/{visit}/review", json={"decision": "accept", "reason": "looked at"},
        headers=both.issuer.person("coverage:write"),
    )  # fmt: skip
    assert looked.json()["copayment_state"] == "owed", looked.text
    assert await both.balance(card_id) == 50_000
    agreed = {"holder_proof": desk.agreed(card_id, 30_000)}
    asked = await both.health.post(f"/v1/encounters/{visit}/collection", json=agreed, headers=desk.headers())
    assert asked.status_code == 200, asked.text
    await desk.becomes(visit, "paid")
    assert await both.balance(card_id) == 20_000
