"""A suspended terminal uploads what it had sold before, with a token for that alone."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from aiohttp import web

from devstack.terminal.caller import Refused
from devstack.terminal.device import Terminal, bread
from devstack.terminal.keys import DeviceKey
from devstack.terminal.late import SCOPE
from devstack.terminal.store import Identity, Store
from devstack.terminal.wire import Wire

NOON = datetime(2026, 11, 5, 10, tzinfo=UTC)


class Gateway:
    """Refuses a suspended terminal as the system does: at its tokens, with those of before, and what came later."""

    def __init__(self, *, granted: str, since: datetime | None) -> None:
        self.granted, self.since = granted, since
        self.asked: list[str] = []
        self.taken: list[int] = []

    async def token(self, request: web.Request) -> web.Response:
        scope = str((await request.post()).get("scope", ""))
        self.asked.append(scope)
        if scope != self.granted and self.granted != "any":
            return web.json_response({"error": "invalid_client", "code": "client_suspended"}, status=401)
        return web.json_response({"access_token": scope or "whole", "token_type": "Bearer", "expires_in": 600})

    async def upload(self, request: web.Request) -> web.Response:
        if request.headers["authorization"] != f"Bearer {SCOPE}":
            return web.json_response({"code": "caller_suspended"}, status=401)
        sales: list[dict[str, Any]] = (await request.json())["sales"]
        late = [one for one in sales if self.since and datetime.fromisoformat(one["occurred_at"]) >= self.since]
        if late and self.since:
            problem = {"code": "terminal_suspended", "suspended_at": self.since.isoformat()}
            return web.json_response(problem, status=409)
        self.taken += [one["sequence"] for one in sales]
        return web.json_response({"accepted": len(sales), "results": [{"status": "applied"} for _ in sales]})


@asynccontextmanager
async def served(gateway: Gateway) -> AsyncIterator[Wire]:
    application = web.Application()
    application.router.add_post("/oauth/token", gateway.token)
    application.router.add_post("/v1/offline-batches", gateway.upload)
    runner = web.AppRunner(application)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    wire = Wire(f"http://127.0.0.1:{runner.addresses[0][1]}", limit=2, timeout_s=2)
    try:
        yield wire
    finally:
        await wire.aclose()
        await runner.cleanup()


def terminal(folder: Path, wire: Wire) -> Terminal:
    """One that has sold an hour before noon, at noon and an hour later."""
    store = Store(folder)
    store.save(Identity("t1", DeviceKey.generate().secret(), wire.base_url))
    made = Terminal(store, wire, now=NOON)
    for hours in (-1, 0, 1):
        made.journal.append(f"card-{hours}", "", [bread(5)], NOON + timedelta(hours=hours), "")
    return made


@pytest.mark.parametrize("granted", [SCOPE, "any"])
async def test_it_asks_for_late_uploads_alone_and_leaves_out_what_came_later(tmp_path: Path, granted: str) -> None:
    gateway = Gateway(granted=granted, since=NOON)
    async with served(gateway) as wire:
        made = terminal(tmp_path, wire)
        assert len(await made.sync()) == 1
        assert gateway.asked == [""] * (len(gateway.asked) - 1) + [SCOPE]
        assert (gateway.taken, [one["sequence"] for one in made.journal.pending()]) == ([1], [2, 3])
        assert await made.sync() == [], "there is nothing more from before"
        gateway.since = NOON + timedelta(hours=2)
        assert len(await made.sync()) == 2
    assert (gateway.taken, made.journal.pending()) == ([1, 2, 3], [])


async def test_whoever_is_given_no_such_token_is_told_so(tmp_path: Path) -> None:
    gateway = Gateway(granted="none", since=NOON)
    async with served(gateway) as wire:
        made = terminal(tmp_path, wire)
        with pytest.raises(Refused, match="client_suspended"):
            await made.sync()
    assert (gateway.asked, gateway.taken) == (["", SCOPE], [])
