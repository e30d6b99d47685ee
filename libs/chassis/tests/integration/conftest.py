"""The probe service inside the test's own process."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Any

import httpx
import pytest
from fastapi import FastAPI

from chassis.testing import MakeDatabase, TestIssuer, running

from ..probe_service import MIGRATIONS, ProbeSettings, create_app

MakeApp = Callable[..., Awaitable[FastAPI]]


@pytest.fixture
def make_app(make_database: MakeDatabase, kafka_bootstrap: str, issuer: TestIssuer) -> MakeApp:
    """A factory of probes; each has a database and a consumer group of its own unless it is given others."""

    async def make(database_url: str | None = None, bootstrap: str | None = None, **settings: Any) -> FastAPI:
        url = database_url or await make_database(MIGRATIONS)
        options = {"consumer_attempts": 2, "group": f"probe-{url.rsplit('/', 1)[-1]}", **settings}
        return create_app(
            ProbeSettings(database_url=url, kafka_bootstrap=bootstrap or kafka_bootstrap, jwks=issuer.jwks, **options)
        )

    return make


@pytest.fixture
async def app(make_app: MakeApp) -> FastAPI:
    return await make_app()


@pytest.fixture
async def client(app: FastAPI) -> AsyncIterator[httpx.AsyncClient]:
    async with running(app) as client:
        yield client
