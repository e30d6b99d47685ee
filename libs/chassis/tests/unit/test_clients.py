"""A call to another service comes to its end, whatever the other one does."""

from __future__ import annotations

import asyncio

import httpx
import pytest

from chassis.clients import http_client
from chassis.testing import Unending


@pytest.mark.parametrize("every", [0.05, 60.0], ids=["drop by drop", "never"])
async def test_answer_that_does_not_come_to_an_end_is_given_up(every: float) -> None:
    async with asyncio.timeout(60), Unending(every) as server, http_client(server.url, timeout=0.5) as client:
        with pytest.raises(httpx.TimeoutException):
            await client.get("/")
