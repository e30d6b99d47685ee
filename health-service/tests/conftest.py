"""Fixtures of health-service's tests."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from chassis.testing import MakeDatabase, TestIssuer
from health_service import MIGRATIONS

from .support import NOON, Health, serve, settings_for


@pytest.fixture(scope="module")
async def health(make_database: MakeDatabase, issuer: TestIssuer) -> AsyncIterator[Health]:
    """A running service, at noon of 5 November 2026; one for a module."""
    async with serve(settings_for(await make_database(MIGRATIONS), issuer), issuer) as running_health:
        yield running_health


@pytest.fixture(autouse=True)
def _noon(request: pytest.FixtureRequest) -> None:
    """Every test begins at noon."""
    if "health" in request.fixturenames:
        request.getfixturevalue("health").at(NOON)
