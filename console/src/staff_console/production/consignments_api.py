"""Routes of consignments: cards on their way to a site or back to the store, and how they are counted in."""

from __future__ import annotations

from typing import Final
from uuid import UUID

from fastapi import APIRouter
from starlette.responses import Response

from contracts.scopes import Scope
from staff_console.documents import Document
from staff_console.production.api import ASKED_AGAIN, number_of
from staff_console.production.cards import listed
from staff_console.services import ServiceRefused
from staff_console.services.parts import part
from staff_console.web.pager import query_of
from staff_console.web.visit import Posted, Visit, Visiting

routes = APIRouter()
PLACE: Final = "/console/consignments"
WHERE: Final = "/v1/consignments"
_PAGE: Final = 50
_MOST: Final = 20_000
_SHOWN: Final = 200  # of a consignment's cards on its page
_WAYS: Final = {"true": "on_the_way", "false": "received"}


@routes.get(PLACE)
async def show_consignments(visit: Visiting, on_the_way: str = "true", after: UUID | None = None) -> Response:
    """Consignments that are on their way or were received, the newest first."""
    return await _consignments(visit, {}, on_the_way=on_the_way, after=after)


@routes.post(PLACE)
async def dispatch(form: Posted) -> Response:
    """Send cards from the store to a site, those of its own district first."""
    visit, count = form.visit, number_of(form.field("count"), _MOST)
    wrong = {} if form.field("site_id") else {"site_id": visit.say("site_missing")}
    if count is None:
        wrong["count"] = visit.say("batch_size_unclear")
    if wrong:
        return await _consignments(visit, dict(form.fields), wrong)
    try:
        body = {"site_id": form.field("site_id"), "count": count}
        made = await visit.services.post("card", WHERE, body, key=form.key)
    except ServiceRefused as refusal:
        return await _consignments(
            visit, {**form.fields, "key": ""}, {"": visit.refused(refusal, ASKED_AGAIN)}, refusal.status
        )
    return visit.done(f"{PLACE}/{made['consignment_id']}", "consignment_sent")


@routes.get("/console/consignments/{consignment_id}")
async def show_consignment(visit: Visiting, consignment_id: UUID) -> Response:
    """A consignment with its cards; while it is on its way, the form that counts it in."""
    return await _consignment(visit, consignment_id, await visit.draft(f"{PLACE}/{consignment_id}"))


@routes.post("/console/consignments/{consignment_id}")
async def receive(form: Posted, consignment_id: UUID) -> Response:
    """Count it in: all of its list but those that are missing or damaged, and those that are not on it."""
    visit = form.visit
    found = await visit.services.get("card", f"{WHERE}/{consignment_id}")
    body, wrong = counted(dict(form.fields), found)
    if wrong:
        errors = {name: visit.say(text) for name, text in wrong.items()}
        return await _consignment(visit, consignment_id, dict(form.fields), errors)
    try:
        await visit.services.post("card", f"{WHERE}/{consignment_id}/receipt", body, key=form.key)
    except ServiceRefused as refusal:
        given = {**form.fields, "key": ""}
        return await _consignment(
            visit, consignment_id, given, {"": visit.refused(refusal, ASKED_AGAIN)}, refusal.status
        )
    return visit.done(f"{PLACE}/{consignment_id}", "consignment_received")


def counted(fields: dict[str, str], found: Document) -> tuple[Document, dict[str, str]]:
    """What came of a consignment by what its form says did not, and what is wrong with it by field."""
    sent = {one["card_id"] for one in found["items"]}
    named: dict[str, list[str]] = {}
    wrong: dict[str, str] = {}
    for name in ("missing", "damaged", "surplus"):
        cards = listed(fields.get(name, ""))
        named[name] = cards or []
        of_list = sent.issuperset(named[name])
        if cards is None:
            wrong[name] = "card_ids_unclear"
        elif named[name] and of_list == (name == "surplus"):
            wrong[name] = "cards_on_list" if name == "surplus" else "cards_not_on_list"
    if set(named["missing"]) & set(named["damaged"]):
        wrong.setdefault("damaged", "cards_twice")
    out = {*named["missing"], *named["damaged"]}
    here = [*(one["card_id"] for one in found["items"] if one["card_id"] not in out), *named["surplus"]]
    return {"card_ids": here, "damaged": named["damaged"]}, wrong


async def _consignments(
    visit: Visit,
    given: dict[str, str],
    errors: dict[str, str] | None = None,
    status: int = 422,
    on_the_way: str = "true",
    after: UUID | None = None,
) -> Response:
    way = on_the_way if on_the_way in _WAYS else "true"
    query = query_of({"on_the_way": way}, _PAGE, after)
    told = await visit.services.get("card", WHERE, query)
    facts = {
        "sites": await _sites(visit), "given": given, "errors": errors or {}, "ways": _WAYS, "way": way,
        "sends": visit.may(Scope.STOCK_DISPATCH),
    }  # fmt: skip
    return visit.page("consignments", status if errors else 200, told=told, **facts)


async def _consignment(
    visit: Visit,
    consignment_id: UUID,
    given: dict[str, str],
    errors: dict[str, str] | None = None,
    status: int = 422,
) -> Response:
    found = await visit.services.get("card", f"{WHERE}/{consignment_id}")
    facts = {"sites": await _sites(visit), "given": given, "errors": errors or {}, "most": _SHOWN}
    return visit.page("consignment", status if errors else 200, one=found, **facts)


async def _sites(visit: Visit) -> dict[str, Document]:
    """The sites by id, as far as this person sees them."""
    asked = visit.services.get("card", "/v1/pickup-sites", {"limit": 200})
    told = await part(asked, visit.context.settings.part_seconds)
    return {one["site_id"]: one for one in told.told["items"]} if told.state == "there" else {}
