"""A call to another service comes to its end, whatever the other one does."""

from __future__ import annotations

import asyncio
from contextlib import suppress

import httpx
import pytest

from chassis.clients import http_client


@pytest.mark.parametrize("every", [0.05, 60.0], ids=["drop by drop", "never"])
async def test_answer_that_does_not_come_to_an_end_is_given_up(every: float) -> None:
    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 1000000\r\n\r\n")
        with suppress(ConnectionError):
            while not writer.is_closing():
                await asyncio.sleep(every)
                writer.write(b" ")
                await writer.drain()

    server = await asyncio.start_server(answer, "127.0.0.1", 0)
    url = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
    async with asyncio.timeout(5), http_client(url, timeout=0.5) as client:
        with pytest.raises(httpx.TimeoutException):
            await client.get("/")
    server.close()
