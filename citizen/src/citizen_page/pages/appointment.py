"""My appointment: see it, choose another site and hour, confirm, print the slip."""

from __future__ import annotations

import io
from datetime import date, datetime
from itertools import groupby
from typing import Final
from uuid import UUID

import segno
from fastapi import APIRouter, Request
from markupsafe import Markup
from starlette.responses import Response

from chassis.clock import CAIRO
from citizen_page import PATH
from citizen_page.errors import PageUnknown
from citizen_page.pages.card import own_card
from citizen_page.pages.everybody import site_of
from citizen_page.rendering import Speech
from citizen_page.schemas import Anything, Card, FreeHour, FreeHours
from citizen_page.web import Browser

routes = APIRouter(prefix=PATH)

CHOOSE: Final = "card/appointment"
_HOURS_ASKED: Final = "500"
_PAPERS: Final = ("paper_id", "paper_legacy")


@routes.get("/appointment")
async def show(request: Request) -> Response:
    """The appointment as a slip to print, and the way to another."""
    browser = Browser(request)
    card = await own_card(browser)
    if card is None or card.appointment is None:
        return browser.see("/card")
    speech = browser.speech
    return browser.page(
        "appointment.html",
        title=speech.text("my_appointment"),
        card=card,
        place=site_of(speech, card.appointment.site),
        papers=_PAPERS,
        qr=qr_of(digits_of(card)),
        digits=digits_of(card),
        moved=request.query_params.get("done") == "moved",
    )


@routes.get("/appointment/site")
async def choose_site(request: Request) -> Response:
    """The sites of the card's governorate, its own first."""
    browser = Browser(request)
    card = await _movable(browser)
    speech = browser.speech
    found = await browser.context.public.sites(card.governorate, browser.asking())
    own = card.site.site_id if card.site else None
    ordered = sorted(found, key=lambda one: (one.site_id != own, one.district, one.name_ar))
    shown = [(site_of(speech, one), one.site_id == own) for one in ordered]
    return browser.page("choose_site.html", title=speech.text("choose_site"), sites=shown)


@routes.get("/appointment/hour")
async def choose_hour(request: Request) -> Response:
    """The free days of a site and, once one is chosen, its hours."""
    browser = Browser(request)
    site_id = _id(request.query_params.get("site", ""))
    await _movable(browser)
    free = await _free(browser, site_id)
    by_day = {day: list(of) for day, of in groupby(free, key=lambda one: one.starts_at.astimezone(CAIRO).date())}
    chosen = _day(request.query_params.get("day", ""))
    speech = browser.speech
    name = speech.pick(free[0].name_ar, free[0].name_en) if free else ""
    return browser.page(
        "choose_hour.html",
        title=speech.text("choose_hour" if chosen in by_day else "choose_day"),
        site_id=site_id,
        name=name,
        days=[(day.isoformat(), speech.day(day)) for day in by_day],
        day=speech.day(chosen) if chosen is not None and chosen in by_day else "",
        hours=[(one.starts_at.isoformat(), _span(speech, one)) for one in by_day.get(chosen, [])] if chosen else [],
    )


@routes.get("/appointment/confirm")
async def ask_confirmation(request: Request) -> Response:
    """What will be changed, before it is. Raises PageUnknown for an hour that is not free."""
    browser = Browser(request)
    site_id = _id(request.query_params.get("site", ""))
    card = await _movable(browser)
    wanted = request.query_params.get("at", "")
    hour = next((one for one in await _free(browser, site_id) if one.starts_at.isoformat() == wanted), None)
    speech = browser.speech
    return browser.page(
        "confirm_hour.html",
        title=speech.text("confirm_hour"),
        card=card,
        hour=hour,
        name=speech.pick(hour.name_ar, hour.name_en) if hour else "",
        site_id=site_id,
        form=browser.new_key(CHOOSE),
        travels=card.site is not None and card.site.site_id != site_id,
    )


@routes.post("/appointment/confirm")
async def confirm(request: Request) -> Response:
    """Take the hour. Raises FormStale, SignedOut, Refused or NotAnswered."""
    browser = Browser(request)
    fields = await browser.form()
    key = browser.key_of(CHOOSE, fields)
    body = {"site_id": fields.get("site", ""), "starts_at": fields.get("at", "")}
    await browser.context.services.send("card", "PUT", "/v1/self/card/appointment", Anything, browser.asking(key), body)
    return browser.see("/appointment", done="moved")


def digits_of(card: Card) -> str:
    """What the slip's code says: digits only, so that a scanner reads it under every keyboard: day, hour, card.

    The last ten digits are of the card's id: they name it to a desk that looks at that hour, and to nobody else.
    """
    if card.appointment is None:
        raise PageUnknown
    starts = card.appointment.starts_at.astimezone(CAIRO)
    return f"{starts:%Y%m%d%H}{card.card_id.int % 10**10:010d}"


def qr_of(digits: str) -> Markup:
    """A QR code as SVG, without a style of its own."""
    drawn = io.BytesIO()
    segno.make(digits, error="m", micro=False).save(
        drawn, kind="svg", scale=1, border=4, xmldecl=False, svgns=True, svgclass=None, lineclass=None, omitsize=True
    )
    return Markup(drawn.getvalue().decode())  # noqa: S704 - drawn here, of digits


async def _movable(browser: Browser) -> Card:
    card = await own_card(browser)
    if card is None or not card.may_choose:
        raise PageUnknown
    return card


async def _free(browser: Browser, site_id: UUID) -> list[FreeHour]:
    query = {"site_id": str(site_id), "limit": _HOURS_ASKED}
    found = await browser.context.services.get("card", "/v1/self/card/free-hours", FreeHours, browser.asking(), query)
    return found.items


def _span(speech: Speech, hour: FreeHour) -> Markup:
    return speech.text("from_to", begins=speech.hour(hour.starts_at), ends=speech.hour(hour.ends_at))


def _id(text: str) -> UUID:
    try:
        return UUID(text)
    except ValueError as error:
        raise PageUnknown from error


def _day(text: str) -> date | None:
    try:
        return datetime.strptime(text, "%Y-%m-%d").date()  # noqa: DTZ007 - a day, no instant
    except ValueError:
        return None
