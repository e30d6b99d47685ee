"""The app as it is, without services behind it."""

from __future__ import annotations

from collections.abc import AsyncIterator

import httpx
import pytest

from citizen_page.main import create_app
from citizen_page.settings import Settings

NOWHERE = "http://127.0.0.1:9"  # the port `discard`: nobody answers
KEYS = "k1:" + "A" * 43


def settings(**given: object) -> Settings:
    names = ("gateway", "card", "supply", "health", "payment", "notify")
    places = {f"{name}_url": NOWHERE for name in names}
    return Settings.model_validate({"citizen_keys": KEYS, **places, **given})


@pytest.fixture
async def page() -> AsyncIterator[httpx.AsyncClient]:
    transport = httpx.ASGITransport(create_app(settings()))
    async with httpx.AsyncClient(transport=transport, base_url="http://page") as client:
        yield client
