"""My household, and who has seen my data."""

from __future__ import annotations

from functools import partial

from fastapi import APIRouter, Request
from starlette.responses import Response

from chassis.districts import DISTRICTS
from citizen_page import PATH
from citizen_page.errors import Refused
from citizen_page.rendering import Speech
from citizen_page.schemas import Disclosure, Disclosures, Household
from citizen_page.web import Browser

routes = APIRouter(prefix=PATH)

_SHOWN = "20"


@routes.get("/household")
async def household(request: Request) -> Response:
    """The household as it is registered, and how to ask for a change."""
    browser = Browser(request)
    browser.signed_in()
    try:
        found = await browser.context.services.get("card", "/v1/self/household", Household, browser.asking())
    except Refused as refused:
        if refused.status != 404:
            raise
        found = None
    district = DISTRICTS.get(found.district) if found else None
    name = browser.speech.pick(district.name_ar, district.name_en) if district else ""
    return browser.page("household.html", title=browser.speech.text("household"), household=found, district=name)


@routes.get("/seen")
async def disclosures(request: Request) -> Response:
    """Which offices have seen or changed one's data."""
    browser = Browser(request)
    session = browser.signed_in()
    query = {"limit": _SHOWN}
    if after := request.query_params.get("after"):
        query["after"] = after
    path = f"/v1/citizens/{session.citizen_id}/disclosures"
    found = await browser.context.services.get("gateway", path, Disclosures, browser.asking(), query)
    title = browser.speech.text("seen")
    return browser.page(
        "seen.html", title=title, items=found.items, next=found.next, who_of=partial(who, browser.speech)
    )


def who(speech: Speech, one: Disclosure) -> str:
    """Who it was: a role of an office, or what names both at once."""
    role, office = speech.pick(one.role_ar, one.role_en), speech.pick(one.office_ar, one.office_en)
    return office if role == office else speech.text("seen_who", role=role, office=office)
