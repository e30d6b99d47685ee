"""A mutation is carried out once, answered after its commit, and told of by one event."""

from __future__ import annotations

import httpx
from fastapi import FastAPI

from chassis.testing import TestIssuer, eventually

from .support import seen


async def test_kept_and_told(app: FastAPI, client: httpx.AsyncClient, issuer: TestIssuer) -> None:
    headers = issuer.headers(scopes="notes:write")
    reply = await client.post("/v1/notes", json={"text": "a", "key": "told", "number": 7}, headers=headers)
    assert reply.status_code == 201
    assert await eventually(lambda: seen(app, "told")) == [7]
