"""notify-service as it runs: its database, a broker, and an HTTP aggregator of the tests' own."""

from __future__ import annotations

import base64
import secrets
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from uuid import UUID

import httpx
import orjson
import pytest
from aiohttp import web
from fastapi import FastAPI

from chassis.app import Service, create_app
from chassis.consumer import Received
from chassis.contact import Contact
from chassis.ids import new_id
from chassis.periodic import Periodic
from chassis.sealing import Keyring, Vault
from chassis.testing import TestIssuer, execute_as_owner, running
from chassis.testing_events import Outside
from contracts.card import ContactChanged
from contracts.event import Event
from notify_service import MIGRATIONS, main, upkeep
from notify_service.consumers import make_reactions
from notify_service.context import Runtime
from notify_service.lifespan import lifespan
from notify_service.messages.sender import Sender
from notify_service.settings import Settings

TOKEN = "token-of-the-aggregator"
PLACE_KEYS = f"k1:{base64.urlsafe_b64encode(bytes(range(32))).decode()}"
CONTACT_KEYS = f"k1:{base64.urlsafe_b64encode(bytes(32)).decode()}"


class LocalAggregator:
    """An HTTP aggregator by the protocol: takes batches, sends a reference once, and can be made to misbehave."""

    def __init__(self) -> None:
        self.messages: dict[str, dict[str, Any]] = {}
        self.requests: list[list[str]] = []
        self.reject: dict[str, str] = {}  # number → reason
        self.answer: Callable[[], Awaitable[web.Response | None]] | None = None

    def reset(self) -> None:
        self.__init__()  # type: ignore[misc]

    async def take(self, request: web.Request) -> web.Response:
        if request.headers.get("Authorization") != f"Bearer {TOKEN}":
            return web.json_response({"status": 401}, status=401)
        batch = orjson.loads(await request.read())["messages"]
        self.requests.append([message["reference"] for message in batch])
        if self.answer and (reply := await self.answer()) is not None:
            return reply
        return web.json_response({"results": [self._one(message) for message in batch]})

    def _one(self, message: dict[str, Any]) -> dict[str, str]:
        if reason := self.reject.get(message["to"]):
            return {"reference": message["reference"], "status": "rejected", "reason": reason}
        self.messages.setdefault(message["reference"], message)
        return {
            "reference": message["reference"],
            "status": "accepted",
            "provider_id": f"p-{message['reference']}",
        }

    def texts_to(self, number: str) -> list[str]:
        return [message["text"] for message in self.messages.values() if message["to"] == number]


@pytest.fixture(scope="session")
async def aggregator_server() -> AsyncIterator[tuple[LocalAggregator, str]]:
    aggregator = LocalAggregator()
    app = web.Application(client_max_size=16 * 1024 * 1024)
    app.router.add_post("/messages", aggregator.take)
    runner = web.AppRunner(app, access_log=None)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    yield aggregator, f"http://127.0.0.1:{runner.addresses[0][1]}"
    await runner.cleanup()


@pytest.fixture
def aggregator(aggregator_server: tuple[LocalAggregator, str]) -> LocalAggregator:
    aggregator_server[0].reset()
    return aggregator_server[0]


def key() -> str:
    return base64.urlsafe_b64encode(secrets.token_bytes(32)).decode()


@pytest.fixture(scope="session")
def make_settings(
    make_database: Callable[[Path], Awaitable[str]],
    kafka_bootstrap: str,
    issuer: TestIssuer,
    aggregator_server: tuple[LocalAggregator, str],
) -> Callable[..., Awaitable[Settings]]:
    async def make(**changes: Any) -> Settings:
        values: dict[str, Any] = {
            "database_url": await make_database(MIGRATIONS),
            **Outside(kafka_bootstrap).settings,
            "jwks": issuer.jwks,
            "sms_url": aggregator_server[1],
            "sms_token": TOKEN,
            "sms_per_second": 100_000,
            "sms_poll_seconds": 0.02,
            "notify_upkeep_seconds": 0.05,
            "notify_data_keys": f"k1:{key()}",
            "contact_keys": CONTACT_KEYS,
            "place_contact_keys": PLACE_KEYS,
            "notify_lookup_key": key(),
            "training_clock": True,
            "log_level": "WARNING",
        }
        return Settings(**(values | changes))

    return make


