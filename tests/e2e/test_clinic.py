"""A clinic at the edge: covered, treated, paid from the wallet; and each kind of caller kept to its own."""

from __future__ import annotations

import asyncio
import time
import uuid
from collections.abc import AsyncIterator, Iterator
from typing import Any

import httpx
import pytest

from chassis.testing import eventually
from devstack.demo.stages.story import PIN
from devstack.terminal.caller import Refused
from devstack.terminal.device import Terminal
from devstack.terminal.proof import by_pin
from devstack.terminal.store import Store
from devstack.terminal.wire import Wire

from .conftest import System, play, set_clock

pytestmark = pytest.mark.slow

WAIT_SECONDS = 20.0


@pytest.fixture(scope="module")
def card(system: System) -> Iterator[str]:
    """An active card of a small pilot, on which health insurance was enabled, and its month as business time."""
    report = play(system, "--scale", "0.0005", "--days", "2")
    found = str(report["run"]["card"])
    set_clock(system, f"{report['run']['month'][:8]}20T08:00:00+02:00")
    enabled = httpx.put(f"{system.edge}/v1/cards/{found}/services/health", headers=system.headers(), timeout=10)
    assert enabled.status_code == 200, enabled.text
    assert "health" in enabled.json()["services"]
    yield found
    set_clock(system, None)


class Desks:
    """Terminals enrolled from the command line, each opened as its device would."""

    def __init__(self, system: System) -> None:
        self.system = system
        self.wire = Wire(system.edge, limit=8)
        self.made: dict[str, Terminal] = {}

    async def of(self, name: str, kind: str) -> Terminal:
        if name not in self.made:
            done = await asyncio.to_thread(self.system.unicard, "terminal", "enrol", "--name", name, "--kind", kind)
            assert done.returncode == 0, done.stdout + done.stderr
            self.made[name] = Terminal(Store(self.system.folder / "terminals" / name), self.wire)
        return self.made[name]


@pytest.fixture(scope="module")
async def desks(system: System) -> AsyncIterator[Desks]:
    opened = Desks(system)
    yield opened
    await opened.wire.aclose()


async def until(ask: Any, holds: Any) -> Any:
    """Ask again until the answer is as wanted, and give that."""
    answers: list[Any] = []

    async def wanted() -> bool:
        answers.append(await ask())
        return bool(holds(answers[-1]))

    await eventually(wanted, seconds=WAIT_SECONDS, every=0.1)
    return answers[-1]


def pay_in(system: System, card: str, amount: int) -> None:
    """Give the card's holder money from a fund of the tests."""
    token = system.new_client(["ledger:write", "ledger:read", "wallets:read"])
    headers = {"Authorization": f"Bearer {token}"}

    def key() -> dict[str, str]:
        return headers | {"Idempotency-Key": str(uuid.uuid4())}

    body: dict[str, Any] = {"kind": "fund", "owner": "tests"}
    fund = httpx.post(f"{system.edge}/v1/accounts", json=body, headers=key(), timeout=10).json()
    wallet = httpx.get(f"{system.edge}/v1/wallets/{card}", headers=headers, timeout=10).json()
    order = {"debit_account_id": fund["account_id"], "credit_account_id": wallet["wallet_id"], "amount": amount}
    booked = httpx.post(f"{system.edge}/v1/transfers", json={"transfers": [order]}, headers=key(), timeout=10)
    assert booked.json()["results"][0]["state"] == "posted", booked.text


async def test_a_visit_is_paid_from_the_wallet(system: System, desks: Desks, card: str) -> None:
    pharmacy = await desks.of("pharmacy", "pharmacy")
    answer = await until(lambda: pharmacy.eligibility(card, "medicines"), lambda found: found["covered"])
    assert (answer["covered"], answer["state"], answer["reasons"]) == (True, "active", [])
    assert answer["services"][0]["cap"] is not None
    pay_in(system, card, 5_000)
    with pytest.raises(Refused) as alone:
        await pharmacy.visit(card, "medicines", [{"code": "A10BA02", "price": 12_345}])
    assert (alone.value.status, alone.value.code) == (409, "holder_proof_required")
    prove = by_pin(pharmacy.caller, card, PIN, "visit")
    entered = await pharmacy.visit(
        card,
        "medicines",
        [{"code": "A10BA02", "price": 12_345}],
        prove,
        diagnosis={"system": "ICD-10", "code": "E11.9"},
    )
    assert (entered["copayment"], entered["insurer_part"], entered["copayment_state"]) == (1_235, 11_110, "due")
    seen = await until(
        lambda: pharmacy.encounter(entered["encounter_id"]), lambda found: found["copayment_state"] == "paid"
    )
    assert (seen["copayment_state"], seen["diagnosis"]["code"]) == ("paid", "E11.9")
    other = await desks.of("laboratory", "laboratory")
    with pytest.raises(Refused) as refusal:
        await other.encounter(entered["encounter_id"])
    assert (refusal.value.status, refusal.value.code) == (404, "encounter_unknown")
    async with httpx.AsyncClient(base_url=system.edge, timeout=10) as client:
        overview = (await client.get(f"/v1/overview/{card}", headers=system.headers())).json()
    assert (overview["health"]["status"], overview["health"]["data"]["state"]) == ("ok", "active")


