"""The terminal's own sales and totals, as the person at the keyboard reads them."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

from aiohttp import web

from devstack.terminal import receipt
from devstack.terminal.device import Terminal
from devstack.terminal.keys import DeviceKey
from devstack.terminal.store import Identity, Store
from devstack.terminal.wire import Wire

DAY = date(2026, 11, 5)
SUMS = {
    "redemptions": 3,
    "reversals": 1,
    "loaves": 15,
    "goods_amount": 10000,
    "cash_amount": 300,
    "wallet_amount": 1070,
}


def _sale(number: int) -> dict[str, Any]:
    return {
        "redemption_id": f"r{number}", "terminal_id": "t1", "occurred_at": "2026-11-05T09:00:00Z", "offline": False,
        "lines": [{"programme": "bread", "item": "loaf", "quantity": 15, "amount": 300}], "cash_due": 300,
        "tenders": [], "reversal": {"reason": "wrong_goods"} if number == 1 else None,
    }  # fmt: skip


class Gateway:
    """Has three sales on two pages, and the day's totals of two terminals."""

    def __init__(self) -> None:
        self.asked: list[dict[str, str]] = []

    async def token(self, _: web.Request) -> web.Response:
        return web.json_response({"access_token": "t", "token_type": "Bearer", "expires_in": 600})

    async def sales(self, request: web.Request) -> web.Response:
        self.asked.append(dict(request.query))
        if "after" in request.query:
            return web.json_response({"items": [_sale(1)], "next": None})
        return web.json_response({"items": [_sale(3), _sale(2)], "next": "r2"})

    async def day(self, request: web.Request) -> web.Response:
        assert request.match_info["day"] == DAY.isoformat()
        both = [{"terminal_id": terminal, **SUMS} for terminal in ("t1", "t2")]
        return web.json_response({**SUMS, "closed": False, "terminals": both})


async def test_own_sales_page_by_page_and_totals_by_terminal(tmp_path: Path) -> None:
    gateway, application = Gateway(), web.Application()
    application.router.add_post("/oauth/token", gateway.token)
    application.router.add_get("/v1/redemptions", gateway.sales)
    application.router.add_get("/v1/outlets/{outlet}/days/{day}", gateway.day)
    runner = web.AppRunner(application)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    wire = Wire(f"http://127.0.0.1:{runner.addresses[0][1]}", limit=2)
    store = Store(tmp_path)
    store.save(Identity("t1", DeviceKey.generate().secret(), wire.base_url, outlet_id="o1"))
    try:
        terminal = Terminal(store, wire)
        sold = await terminal.own_sales(DAY)
        assert [sale["redemption_id"] for sale in sold] == ["r3", "r2", "r1"]
        assert gateway.asked[0] == {"day": "2026-11-05", "terminal_id": "t1"}
        assert gateway.asked[1]["after"] == "r2"
        assert "ألغيت" in receipt.own_sale(sold[2])
        assert "ألغيت" not in receipt.own_sale(sold[0])
        await terminal.own_sales(DAY, whole_outlet=True)
        assert "terminal_id" not in gateway.asked[2]
        lines = receipt.day(await terminal.totals(DAY))
        assert lines.count("من المحفظة: 10.70 جنيه") == 3
        assert "ماكينة t2" in lines
    finally:
        await wire.aclose()
        await runner.cleanup()
