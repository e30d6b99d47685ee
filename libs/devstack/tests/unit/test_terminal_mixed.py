"""A mixed sale on a real HTTP server that breaks between any two steps: no hold is left, nothing is sold twice."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest
from aiohttp import web

from devstack.terminal import mixed
from devstack.terminal.caller import Refused
from devstack.terminal.device import Terminal, UnknownOutcome, goods
from devstack.terminal.keys import DeviceKey
from devstack.terminal.store import Identity, Store
from devstack.terminal.wire import NotReached, Wire

LINES = [goods("oil", 1), goods("sugar", 2)]
CATALOGUE = {"items": [{"item": "oil", "prices": {"goods": 3000}}, {"item": "sugar", "prices": {"goods": 1260}}]}


class Gateway:
    """Holds, sales and voids by key; `cut` and `busy` name the steps that go wrong, `refuse` what a sale is told."""

    def __init__(self) -> None:
        self.done: dict[str, Any] = {}
        self.held: dict[str, str] = {}
        self.cut: set[str] = set()
        self.busy: set[str] = set()
        self.unknown_for = 0
        self.refuse = ""
        self.needs_proof = 0
        self.left = 5000

    async def token(self, _: web.Request) -> web.Response:
        return web.json_response({"access_token": "t", "token_type": "Bearer", "expires_in": 600})

    async def entitlements(self, _: web.Request) -> web.Response:
        return web.json_response({"pots": [{"programme": "goods", "remaining": self.left}]})

    async def catalogue(self, _: web.Request) -> web.Response:
        return web.json_response(CATALOGUE)

    async def authorize(self, request: web.Request) -> web.Response:
        body = await request.json()
        answer = self.done.setdefault(
            request.headers["Idempotency-Key"], {"payment_id": f"p{len(self.held)}", "amount": body["amount"]}
        )
        self.held.setdefault(answer["payment_id"], "held")
        return self._answer(request, "authorize", answer)

    async def sale(self, request: web.Request) -> web.Response:
        key, body = request.headers["Idempotency-Key"], await request.json()
        if key not in self.done:
            if self.unknown_for:
                self.unknown_for -= 1
                return _problem(409, "hold_unknown")
            if self.refuse:
                return _problem(409, self.refuse)
            if self.needs_proof and "holder_proof" not in body:
                return _problem(409, "holder_proof_required", amount=self.needs_proof)
            if "sale" in self.busy:
                return _problem(503, "unavailable")
            for tender in body.get("tenders", []):
                assert self.held[tender["payment_id"]] == "held"
                self.held[tender["payment_id"]] = "sold"
            self.done[key] = {"redemption_id": f"r{len(self.done)}", **body}
        return self._answer(request, "sale", self.done[key])

    async def void(self, request: web.Request) -> web.Response:
        payment_id = request.match_info["payment_id"]
        if self.held[payment_id] == "sold":
            return _problem(409, "hold_settled")
        self.held[payment_id] = "voided"
        return self._answer(request, "void", {"payment_id": payment_id, "state": "voided"}, 200)

    def _answer(self, request: web.Request, step: str, answer: Any, status: int = 201) -> web.Response:
        if step in self.cut:
            assert request.transport is not None
            request.transport.close()
        return web.json_response(answer, status=status)


def _problem(status: int, code: str, **more: int) -> web.Response:
    return web.json_response({"code": code, "detail_ar": "لا", **more}, status=status, headers={"Retry-After": "0"})


@asynccontextmanager
async def opened(gateway: Gateway, folder: Path) -> AsyncIterator[Terminal]:
    application = web.Application()
    application.router.add_post("/oauth/token", gateway.token)
    application.router.add_get("/v1/entitlements/{card}", gateway.entitlements)
    application.router.add_get("/v1/catalogue", gateway.catalogue)
    application.router.add_post("/v1/payments/authorizations", gateway.authorize)
    application.router.add_post("/v1/payments/{payment_id}/void", gateway.void)
    application.router.add_post("/v1/redemptions", gateway.sale)
    runner = web.AppRunner(application)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    wire = Wire(f"http://127.0.0.1:{runner.addresses[0][1]}", limit=4, timeout_s=2)
    store = Store(folder)
    store.save(Identity("t1", DeviceKey.generate().secret(), wire.base_url))
    terminal = Terminal(store, wire)
    terminal.caller.tries = 2
    try:
        yield terminal
    finally:
        await wire.aclose()
        await runner.cleanup()


def restarted(terminal: Terminal) -> Terminal:
    """The same device after a power cut."""
    again = Terminal(terminal.store, terminal.caller.wire)
    again.caller.tries = 2
    return again


async def test_the_wallet_pays_what_goes_beyond_the_allowance(tmp_path: Path) -> None:
    gateway = Gateway()
    gateway.unknown_for = 2  # the news of the hold arrives a moment later
    async with opened(gateway, tmp_path) as terminal:
        answer = await terminal.sell_mixed("card", LINES)
        assert answer["tenders"] == [{"kind": "wallet", "payment_id": "p0", "amount": 520}]
        gateway.left = 9000
        assert "tenders" not in await terminal.sell_mixed("card", LINES)
    assert gateway.held == {"p0": "sold"}
    assert [sale["kind"] for sale in terminal.store.sold()] == ["redemption", "redemption"]


@pytest.mark.parametrize("step", ["authorize", "sale"])
async def test_cut_off_in_the_middle_it_is_settled_once(tmp_path: Path, step: str) -> None:
    gateway = Gateway()
    gateway.cut = {step}
    async with opened(gateway, tmp_path) as terminal:
        with pytest.raises(NotReached):
            await terminal.sell_mixed("card", LINES)
        again = restarted(terminal)
        with pytest.raises(UnknownOutcome):
            await again.sell_mixed("card", LINES, 520)
        gateway.cut = set()
        answer = await again.settle()
        assert answer is not None
    assert gateway.held == {"p0": "sold"}
    assert terminal.store.unfinished() is None
    assert len(terminal.store.sold()) == 1


async def test_a_refused_sale_gives_its_hold_up(tmp_path: Path) -> None:
    gateway = Gateway()
    gateway.refuse = "item_limit_exceeded"
    async with opened(gateway, tmp_path) as terminal:
        with pytest.raises(Refused, match="item_limit_exceeded"):
            await terminal.sell_mixed("card", LINES)
    assert gateway.held == {"p0": "voided"}
    assert terminal.store.voids() == []


async def test_a_void_that_is_not_heard_is_repeated(tmp_path: Path) -> None:
    gateway = Gateway()
    gateway.refuse, gateway.cut = "card_blocked", {"void"}
    async with opened(gateway, tmp_path) as terminal:
        with pytest.raises(Refused, match="card_blocked"):
            await terminal.sell_mixed("card", LINES)
        assert [void["payment_id"] for void in terminal.store.voids()] == ["p0"]
        gateway.refuse, gateway.cut = "", set()
        await restarted(terminal).sell_mixed("other", LINES)
    assert gateway.held == {"p0": "voided", "p1": "sold"}
    assert terminal.store.voids() == []


async def test_a_sale_that_was_refused_before_the_power_went_is_not_made_after_it(tmp_path: Path) -> None:
    gateway = Gateway()
    gateway.refuse, gateway.cut = "card_blocked", {"void"}
    async with opened(gateway, tmp_path) as terminal:
        with pytest.raises(Refused, match="card_blocked"):
            await terminal.sell_mixed("card", LINES)
        (void,) = terminal.store.voids()
        sale = mixed.MixedSale("card", LINES, 520, payment_id=void["payment_id"])
        terminal.store.begin({"kind": "mixed", "sale": sale.state()})
        gateway.refuse, gateway.cut = "", set()
        assert await restarted(terminal).settle() is None
    assert gateway.held == {"p0": "voided"}
    assert terminal.store.unfinished() is None


async def test_an_overloaded_system_has_not_said_no(tmp_path: Path) -> None:
    gateway = Gateway()
    gateway.busy = {"sale"}
    async with opened(gateway, tmp_path) as terminal:
        with pytest.raises(NotReached):
            await terminal.sell_mixed("card", LINES)
        assert terminal.store.unfinished() is not None
        gateway.busy = set()
        await restarted(terminal).settle()
    assert gateway.held == {"p0": "sold"}


async def test_a_hold_that_never_arrives_is_given_up(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(mixed, "HOLD_ARRIVES_WITHIN_S", 0.3)
    gateway = Gateway()
    gateway.unknown_for = 1000
    async with opened(gateway, tmp_path) as terminal:
        with pytest.raises(Refused, match="hold_unknown"):
            await terminal.sell_mixed("card", LINES)
    assert gateway.held == {"p0": "voided"}


async def test_the_holder_is_asked_before_anything_is_held_and_the_sale_carries_the_proof(tmp_path: Path) -> None:
    gateway, asked = Gateway(), []

    async def prove(amount: int) -> str:
        asked.append((amount, dict(gateway.held)))
        return "signed"

    async with opened(gateway, tmp_path) as terminal:
        answer: dict[str, Any] = dict(await terminal.sell_mixed("card", LINES, prove=prove))
    assert asked == [(5520, {})]
    assert answer["holder_proof"] == "signed"


async def test_a_sale_that_is_refused_without_the_holder_is_made_with_the_proof(tmp_path: Path) -> None:
    gateway = Gateway()
    gateway.needs_proof = 2400

    async def prove(amount: int) -> str:
        return f"for {amount}"

    async with opened(gateway, tmp_path) as terminal:
        with pytest.raises(Refused, match="holder_proof_required"):
            await terminal.draw("card", 120)
        answer: dict[str, Any] = dict(await terminal.sell("card", [goods("oil", 1)], prove))
    assert answer["holder_proof"] == "for 2400"
