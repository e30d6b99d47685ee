"""What the tests of card-service share: a running service on a database of its own, and hands to use it with."""

from __future__ import annotations

import base64
import secrets
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from typing import Any, Protocol
from uuid import UUID

import asyncpg
import httpx
import orjson
import pytest
from fastapi import FastAPI
from joserfc import jwe
from joserfc.jwk import OKPKey

from card_service import MIGRATIONS
from card_service.context import Runtime
from card_service.main import create_app
from card_service.registry.intake import HEADER
from card_service.settings import Settings
from chassis.contact import Contact, open_code
from chassis.national_id import check_digit
from chassis.sealing import Keyring, Vault
from chassis.testing import TestIssuer, eventually, running
from chassis.testing_events import Outside

from .change_requests import Counter

SATURDAY = date(2026, 11, 28)


def key_of(fill: int) -> str:
    """A key nobody uses outside tests."""
    return base64.urlsafe_b64encode(bytes([fill]) * 32).rstrip(b"=").decode()


def national_id(serial: int, born: str = "2900101") -> str:
    """A well-formed national id, another one for each serial up to a million."""
    body = f"{born[:5]}{1 + serial // 10_000 % 28:02d}03{serial % 10_000:04d}"
    return body + check_digit(body)


def district_of(governorate: str) -> str:
    """A district of a governorate."""
    return "03.02" if governorate == "03" else f"{governorate}.01"