async def test_every_caller_keeps_to_its_own(system: System, desks: Desks, card: str) -> None:
    clinic, grocer = await desks.of("pharmacy", "pharmacy"), await desks.of("grocer", "grocer")
    visit = {"card_id": card, "service": "medicines", "lines": [{"code": "A", "price": 1}]}
    sale = {"card_id": card, "lines": [{"programme": "goods", "item": "oil", "quantity": 1}]}
    care: list[tuple[str, str, Any]] = [
        ("POST", "/v1/eligibility", {"card_id": card}),
        ("POST", "/v1/encounters", visit),
        ("GET", f"/v1/encounters/{uuid.uuid4()}", None),
        ("GET", f"/v1/coverage/{card}", None),
        ("GET", f"/fhir/Patient/{uuid.uuid4()}", None),
    ]
    rations: list[tuple[str, str, Any]] = [
        ("POST", "/v1/redemptions", sale),
        ("GET", f"/v1/entitlements/{card}", None),
        ("POST", "/v1/offline-batches", {"sales": []}),
        ("POST", "/v1/payments/authorizations", {"card_id": card, "amount": 1, "reference": "x"}),
    ]
    pension = [system.token("pension-authority"), system.token("treasury")]
    asked = [
        (await clinic.caller.token(), rations),
        (await grocer.caller.token(), care),
        *((token, care + rations) for token in pension),
    ]
    async with httpx.AsyncClient(base_url=system.edge, timeout=10) as client:
        for token, calls in asked:
            for method, path, body in calls:
                headers = {"Authorization": f"Bearer {token}", "Idempotency-Key": str(uuid.uuid4())}
                reply = await client.request(method, path, json=body, headers=headers)
                assert (reply.status_code, reply.json()["code"]) == (403, "insufficient_scope"), (path, reply.text)


def test_fhir_at_the_edge(system: System, card: str) -> None:
    assert httpx.get(f"{system.edge}/fhir/metadata", timeout=10).json()["fhirVersion"] == "4.0.1"
    known = httpx.get(f"{system.edge}/v1/cards/{card}", headers=system.headers(), timeout=10).json()
    headers = system.headers("health-authority")
    path = f"{system.edge}/fhir/Coverage?beneficiary=Patient/{known['citizen_id']}"
    bundle = httpx.get(path, headers=headers, timeout=10)
    assert (bundle.status_code, bundle.headers["content-type"]) == (200, "application/fhir+json")
    assert bundle.json()["entry"][0]["resource"]["status"] == "active"
    missing = httpx.get(f"{system.edge}/fhir/Patient/{uuid.uuid4()}", headers=headers, timeout=10)
    assert (missing.status_code, missing.json()["resourceType"]) == (404, "OperationOutcome")


async def test_a_suspended_clinics_terminal_is_refused_within_a_second(system: System, desks: Desks, card: str) -> None:
    desk = await desks.of("stolen", "family_unit")
    assert (await desk.eligibility(card))["covered"]
    token = await desk.caller.token()
    path = f"{system.edge}/v1/clinic-terminals/{desk.identity.terminal_id}/suspension"
    async with httpx.AsyncClient(timeout=10) as client:

        async def status() -> int:
            headers = {"Authorization": f"Bearer {token}"}
            reply = await client.post(f"{system.edge}/v1/eligibility", json={"card_id": card}, headers=headers)
            return reply.status_code

        assert await status() == 200
        suspended = await client.post(path, json={"reason": "stolen"}, headers=system.headers("health-authority"))
        assert suspended.status_code == 201, suspended.text
        began = time.perf_counter()
        while await status() != 401:
            assert time.perf_counter() - began < 1.0
        form = desk.caller.grant.form()

        async def tokens() -> int:
            return (await client.post(f"{system.edge}/oauth/token", data=form | desk.caller.grant.form())).status_code

        assert await until(tokens, lambda found: found == 401) == 401, "no more tokens either"
