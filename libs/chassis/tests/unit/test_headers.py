"""What every reply carries, and what is refused before anybody looks at who calls."""

from __future__ import annotations

from typing import Any

import pytest
from fastapi import FastAPI, Request
from httpx import ASGITransport, AsyncClient

from chassis.auth import authorize
from chassis.edge import REFUSED, Edge, guarded, note_refusal
from chassis.endpoints import WORKERS
from chassis.problems import MalformedRequest, NotFound


def test_caches_and_guessing_browsers_are_kept_out() -> None:
    assert dict(guarded([(b"content-type", b"x")], "id-1")) == {
        b"content-type": b"x",
        b"x-request-id": b"id-1",
        b"x-content-type-options": b"nosniff",
        b"cache-control": b"no-store",
    }
    assert (b"cache-control", b"no-store") not in guarded([(b"cache-control", b"max-age=5")], "id-1")


def test_a_refusal_is_noted_by_its_code() -> None:
    scope: dict[str, Any] = {}
    note_refusal(scope, NotFound())
    assert scope[REFUSED] == "not_found"


async def test_also_where_nothing_answers() -> None:
    app = FastAPI()
    app.add_middleware(Edge)
    async with AsyncClient(transport=ASGITransport(app=app), base_url="http://test") as client:
        reply = await client.get("/nothing")
    assert (reply.status_code, reply.headers["cache-control"], reply.headers["x-content-type-options"]) == (
        404, "no-store", "nosniff",
    )  # fmt: skip


async def test_two_authorization_headers_are_refused() -> None:
    """Whoever reads the first and whoever reads the last would see two callers."""
    twice = [(b"authorization", b"Bearer a"), (b"authorization", b"Bearer b")]
    request = Request({"type": "http", "headers": twice})
    with pytest.raises(MalformedRequest):
        await authorize(request, ("cards:read",), WORKERS)
