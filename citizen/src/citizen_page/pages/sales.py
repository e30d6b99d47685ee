"""My purchases of this month and the last, and the bakeries and shops of my district."""

from __future__ import annotations

from collections.abc import Iterable
from functools import partial
from itertools import groupby

from fastapi import APIRouter, Request
from markupsafe import Markup
from starlette.responses import Response

from chassis.districts import DISTRICTS
from citizen_page import PATH
from citizen_page.errors import Refused
from citizen_page.rendering import Speech
from citizen_page.schemas import Outlets, SaleLine, Sales
from citizen_page.texts import MONTHS
from citizen_page.web import Browser

routes = APIRouter(prefix=PATH)

_SHOWN = "20"


@routes.get("/sales")
async def sales(request: Request) -> Response:
    """What was sold to the card, by month. Raises SignedOut, Refused or NotAnswered."""
    browser = Browser(request)
    browser.signed_in()
    query = {"limit": _SHOWN}
    if after := request.query_params.get("after"):
        query["after"] = after
    found = await browser.context.services.get("supply", "/v1/self/sales", Sales, browser.asking(), query)
    speech = browser.speech
    months = [
        (speech.pick(*MONTHS[month]), list(of))
        for (_, month), of in groupby(found.items, key=lambda one: (one.business_day.year, one.business_day.month))
    ]
    title, lines = speech.text("sales"), partial(bought, speech)
    return browser.page("sales.html", title=title, months=months, next=found.next, bought=lines)


@routes.get("/outlets")
async def outlets(request: Request) -> Response:
    """The bakeries and shops of the district, bakeries first. Raises SignedOut, Refused or NotAnswered."""
    browser = Browser(request)
    browser.signed_in()
    speech = browser.speech
    try:
        found = (await browser.context.services.get("supply", "/v1/self/outlets", Outlets, browser.asking())).items
    except Refused as refused:
        if refused.status != 404:
            raise
        found = []
    ordered = sorted(found, key=lambda one: (not one.open, one.kind != "bakery", one.name_ar))
    district = DISTRICTS.get(found[0].district) if found else None
    place = speech.pick(district.name_ar, district.name_en) if district else ""
    return browser.page("outlets.html", title=speech.text("outlets"), outlets=ordered, place=place)


def bought(speech: Speech, lines: Iterable[SaleLine]) -> list[Markup]:
    """What was bought, a line each: `3 أرغفة: 0.60 جنيه`, `زيت × 2: 60 جنيه`."""
    return [_line(speech, line) for line in lines]


def _line(speech: Speech, line: SaleLine) -> Markup:
    amount = speech.money(line.amount)
    if line.programme == "bread":
        return speech.text("sale_line", what=speech.count("loaf", line.quantity), amount=amount)
    name = speech.pick(line.name_ar, line.name_en) or speech.known("programme", line.programme)
    what = speech.text("sale_times", name=name, n=speech.number(line.quantity))
    return speech.text("sale_line", what=what, amount=amount)
