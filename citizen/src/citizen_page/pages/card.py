"""Where is my card: its state and the next step; a lost card is stopped."""

from __future__ import annotations

from typing import Final

from fastapi import APIRouter, Request
from starlette.responses import Response

from citizen_page import PATH
from citizen_page.errors import Refused
from citizen_page.pages.everybody import site_of
from citizen_page.schemas import Card, Loss
from citizen_page.web import Browser

routes = APIRouter(prefix=PATH)

LOST: Final = "card/loss"


async def own_card(browser: Browser) -> Card | None:
    """The citizen's card; None where there is none. Raises SignedOut, Refused or NotAnswered."""
    browser.signed_in()
    try:
        return await browser.context.services.get("card", "/v1/self/card", Card, browser.asking())
    except Refused as refused:
        if refused.status == 404:
            return None
        raise


@routes.get("/card")
async def show(request: Request) -> Response:
    """Where the card is and what comes next."""
    browser = Browser(request)
    card = await own_card(browser)
    done = request.query_params.get("done", "")
    speech = browser.speech
    appointment = card.appointment if card else None
    return browser.page(
        "card.html",
        title=speech.text("my_card"),
        card=card,
        next_step=speech.known("next", next_step(card)),
        place=site_of(speech, appointment.site)
        if appointment
        else site_of(speech, card.site)
        if card and card.site
        else None,
        done=speech.text(f"done_{done}") if done in {"moved", "lost"} else "",
    )


@routes.get("/card/lost")
async def ask_loss(request: Request) -> Response:
    """Say what stopping the card means, before it is done."""
    browser = Browser(request)
    card = await own_card(browser)
    form = browser.new_key(LOST) if card and card.may_report_lost else ""
    return browser.page("lost.html", title=browser.speech.text("lost"), card=card, form=form)


@routes.post("/card/lost")
async def report_loss(request: Request) -> Response:
    """Stop the card. Raises FormStale, SignedOut, Refused or NotAnswered."""
    browser = Browser(request)
    key = browser.key_of(LOST, await browser.form())
    await browser.context.services.send("card", "POST", "/v1/self/card/loss", Loss, browser.asking(key))
    return browser.see("/card", done="lost")


def next_step(card: Card | None) -> str:
    """What comes next, by the name of its words."""
    if card is None:
        return "none"
    if card.state in {"requested", "approved", "in_production", "produced", "in_stock"}:
        if card.appointment is not None:
            return "collect"
        return "choose" if card.may_choose else "wait"
    if card.state == "blocked":
        return "lost" if card.block_reason == "lost" else "blocked"
    return card.state
