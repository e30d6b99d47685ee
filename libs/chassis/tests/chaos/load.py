"""Callers that keep notes, repeat themselves until they have an answer, and remember what was acknowledged."""

from __future__ import annotations

import asyncio
import random
import time
from collections import Counter
from collections.abc import Sequence

import httpx

from chassis.ids import new_id
from chassis.testing import PLAIN, TestIssuer

ANSWERED_WITHIN_SECONDS = 90.0  # by processes that are killed again and again


class Caller:
    """One caller: its notes have one partition key, and each waits for the one before it."""

    def __init__(self, number: int, urls: Sequence[str], issuer: TestIssuer, counts: Counter[str]) -> None:
        self.key = f"caller-{number}-{new_id().hex}"
        self.acknowledged: list[int] = []
        self._urls = urls
        self._headers = issuer.headers(f"caller-{number}", "messages:report", ttl=3600)
        self._counts = counts
        self._random = random.Random(number)

    async def run(self, stopping: asyncio.Event) -> None:
        """Keep notes until told to stop; the last one is seen through."""
        async with httpx.AsyncClient(
            timeout=5, verify=PLAIN, limits=httpx.Limits(max_keepalive_connections=4)
        ) as client:
            number = 0
            while not stopping.is_set():
                number += 1
                await self._keep(client, number)
                self.acknowledged.append(number)

    async def _keep(self, client: httpx.AsyncClient, number: int) -> None:
        """Send one note, every tenth as three copies at once, again and again until all copies are answered alike."""
        body: dict[str, str | int] = {"text": f"{self.key}/{number}", "key": self.key, "number": number}
        headers = {**self._headers, "Idempotency-Key": new_id().hex}
        copies = 3 if number % 10 == 0 else 1
        answers = await asyncio.gather(*(self._until_answered(client, body, headers) for _ in range(copies)))
        assert len(set(answers)) == 1, "one key, two answers"

    async def _until_answered(
        self, client: httpx.AsyncClient, body: dict[str, str | int], headers: dict[str, str]
    ) -> bytes:
        deadline = time.monotonic() + ANSWERED_WITHIN_SECONDS
        while True:
            assert time.monotonic() < deadline, f"no answer for {ANSWERED_WITHIN_SECONDS:.0f} s: {self._counts}"
            url = self._random.choice(self._urls)
            try:
                reply = await client.post(f"{url}/v1/notes", json=body, headers=headers)
            except httpx.HTTPError as error:
                self._counts[type(error).__name__] += 1
            else:
                if reply.status_code == 201:
                    self._counts["replayed" if "idempotency-replayed" in reply.headers else "answered"] += 1
                    return reply.content
                self._counts[str(reply.status_code)] += 1
                assert reply.status_code in {409, 503}, reply.text
            await asyncio.sleep(0.05 + 0.1 * self._random.random())