@dataclass
class Office:
    """A running card-service and callers of every kind."""

    app: FastAPI
    client: httpx.AsyncClient
    issuer: TestIssuer
    settings: Settings
    runtime: Runtime
    serial: int = 0
    keys: dict[str, Any] = field(default_factory=dict)

    async def call(self, method: str, path: str, scopes: str, *, expect: int | None = None, **options: Any) -> Any:
        """One request with a fresh idempotency key; its body, after the status was found as expected."""
        claims = options.pop("claims", {})
        headers = self.issuer.headers(options.pop("subject", "ministry"), scopes, **claims)
        headers |= options.pop("headers", {})
        response = await self.client.request(method, path, headers=headers, **options)
        if expect is not None:
            assert response.status_code == expect, response.text
        else:
            assert response.is_success, response.text
        return response.json() if response.content else None

    async def fetch(self, statement: str, *arguments: Any) -> list[asyncpg.Record]:
        """Rows straight from the service's database."""
        rows: list[asyncpg.Record] = await self.runtime.pool.fetch(statement, *arguments)
        return rows

    async def events(self, name: str, key: str | None = None, version: int | None = None) -> list[dict[str, Any]]:
        """The events of a type in the outbox, oldest first, of one key if given; contacts opened.

        `version`: of the type, where it is published in two; by default the oldest that is.
        """
        if version is None:
            version = 2 if name in {"ContactChanged", "HouseholdChanged"} else 1
        rows = await self.fetch(
            "SELECT payload FROM outbox WHERE split_part(type, '.', 4) = $1 AND split_part(type, '.', 5) = $3"
            " AND ($2::text IS NULL OR key = $2)"
            " ORDER BY id",
            name,
            key,
            f"v{version}",
        )
        events = [orjson.loads(row["payload"]) for row in rows]
        for event in events:
            if sealed := event.pop("sealed", None):
                contact = Contact.open(self.runtime.state.dependencies.contacts, UUID(event["citizen_id"]), sealed)
                event |= vars(contact)
        return events

    def person(self, role: str = "head", **changed: Any) -> dict[str, Any]:
        """A citizen nobody has registered yet."""
        self.serial += 1
        born = "3150101" if role == "child" else "2900101"
        base = {
            "role": role,
            "national_id": national_id(self.serial, born),
            "full_name": "منى أحمد علي",
            "mobile": f"0101{self.serial:07d}",
        }
        return base | changed

    def row(self, ref: str, role: str = "head", **changed: Any) -> str:
        """A row of the bulk file."""
        cells = {"household_ref": ref, **self.person(role)}
        cells |= {"governorate": "03", "district": "03.02", "address": "شارع 23 يوليو"} | changed
        return ",".join(str(cells[name]) for name in HEADER)

    async def household(self, *roles: str, **changed: Any) -> tuple[dict[str, Any], list[dict[str, Any]]]:
        """A registered household and what was told of its people, the head first."""
        people = [self.person("head"), *(self.person(role) for role in roles)]
        place = district_of(changed.get("governorate", "03"))
        body = {"governorate": "03", "district": place, "address": "", "members": people} | changed
        return await self.call("POST", "/v1/households", "citizens:write", json=body), people

    async def changed(self, kind: str, household: Any, **details: Any) -> dict[str, Any]:
        """A change of the register: asked for by a clerk and, where that is needed, approved by another person."""
        made: dict[str, Any] = await Counter(self).done(kind, household, **details)
        return made

    async def joined(self, household: str, who: dict[str, Any], **details: Any) -> str:
        """Somebody taken into a household by request: the citizen's id."""
        given = {name: value for name, value in who.items() if name != "role"}
        await self.changed("admission", household, person=given, role=who["role"], **details)
        found = await self.call(
            "POST", "/v1/citizens/lookup", "citizens:read", json={"national_ids": [who["national_id"]]}
        )
        return str(found["items"][0]["citizen_id"])

    async def upload(self, *rows: str, header: str = ",".join(HEADER), **options: Any) -> Any:
        """Send a bulk file."""
        body = "\r\n".join([header, *rows, ""]).encode()
        return await self.call(
            "POST", "/v1/imports", "citizens:import", content=body, headers={"Content-Type": "text/csv"}, **options
        )

    async def finished(self, path: str, scopes: str, seconds: float = 30) -> dict[str, Any]:
        """A job once it has ended."""

        async def ended() -> dict[str, Any] | None:
            job: dict[str, Any] = await self.call("GET", path, scopes)
            return job if job["status"] in {"done", "failed"} else None

        job: dict[str, Any] = await eventually(ended, seconds=seconds, every=0.05)
        return job

    async def imported(self, *rows: str) -> tuple[dict[str, Any], dict[int, str]]:
        """Import a file to its end: the job and the code of each rejected row."""
        accepted = await self.upload(*rows)
        path = f"/v1/imports/{accepted['id']}"
        job = await self.finished(path, "citizens:import")
        found = await self.call("GET", f"{path}/rejections?limit=1000", "citizens:import")
        return job, {item["row"]: item["code"] for item in found["items"]}

    def site_body(self, name: str) -> dict[str, Any]:
        """A pick-up site open from Saturday to Thursday."""
        return {
            "name_ar": f"مكتب {name}",
            "name_en": name,
            "kind": "post_office",
            "governorate": "03",
            "district": "03.02",
            "address_ar": "بورسعيد",
            "hourly_capacity": 10,
            "opens": "08:00",
            "closes": "15:00",
            "working_days": [6, 7, 1, 2, 3, 4],
        }

    async def site(self, name: str = "Main", **changed: Any) -> dict[str, Any]:
        """Such a site, entered."""
        body = self.site_body(name) | {"district": district_of(changed.get("governorate", "03"))}
        site: dict[str, Any] = await self.call("POST", "/v1/pickup-sites", "sites:write", json=body | changed)
        return site

    async def phase(self, **changed: Any) -> str:
        """A planned phase of Port Said."""
        self.serial += 1
        body = {"name": f"Phase {self.serial}", "governorate": "03", "sequence": self.serial, "services": ["supply"]}
        made = await self.call("POST", "/v1/rollout-phases", "rollout:write", json=body | changed)
        return str(made["phase_id"])

    async def planned(self, phase_id: str, limit: int = 1000, holders: str = "heads", **changed: Any) -> dict[str, Any]:
        """A pick-up plan to its end."""
        week = (datetime.now(UTC) + timedelta(days=30)).date()
        body = {"week_start": week.isoformat(), "limit": limit, "holders": holders} | changed
        made = await self.call("POST", f"/v1/rollout-phases/{phase_id}/pickup-plans", "rollout:write", json=body)
        return await self.finished(f"/v1/pickup-plans/{made['id']}", "rollout:read")

    async def activated(
        self, phase_id: str, holders: str = "heads", services: Sequence[str] = ("supply",)
    ) -> dict[str, Any]:
        """An activation to its end, for supply unless told otherwise."""
        body = {"holders": holders, "services": list(services)}
        made = await self.call("POST", f"/v1/rollout-phases/{phase_id}/activations", "rollout:write", json=body)
        return await self.finished(f"/v1/activations/{made['id']}", "rollout:read")

    async def find(self, person: dict[str, Any], site_id: str | None = None) -> list[dict[str, Any]]:
        """The open cards of a citizen as a counter finds them."""
        found = await self.call(
            "POST",
            "/v1/cards/search",
            "cards:handover",
            json={"national_id": person["national_id"]},
            claims={"site_id": site_id},
        )
        items: list[dict[str, Any]] = found["items"]
        return items

    async def hand_over(self, card: dict[str, Any], person: dict[str, Any], **options: Any) -> Any:
        """Give a card to its holder, at its own site unless another is named."""
        site_id = options.pop("site_id", card["site"] and card["site"]["site_id"])
        return await self.call(
            "POST",
            f"/v1/cards/{card['card_id']}/handover",
            "cards:handover",
            json={"national_id": person["national_id"]},
            claims={"site_id": site_id},
            **options,
        )

    async def issued(self, *roles: str) -> tuple[str, dict[str, Any], str]:
        """The card of a new household's head, handed over: its id, its holder, its phase."""
        await self.site(f"Site {self.serial}")
        _, (head, *_) = await self.household(*roles)
        phase_id = await self.phase()
        await self.planned(phase_id)
        (card,) = await self.find(head)
        await self.hand_over(card, head)
        return str(card["card_id"]), head, phase_id

    async def active(self, *roles: str) -> tuple[str, dict[str, Any], str]:
        """The same card, activated for supply."""
        card_id, head, phase_id = await self.issued(*roles)
        await self.activated(phase_id)
        return card_id, head, phase_id

    async def encrypted(
        self, card_id: str, pin: str, purpose: str = "check", device: str = "ministry", **changed: Any
    ) -> dict[str, str]:
        """A PIN as a terminal or desk sends it, in an envelope for this once."""
        if not self.keys:
            self.keys = await self.call("GET", "/v1/pin-key", "")
        header = {"alg": "ECDH-ES", "enc": "A256GCM", "kid": self.keys["kid"]}
        content = {"card_id": card_id, "pin": pin, "device": device, "purpose": purpose, "max_amount": 0}
        content |= {"nonce": secrets.token_urlsafe(16), "at": int(time.time())} | changed
        return {"pin_jwe": jwe.encrypt_compact(header, orjson.dumps(content), OKPKey.import_key(self.keys))}

    async def sent_code(self) -> str:
        """The newest code that went to a holder, as the SMS has it."""
        event = (await self.events("HolderCodeIssued"))[-1]
        return open_code(Vault(Keyring.parse(f"k1:{key_of(6)}")), UUID(event["citizen_id"]), event["code_sealed"])

    async def setting(self, card_id: str, pin: str, device: str = "ministry") -> dict[str, str]:
        """A new PIN as a desk sends it, with the code that the holder has read out."""
        codes = f"/v1/cards/{card_id}/pin-codes"
        await self.call("POST", codes, "cards:handover", subject=device, expect=201)
        return {**await self.encrypted(card_id, pin, "set", device), "code": await self.sent_code()}