@dataclass
class Desk:
    """The service without its workers and consumer: a test moves it step by step."""

    app: FastAPI
    client: httpx.AsyncClient
    runtime: Runtime
    sender: Sender
    aggregator: LocalAggregator
    issuer: TestIssuer

    async def hear(self, *events: Event, ids: Sequence[UUID] | None = None) -> None:
        """Handle events as the consumer does, inbox aside."""
        now = self.runtime.clock.now()
        known = ids or [new_id() for _ in events]
        received = [Received(e, i, now, e.partition_key(), None, None) for e, i in zip(events, known, strict=True)]
        async with self.runtime.sessions() as session, session.begin():
            await make_reactions().handle(received, session, self.runtime)

    async def look_after(self, jobs: Sequence[Periodic[Runtime]] = upkeep.URGENT) -> None:
        """Do once what the jobs do again and again."""
        for job in jobs:
            await job.run(self.runtime)

    async def know(self, mobile: str | None = "+201012345678", **changes: Any) -> ContactChanged:
        """A citizen with a contact."""
        contact = contact_changed(mobile, **changes)
        await self.hear(contact)
        return contact

    async def messages(self, **query: str) -> list[dict[str, Any]]:
        reply = await self.client.get("/v1/messages", params=query, headers=self.reader())
        assert reply.status_code == 200, reply.text
        items: list[dict[str, Any]] = reply.json()["items"]
        return items

    async def report(self, path: str, **body: Any) -> dict[str, Any]:
        headers = self.issuer.headers("aggregator", "messages:report")
        reply = await self.client.post(path, json=body, headers=headers)
        assert reply.status_code == 200, reply.text
        answer: dict[str, Any] = reply.json()
        return answer

    def reader(self) -> dict[str, str]:
        return self.issuer.headers("ministry", "messages:read")

    async def published(self) -> list[tuple[str, dict[str, Any]]]:
        """What stands in the outbox, heads of the record aside: (type, data)."""
        rows = await self.runtime.pool.fetch(
            "SELECT type, payload FROM outbox WHERE type NOT LIKE '%.RecordsChained.%' ORDER BY id"
        )
        return [(row["type"].split(".")[-2], orjson.loads(row["payload"])) for row in rows]


def contact_changed(mobile: str | None = "+201012345678", given_name: str = "منى", **changes: Any) -> ContactChanged:
    """What card-service would tell of a citizen, sealed as it does it."""
    citizen_id = changes.pop("citizen_id", None) or new_id()
    sealed = Contact(given_name, mobile).seal(Vault(Keyring.parse(CONTACT_KEYS)), citizen_id)
    values = {"citizen_id": citizen_id, "household_id": new_id(), "sealed": sealed}
    return ContactChanged(**(values | changes))


@asynccontextmanager
async def desk_of(settings: Settings, aggregator: LocalAggregator, issuer: TestIssuer) -> AsyncIterator[Desk]:
    """Run the service without workers and consumer."""

    app = create_app(Service("notify", "test", settings, main.ROUTERS, lifespan, keeps_districts=False))
    async with AsyncExitStack() as stack:
        client = await stack.enter_async_context(running(app))
        runtime = app.state.runtime
        yield Desk(app, client, runtime, Sender(runtime, runtime.state.channels), aggregator, issuer)


@pytest.fixture(scope="session")
async def shared_desk(
    make_settings: Callable[..., Awaitable[Settings]],
    aggregator_server: tuple[LocalAggregator, str],
    issuer: TestIssuer,
) -> AsyncIterator[Desk]:
    async with desk_of(await make_settings(), aggregator_server[0], issuer) as desk:
        yield desk


@pytest.fixture
async def desk(shared_desk: Desk, aggregator: LocalAggregator) -> Desk:
    """The desk with nothing on it, at the present."""
    await execute_as_owner(
        shared_desk.runtime.settings.database_url,
        "TRUNCATE contact, card_holder, message, message_part, early_receipt, provider_pace, inbound_message, inquiry,"
        " outbox, idempotency, set_aside, restriction, erased_person, debit_day, complaint, complaint_step,"
        " complaint_text, question, question_text, unclear_text, inbound_part, deceased, trial_household,"
        " household_place, campaign_text, campaign, campaign_recipient,"
        " campaign_release, campaign_dry_run, receipt_notice, draws_of_day, spot_check",
    )
    shared_desk.runtime.clock.move_to(None)  # type: ignore[attr-defined]
    shared_desk.sender = Sender(shared_desk.runtime, shared_desk.runtime.state.channels)
    return shared_desk
