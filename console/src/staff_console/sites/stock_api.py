"""Routes of a site's stock of cards: what lies there is counted, and what is collected elsewhere is sent on."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final
from uuid import UUID

from fastapi import APIRouter
from starlette.responses import Response

from chassis.text import normalise_digits
from staff_console.documents import Answer, Document
from staff_console.production.cards import listed
from staff_console.services import ServiceRefused
from staff_console.sites.api import booked
from staff_console.sites.day import place_of
from staff_console.web.errors import Missing
from staff_console.web.visit import Form, Posted, Visit, Visiting

routes = APIRouter()
_MOST: Final = 1_000_000
_AT_ONCE: Final = 200  # cards that one form sends on
_LONGEST_NOTE: Final = 300
_ASKED_AGAIN: Final = frozenset({404, 409, 422})
_DONE: Final = {"count": "stock_count_kept", "send": "stock_sent"}


@routes.get("/console/today/{site_id}/stock")
async def show_stock(visit: Visiting, site_id: UUID) -> Response:
    """What should lie here now, the last count of it, and the cards that wait to be sent to other sites."""
    return await _stock(visit, site_id, await visit.draft(place_of(site_id, "stock")))


@routes.post("/console/today/{site_id}/stock")
async def act(form: Posted, site_id: UUID) -> Response:
    """Keep a count, or send cards to another site or back to the store."""
    visit, doing, where = form.visit, form.field("act"), f"/v1/pickup-sites/{site_id}"
    if doing not in _DONE:
        raise Missing
    body, wrong = _counted(form) if doing == "count" else _outgoing(form)
    if wrong:
        return await _stock(visit, site_id, form.fields, {name: visit.say(text) for name, text in wrong.items()})
    path = f"{where}/stock-counts" if doing == "count" else f"{where}/outgoing-consignments"
    try:
        await visit.services.post("card", path, body, key=form.key)
    except ServiceRefused as refusal:
        said = visit.refused(refusal, _ASKED_AGAIN)
        return await _stock(visit, site_id, {**form.fields, "key": ""}, {"": said}, refusal.status)
    return visit.done(place_of(site_id, "stock"), _DONE[doing])


def _counted(form: Form) -> tuple[Document, dict[str, str]]:
    """A count as the service takes it, and what is wrong with its form; cards that were scanned are counted by us."""
    digits, cards, wrong = normalise_digits(form.field("counted")), listed(form.field("card_ids")), {}
    if cards is None:
        wrong["card_ids"] = "card_ids_unclear"
    if not digits and cards:
        digits = str(len(cards))
    if not (digits.isascii() and digits.isdecimal() and int(digits) <= _MOST):
        wrong["counted"] = "stock_counted_unclear"
    if len(form.field("note")) > _LONGEST_NOTE:
        wrong["note"] = "stock_note_long"
    if wrong:
        return {}, wrong
    body: Document = {"counted": int(digits)}
    body |= {"card_ids": cards} if cards else {}
    return body | ({"note": " ".join(form.field("note").split())} if form.field("note") else {}), {}


def _outgoing(form: Form) -> tuple[Document, dict[str, str]]:
    """A consignment as the service takes it, and what is wrong with its form, by its destination."""
    to, cards = form.field("to"), listed(form.field(f"cards_{form.field('to')}"))
    if not cards:
        return {}, {f"cards_{to}": "card_ids_unclear" if cards is None else "stock_nothing_to_send"}
    return {"card_ids": cards} | ({"to_site_id": str(form.identifier("to"))} if to else {}), {}


async def _stock(
    visit: Visit,
    site_id: UUID,
    given: Mapping[str, str],
    errors: dict[str, str] | None = None,
    status: int = 422,
) -> Response:
    where = f"/v1/pickup-sites/{site_id}"
    told = await booked(visit, site_id, None, limit=1)
    stock: Document = await visit.services.get("card", f"{where}/stock")
    waiting: Answer = await visit.services.get("card", f"{where}/cards-to-send", {"limit": _AT_ONCE})
    return visit.page(
        "site_stock", status if errors else 200, told=told, site_id=site_id, stock=stock, given=given,
        ways=_ways(waiting["items"]), more=waiting["next"] is not None, errors=errors or {}, back=place_of(site_id),
    )  # fmt: skip


def _ways(items: list[Document]) -> dict[str, list[Document]]:
    """The cards that wait to be sent, by the site they go to."""
    ways: dict[str, list[Document]] = {}
    for one in items:
        ways.setdefault(one["to_site"], []).append(one)
    return ways
