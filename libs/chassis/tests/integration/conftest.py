"""The probe service inside the test's own process."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Any

import httpx
import pytest

from chassis import kafka
from chassis.edge import App
from chassis.ids import new_id
from chassis.testing import MakeDatabase, TestIssuer, eventually, running
from chassis.testing_events import login

from ..probe_service import (
    MIGRATIONS,
    NoteDropped,
    NoteKept,
    NoteRestated,
    ProbeSettings,
    RestatementEnded,
    RestatementWanted,
    create_app,
)
from .support import Wire, ready

MakeApp = Callable[..., Awaitable[App]]


@pytest.fixture(scope="module", autouse=True)
def topic() -> str:
    """Each module's probes talk on a topic of their own, and need not hear what other tests broke."""
    topic = f"probe.events-{new_id().hex}.v1"
    for told in (NoteKept, NoteDropped, NoteRestated, RestatementEnded, RestatementWanted):
        told.TOPIC = topic
    return NoteKept.TOPIC


def factory(make_database: MakeDatabase, kafka_bootstrap: str, issuer: TestIssuer) -> MakeApp:
    """A factory of probes; each has a database and a consumer group of its own unless it is given others."""

    async def make(database_url: str | None = None, bootstrap: str | None = None, **settings: Any) -> App:
        url = database_url or await make_database(MIGRATIONS)
        options = {"consumer_attempts": 3, "group": f"probe-{url.rsplit('/', 1)[-1]}", **settings}
        probe = ProbeSettings(
            database_url=url, kafka_bootstrap=bootstrap or kafka_bootstrap, jwks=issuer.jwks, **options
        )
        app = create_app(probe)
        app.state.settings = probe
        return app

    return make


@pytest.fixture
def make_app(make_database: MakeDatabase, kafka_bootstrap: str, issuer: TestIssuer) -> MakeApp:
    """Makes probes for one test."""
    return factory(make_database, kafka_bootstrap, issuer)


@pytest.fixture(scope="module")
async def app(make_database: MakeDatabase, kafka_bootstrap: str, issuer: TestIssuer) -> App:
    """A probe that the tests of a module share."""
    return await factory(make_database, kafka_bootstrap, issuer)()


@pytest.fixture(scope="module")
async def client(app: App) -> AsyncIterator[httpx.AsyncClient]:
    """A client of the running shared probe, as soon as that is ready."""
    async with running(app) as client:
        await eventually(lambda: ready(client), seconds=30)
        yield client


@pytest.fixture
def key() -> str:
    """A partition key no other test uses: all probes hear the same topic."""
    return new_id().hex


@pytest.fixture
async def wire(kafka_bootstrap: str) -> AsyncIterator[Wire]:
    """A producer of raw records."""
    producer = kafka.producer(login(kafka_bootstrap), "test-wire")
    await producer.start()
    try:
        yield Wire(producer)
    finally:
        await producer.stop()
