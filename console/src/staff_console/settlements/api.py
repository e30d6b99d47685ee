"""Routes of settlements, of the books held against each other, and of the funds of payouts."""

from __future__ import annotations

import asyncio
from typing import Final

from fastapi import APIRouter
from starlette.responses import Response

from chassis.clock import Clock
from chassis.governorates import GOVERNORATES
from staff_console.documents import Answer, Document
from staff_console.services.parts import together
from staff_console.settlements import wanted
from staff_console.settlements.wanted import Wanted
from staff_console.web.pager import query_of
from staff_console.web.visit import Visit, Visiting

routes = APIRouter()
PLACE: Final = "/console/settlements"
RECONCILIATION: Final = "/console/reconciliation"
FUNDS: Final = "/console/funds"
_ROWS: Final = 100
_AT_ONCE: Final = 500
_MOST_ON_PAPER: Final = 5000
_PROOF_SECONDS: Final = 15.0  # the whole ledger is counted anew
_CLOCK: Final = Clock()


@routes.get(PLACE)
async def show_settlements(visit: Visiting, after: str = "") -> Response:
    """What the days closed at outlets come to, and their sum over all pages of the list."""
    asked = wanted.read(visit.request.query_params, _CLOCK.today())
    facts: Document = {"wanted": asked, "governorates": GOVERNORATES, "pages": visit.pages(day=asked.day.isoformat())}
    if asked.wrong:
        return visit.page("settlements", 422, told=None, totals=None, **facts)
    told, totals = await asyncio.gather(
        visit.services.get("supply", "/v1/settlements", query_of(asked.asked, _ROWS, after)),
        visit.services.get("supply", "/v1/settlement-totals", asked.asked),
    )
    return visit.page("settlements", told=told, totals=totals, **facts)


@routes.get(f"{PLACE}/print")
async def show_paper(visit: Visiting) -> Response:
    """The same on paper: the whole list, its head on each page, its sum at the end."""
    asked = wanted.read(visit.request.query_params, _CLOCK.today())
    totals = await visit.services.get("supply", "/v1/settlement-totals", asked.asked)
    items, after = await _page(visit, asked, "")
    while after and len(items) < _MOST_ON_PAPER:
        more, after = await _page(visit, asked, after)
        items = items + more
    return visit.page("settlements_paper", items=items, totals=totals, wanted=asked, back=f"{PLACE}?{asked.query}")


@routes.get(RECONCILIATION)
async def show_reconciliation(visit: Visiting, proved: bool = False) -> Response:
    """A day in the books: what was settled beside what the ledger has posted; asked for, both are counted anew."""
    asked = wanted.read(visit.request.query_params, _CLOCK.today())
    day: dict[str, str | int] = {"day": asked.day.isoformat()}
    services = visit.services
    told = {
        "settled": services.get("supply", "/v1/settlement-totals", day),
        "posted": services.get("payment", "/v1/ledger-totals", day),
    }
    if proved:
        told["ledger"] = services.get("payment", "/v1/ledger-proof")
        told["pots"] = services.get("supply", "/v1/pot-proof", day)
    seconds = _PROOF_SECONDS if proved else visit.context.settings.part_seconds
    return visit.page(
        "reconciliation", 422 if asked.wrong else 200, wanted=asked, parts=await together(seconds, **told)
    )


@routes.get(FUNDS)
async def show_funds(visit: Visiting, after: str = "") -> Response:
    """The funds that payouts are paid from: whose they are, what is in them, and what of it is not promised yet."""
    query = query_of({}, 50, after)
    told = await visit.services.get("payment", "/v1/payout-funds", query)
    programmes = await visit.services.get("payment", "/v1/payout-programmes", {"limit": 200})
    return visit.page("funds", told=told, programmes=programmes["items"])


async def _page(visit: Visit, asked: Wanted, after: str) -> tuple[list[Document], str]:
    told: Answer = await visit.services.get("supply", "/v1/settlements", query_of(asked.asked, _AT_ONCE, after))
    return told["items"], told["next"] or ""
