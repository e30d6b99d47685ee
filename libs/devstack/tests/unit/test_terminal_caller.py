"""The client against a real HTTP server that misbehaves."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest
from aiohttp import web

from devstack.terminal.caller import Caller, ClientSecret, Refused
from devstack.terminal.device import Offline, Terminal, UnknownOutcome, bread
from devstack.terminal.fleet import Tally, in_parallel
from devstack.terminal.keys import DeviceKey
from devstack.terminal.store import Identity, NotEnrolled, Store
from devstack.terminal.wire import NotReached, Wire


class Gateway:
    """Grants tokens and answers sales; the first `broken` answers to a sale go wrong in the way of `fault`."""

    def __init__(self, broken: int = 0, fault: str = "") -> None:
        self.broken = broken
        self.fault = fault
        self.tokens = 0
        self.keys: list[str] = []
        self.carried_out: dict[str, Any] = {}

    async def token(self, request: web.Request) -> web.Response:
        self.tokens += 1
        return web.json_response({"access_token": f"t{self.tokens}", "token_type": "Bearer", "expires_in": 600})

    async def sale(self, request: web.Request) -> web.StreamResponse:
        key = request.headers["Idempotency-Key"]
        self.keys.append(key)
        body = await request.json()
        if self.broken:
            self.broken -= 1
            return self._fail(request, key, body)
        answer = self.carried_out.setdefault(key, {"redemption_id": f"r{len(self.carried_out)}", **body})
        return web.json_response(answer, status=201)

    def _fail(self, request: web.Request, key: str, body: Any) -> web.StreamResponse:
        match self.fault:
            case "cut":
                # The sale is durable, its answer is lost with the connection.
                self.carried_out[key] = {"redemption_id": "r0", **body}
                assert request.transport is not None
                request.transport.close()
                return web.Response()
            case "busy":
                return web.json_response({"code": "unavailable"}, status=503, headers={"Retry-After": "0"})
            case "running":
                return web.json_response({"code": "request_in_progress"}, status=409)
            case "expired":
                return web.json_response({"code": "invalid_token"}, status=401)
        problem = {"code": "day_already_drawn", "detail_ar": "سبق صرف حصة هذا اليوم"}
        return web.json_response(problem, status=409)


@asynccontextmanager
async def served(gateway: Gateway) -> AsyncIterator[Wire]:
    application = web.Application()
    application.router.add_post("/oauth/token", gateway.token)
    application.router.add_post("/v1/redemptions", gateway.sale)
    runner = web.AppRunner(application)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    port = runner.addresses[0][1]
    wire = Wire(f"http://127.0.0.1:{port}", limit=8, timeout_s=2)
    try:
        yield wire
    finally:
        await wire.aclose()
        await runner.cleanup()


def _caller(wire: Wire) -> Caller:
    return Caller(wire, ClientSecret("c", "s"))


@pytest.mark.parametrize("fault", ["cut", "busy", "running"])
async def test_a_retry_is_the_same_sale(fault: str) -> None:
    gateway = Gateway(broken=2, fault=fault)
    async with served(gateway) as wire:
        answer = await _caller(wire).post("/v1/redemptions", {"n": 1})
    assert answer == {"redemption_id": "r0", "n": 1}
    assert len(gateway.keys) == 3
    assert len(set(gateway.keys)) == 1
    assert len(gateway.carried_out) == 1


async def test_an_expired_token_is_renewed_once() -> None:
    gateway = Gateway(broken=1, fault="expired")
    async with served(gateway) as wire:
        await _caller(wire).post("/v1/redemptions", {})
        assert gateway.tokens == 2
        gateway.broken = 2
        with pytest.raises(Refused, match="invalid_token"):
            await _caller(wire).post("/v1/redemptions", {})


async def test_a_refusal_is_final_and_speaks_arabic() -> None:
    gateway = Gateway(broken=9, fault="no")
    async with served(gateway) as wire:
        with pytest.raises(Refused) as refusal:
            await _caller(wire).post("/v1/redemptions", {})
    assert (refusal.value.status, refusal.value.code) == (409, "day_already_drawn")
    assert refusal.value.detail_ar == "سبق صرف حصة هذا اليوم"
    assert len(gateway.keys) == 1


async def test_nobody_there_is_said() -> None:
    wire = Wire("http://127.0.0.1:1", timeout_s=0.5)
    with pytest.raises(NotReached):
        await Caller(wire, ClientSecret("c", "s"), tries=2).post("/v1/redemptions", {})


async def test_many_calls_share_few_connections() -> None:
    gateway = Gateway()
    async with served(gateway) as wire:
        caller = _caller(wire)
        tally = await in_parallel(range(500), lambda n: caller.post("/v1/redemptions", {"n": n}), lanes=32)
        assert len(wire._idle) <= 8
    assert (tally.done, tally.refused.total(), gateway.tokens) == (500, 0, 1)
    assert len(gateway.carried_out) == 500
    assert tally.per_second > 0
    assert tally.percentile(0.5) <= tally.percentile(0.99)


async def test_refusals_are_counted_and_errors_end_it() -> None:
    gateway = Gateway(broken=3, fault="no")
    async with served(gateway) as wire:
        caller = _caller(wire)
        tally = await in_parallel(range(10), lambda n: caller.post("/v1/redemptions", {"n": n}), tally=Tally())
    assert (tally.done, tally.refused) == (7, {"day_already_drawn": 3})

    async def broken(_: int) -> None:
        raise OSError("disk")

    with pytest.raises(OSError, match="disk"):
        await in_parallel(range(10), broken)


async def test_a_sale_survives_a_crash_between_sending_and_answer(tmp_path: Path) -> None:
    gateway = Gateway(broken=99, fault="cut")
    store = Store(tmp_path / "t1")
    with pytest.raises(NotEnrolled):
        store.load()
    async with served(gateway) as wire:
        store.save(Identity("t1", DeviceKey.generate().secret(), wire.base_url))
        terminal = Terminal(store, wire)
        terminal.caller.tries = 2
        with pytest.raises(NotReached):
            await terminal.draw("card-1", 15)
        # The device restarts: the sale is still under way, nothing else may happen before it is settled.
        again = Terminal(store, wire)
        with pytest.raises(UnknownOutcome):
            await again.sell("card-1", [bread(5)])
        gateway.broken = 0
        answer = await again.settle()
    assert answer is not None
    assert answer["lines"] == [{"programme": "bread", "item": "loaf", "quantity": 15}]
    assert len(gateway.carried_out) == 1
    assert store.unfinished() is None
    assert [sale["kind"] for sale in store.sold()] == ["redemption"]


async def test_offline_is_a_mode_of_its_own(tmp_path: Path) -> None:
    store = Store(tmp_path / "t1")
    wire = Wire("http://127.0.0.1:1")
    store.save(Identity("t1", DeviceKey.generate().secret(), wire.base_url))
    Terminal(store, wire).go(offline=True)
    terminal = Terminal(store, wire)
    with pytest.raises(Offline):
        await terminal.draw("card-1", 5)
    with pytest.raises(Offline):
        await terminal.sync()
    assert (tmp_path / "t1" / "device.json").stat().st_mode & 0o077 == 0
