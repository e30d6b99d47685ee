"""A citizen's rights on the whole system: a copy, a restriction and its end, an erasure, and what each service says."""

from __future__ import annotations

import asyncio
import re
import uuid
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

import asyncpg
import httpx
import pytest

from card_service.sealing import MOBILE, NATIONAL_ID
from chassis.sealing import Keyring, Vault
from devstack.people.signed import PersonCaller, approve
from devstack.people.store import Store
from devstack.terminal.wire import Wire

from .conftest import System, until

pytestmark = pytest.mark.slow

SERVICES = {"card", "gateway", "health", "notify", "payment", "supply"}
OFFICER, OTHER_OFFICER, DESK = "data.protection.officer", "data.protection.officer.two", "service.desk"
SAID = {"Purpose": "complaint of the citizen", "Case-Number": "2026/17"}
_CITIZENS = (
    "SELECT c.citizen_id, k.card_id, c.national_id_sealed, c.mobile_sealed"
    " FROM card k JOIN citizen c USING (citizen_id)"
    " WHERE k.state = 'active' AND c.mobile_usable AND c.mobile_sealed IS NOT NULL AND k.card_id <> $1"
    " ORDER BY k.card_id LIMIT 2"
)


@dataclass
class Citizen:
    """Somebody with a card and a telephone, who signs in by a code."""

    system: System
    citizen_id: str
    card_id: str
    national_id: str
    mobile: str
    _token: str = field(default="")

    @property
    def path(self) -> str:
        return f"/v1/citizens/{self.citizen_id}"

    def texts(self, after: int = 0) -> list[dict[str, Any]]:
        """What reached the telephone."""
        query: dict[str, str | int] = {"to": self.mobile, "after": after, "limit": 1000}
        items: list[dict[str, Any]] = httpx.get(f"{self.system.sink}/messages", params=query, timeout=10).json()[
            "items"
        ]
        return items

    def begin(self) -> str:
        begun = httpx.post(
            f"{self.system.edge}/v1/citizen-sign-ins", json={"national_id": self.national_id}, timeout=10
        ).raise_for_status()
        return str(begun.json()["sign_in_id"])

    def sign_in(self) -> None:
        seen = max((text["id"] for text in self.texts()), default=0)
        begun = self.begin()
        text = until(lambda: self.texts(seen))[-1]["text"]
        found = re.search(r"(?<!\d)\d{6}(?!\d)", text)
        assert found is not None, text
        path = f"{self.system.edge}/v1/citizen-sign-ins/{begun}/code"
        self._token = httpx.post(path, json={"code": found[0]}, timeout=10).raise_for_status().json()["access_token"]

    def get(self, what: str) -> Any:
        headers = {"Authorization": f"Bearer {self._token}"}
        return httpx.get(f"{self.system.edge}{self.path}/{what}", headers=headers, timeout=60).raise_for_status().json()

    def ask(self, what: str, key: str, **body: str) -> Any:
        headers = {"Authorization": f"Bearer {self._token}", "Idempotency-Key": key}
        reply = httpx.post(f"{self.system.edge}{self.path}/{what}", json=body, headers=headers, timeout=10)
        assert reply.status_code == 202, reply.text
        return reply.json()


@pytest.fixture(scope="module")
def citizens(system: System, first: dict[str, Any]) -> list[Citizen]:
    """Two of the pilot's, beside the one whom its story follows."""
    system.people()
    vault = Vault(Keyring.parse(system.secrets()["UNICARD_CARD_DATA_KEYS"]))
    rows = asyncio.run(_fetch(system, "card", _CITIZENS, UUID(first["run"]["card"])))
    assert len(rows) == 2
    return [
        Citizen(
            system,
            str(row["citizen_id"]),
            str(row["card_id"]),
            vault.open(row["citizen_id"], row["national_id_sealed"], NATIONAL_ID).decode(),
            vault.open(row["citizen_id"], row["mobile_sealed"], MOBILE).decode(),
        )
        for row in rows
    ]


async def _fetch(system: System, service: str, statement: str, *values: Any) -> list[asyncpg.Record]:
    password, port = system.secrets()["POSTGRES_PASSWORD"], system.environment["UNICARD_POSTGRES_PORT"]
    connection = await asyncpg.connect(f"postgresql://postgres:{password}@127.0.0.1:{port}/unicard_{service}")
    try:
        rows: list[asyncpg.Record] = await connection.fetch(statement, *values)
    finally:
        await connection.close()
    return rows


def as_person(system: System, name: str, act: Callable[[PersonCaller], Awaitable[Any]]) -> Any:
    """What one of the demonstration's people does."""

    async def run() -> Any:
        wire, store = Wire(system.edge, limit=2), Store(system.folder)
        try:
            return await act(PersonCaller(wire, system.edge, store, store.all()[name]))
        finally:
            await wire.aclose()

    return asyncio.run(run())


def decide(system: System, officer: str, made: Mapping[str, Any]) -> None:
    as_person(system, officer, lambda caller: approve(caller, "card", made["proposal_id"]))


def readings(citizen: Citizen) -> dict[str, tuple[str, str]]:
    """A reading of the citizen's data in each service that has some to read, and the scope for it."""
    return {
        "card": (citizen.path, "citizens:read"),
        "supply": (f"/v1/entitlements/{citizen.card_id}", "entitlements:read"),
        "payment": (f"/v1/wallets/{citizen.card_id}", "wallets:read"),
        "health": (f"/fhir/Patient/{citizen.citizen_id}", "fhir:read"),
        "notify": (f"/v1/messages?citizen_id={citizen.citizen_id}", "messages:read"),
    }


