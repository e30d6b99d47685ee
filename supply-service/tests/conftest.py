"""Fixtures of supply-service's tests."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from chassis.testing import MakeDatabase, TestIssuer
from supply_service import MIGRATIONS

from .support import NOON, Supply, serve, settings_for


@pytest.fixture(scope="module")
async def supply(make_database: MakeDatabase, issuer: TestIssuer) -> AsyncIterator[Supply]:
    """A running service, at noon of 5 November 2026; one for a module."""
    async with serve(settings_for(await make_database(MIGRATIONS), issuer), issuer) as running_supply:
        yield running_supply
        await running_supply.audit()


@pytest.fixture(autouse=True)
def _noon(request: pytest.FixtureRequest) -> None:
    """Every test begins at noon."""
    if "supply" in request.fixturenames:
        request.getfixturevalue("supply").at(NOON)
