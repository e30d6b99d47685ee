"""What is left this month: bread and goods, grants, the wallet; a part that does not answer is named."""

from __future__ import annotations

import asyncio
from typing import TypeVar

from fastapi import APIRouter, Request
from pydantic import BaseModel
from starlette.responses import Response

from citizen_page import PATH
from citizen_page.errors import NotAnswered, Refused
from citizen_page.schemas import Entitlements, Wallet
from citizen_page.web import Browser

routes = APIRouter(prefix=PATH)

Part = TypeVar("Part", bound=BaseModel)


@routes.get("/balance")
async def show(request: Request) -> Response:
    """What is left, as of now. Raises SignedOut."""
    browser = Browser(request)
    browser.signed_in()
    (supply, supply_away), (wallet, wallet_away) = await asyncio.gather(
        _part(browser, "supply", "/v1/self/entitlements", Entitlements),
        _part(browser, "payment", "/v1/self/wallet", Wallet),
    )
    away = [browser.speech.known("service", name) for name in (supply_away, wallet_away) if name]
    return browser.page(
        "balance.html",
        title=browser.speech.text("balance"),
        supply=supply,
        wallet=wallet,
        away=browser.speech.listed(away) if away else "",
        as_of=browser.context.clock.now(),
    )


async def _part(browser: Browser, service: str, path: str, kind: type[Part]) -> tuple[Part | None, str]:
    """What a service tells, or nothing; and its name where it does not answer."""
    try:
        return await browser.context.services.get(service, path, kind, browser.asking()), ""
    except NotAnswered:
        return None, service
    except Refused as refused:
        return None, "" if refused.status == 404 else service