class OpenOffice(Protocol):
    """Opens a service; settings as keywords."""

    def __call__(self, given: Settings | None = None, **changed: Any) -> AbstractAsyncContextManager[Office]: ...


@pytest.fixture(scope="session")
def make_settings(
    make_database: Callable[[Any], Awaitable[str]], kafka_bootstrap: str, issuer: TestIssuer
) -> Callable[..., Awaitable[Settings]]:
    """A factory of settings with a fresh database each."""

    async def make(**changed: Any) -> Settings:
        values: dict[str, Any] = {
            "database_url": await make_database(MIGRATIONS),
            **Outside(kafka_bootstrap).settings,
            "jwks": issuer.jwks,
            "card_data_keys": f"k1:{key_of(1)}",
            "contact_keys": f"k1:{key_of(6)}",
            "card_lookup_key": key_of(2),
            "card_pin_key": key_of(3),
            "card_pin_transport_keys": f"p1:{key_of(4)}",
            "card_signing_keys": f"s1:{key_of(5)}",
            "ration_card_key": key_of(7),
            "card_job_poll_seconds": 0.02,
            "card_chain_seconds": 0.05,
            "card_sweep_seconds": 0.05,
            "log_level": "WARNING",
            "training_clock": True,
        }
        return Settings(**(values | changed))

    return make


@pytest.fixture(scope="session")
def open_office(make_settings: Callable[..., Awaitable[Settings]], issuer: TestIssuer) -> OpenOffice:
    """A factory of running services; settings as keywords."""

    @asynccontextmanager
    async def opened(given: Settings | None = None, **changed: Any) -> AsyncIterator[Office]:
        settings = given or await make_settings(**changed)
        app = create_app(settings)
        async with running(app) as client:
            yield Office(app, client, issuer, settings, app.state.runtime)

    return opened


@pytest.fixture(scope="module")
async def office(open_office: OpenOffice) -> AsyncIterator[Office]:
    """A running service shared by the tests of a module, each with people of its own."""
    async with open_office() as opened:
        yield opened


@pytest.fixture(scope="session")
def random_id() -> UUID:
    """An id of nothing."""
    return UUID("01890000-0000-7000-8000-000000000000")