def answers(citizen: Citizen, said: Mapping[str, str] | None = None) -> dict[str, tuple[int, str | None]]:
    """The status and the code of each of them, to a system that may read the nation's."""
    system, found = citizen.system, {}
    for service, (path, scope) in readings(citizen).items():
        headers = {"Authorization": f"Bearer {system.opening([scope])}", **(said or {})}
        reply = httpx.get(f"{system.edge}{path}", headers=headers, timeout=10)
        found[service] = (reply.status_code, code_of(reply.json()))
    return found


def code_of(document: Any) -> str | None:
    """The code of a refusal, as a problem document or as FHIR says it."""
    if document.get("resourceType") == "OperationOutcome":
        document = document["issue"][0]["details"]["coding"][0]
    code: str | None = document.get("code")
    return code


def all_services(status: int, code: str | None = None) -> dict[str, tuple[int, str | None]]:
    return dict.fromkeys(SERVICES - {"gateway"}, (status, code))


def check_receipt(citizen: Citizen, erasure_id: str) -> None:
    """Every service has said what went and what stays, by which law."""

    def receipt() -> Any:
        (one,) = citizen.get("erasures")["items"]
        return one if one["state"] == "done" else None

    done = until(receipt)
    assert (done["erasure_id"], done["waiting_for"]) == (erasure_id, [])
    parts = asyncio.run(
        _fetch(
            citizen.system, "card", "SELECT service FROM erasure_part WHERE erasure_id = $1", UUID(done["erasure_id"])
        )
    )
    assert sorted(row["service"] for row in parts) == sorted(SERVICES)
    erased = {(line["service"], line["data_en"]) for line in done["erased"]}
    assert ("card", "telephone number and address") in erased
    assert any(service == "notify" for service, _ in erased)
    kept = {service: {line["basis_en"] for line in done["kept"] if line["service"] == service} for service in SERVICES}
    for service, law in {"supply": "Law 17 of 1999", "payment": "Law 80 of 2002", "health": "Law 2 of 2018"}.items():
        assert any(law in basis for basis in kept[service]), (service, kept[service])
    assert all(line["basis_en"] and line["basis_ar"] for line in done["kept"])


def test_a_citizen_has_a_copy_restricts_frees_and_erases(system: System, citizens: list[Citizen]) -> None:
    citizen, other = citizens
    citizen.sign_in()

    # a copy of what every service holds
    copy = citizen.get("data-export")["services"]
    assert set(copy) == SERVICES
    assert copy["card"]["citizen"][0]["national_id_sealed"] == citizen.national_id
    for service, table in {"notify": "contact", "payment": "wallet", "supply": "pot", "health": "member"}.items():
        assert copy[service][table], (service, table)

    # restricted: asked for once, however often it is sent; decided by an office; then kept by every service
    assert answers(citizen) == all_services(200)
    key = str(uuid.uuid4())
    asked = citizen.ask("restriction-requests", key, ground="objection", reason="I object to it")
    assert citizen.ask("restriction-requests", key, ground="objection", reason="I object to it") == asked
    assert answers(citizen) == all_services(200), "nobody has decided yet"
    decide(system, OFFICER, asked)
    until(lambda: answers(citizen) == all_services(403, "processing_restricted"))
    assert answers(citizen, SAID) == all_services(200)
    assert answers(other) == all_services(200)
    (restriction,) = citizen.get("restrictions")["items"]
    assert (restriction["in_force"], restriction["restriction_id"]) == (True, asked["proposal_id"])

    # its end: asked by a desk, decided by another
    lifting = as_person(
        system,
        DESK,
        lambda desk: desk.post(
            f"{citizen.path}/restrictions/{asked['proposal_id']}/lifting-requests", {"reason": "asked for at the desk"}
        ),
    )
    decide(system, OTHER_OFFICER, lifting)
    until(lambda: answers(citizen) == all_services(200))

    # erased: every service says what went and what stays, by which law
    key = str(uuid.uuid4())
    asked = citizen.ask("erasure-requests", key, reason="I wish it")
    assert citizen.ask("erasure-requests", key, reason="I wish it") == asked
    decide(system, OFFICER, asked)

    check_receipt(citizen, asked["proposal_id"])

    # asked again with the same key it is the same request; nothing is erased a second time
    assert citizen.ask("erasure-requests", key, reason="I wish it") == asked
    assert len(citizen.get("erasures")["items"]) == 1
    again = as_person(system, OFFICER, lambda officer: _export(officer, citizen))
    assert again["notify"]["contact"] == []
    assert again["card"]["citizen"][0]["mobile_sealed"] is None
    assert again["payment"]["wallet"] == copy["payment"]["wallet"]
    assert again["supply"]["pot"] == copy["supply"]["pot"]

    # the citizen has heard of each decision, of the erasure as the last of all
    until(lambda: any("محو بياناتك" in text["text"] for text in citizen.texts()))
    heard = " ".join(text["text"] for text in citizen.texts())
    assert heard.index("استخدام بياناتك مقيد") < heard.index("انتهى تقييد") < heard.index("محو بياناتك")

    # nobody can be reached at the number any more, as if it had never been known; others can
    reached = max((text["id"] for text in citizen.texts()), default=0)
    citizen.begin()
    other.sign_in()
    assert citizen.texts(reached) == []


async def _export(officer: PersonCaller, citizen: Citizen) -> Any:
    headers = {"Authorization": f"Bearer {await officer.token()}", **SAID}
    path = f"{citizen.system.edge}{citizen.path}/data-export"
    async with httpx.AsyncClient(timeout=60) as client:
        return (await client.get(path, headers=headers)).raise_for_status().json()["services"]
