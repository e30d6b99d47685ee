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


async def test_a_call_with_a_time_of_its_own_is_given_up_by_that_one() -> None:
    async with asyncio.timeout(30), Unending(0.05) as server, http_client(server.url, timeout=60) as client:
        with pytest.raises(httpx.TimeoutException):
            await client.get("/", timeout=0.5)
    async with Unending(0.05) as server, http_client(server.url, timeout=0.2) as client:
        began = asyncio.get_running_loop().time()
        with pytest.raises(httpx.TimeoutException):
            await client.get("/", timeout=1)
        assert asyncio.get_running_loop().time() - began > 0.9
