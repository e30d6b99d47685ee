"""Routes of the counter where cards are handed over."""

from __future__ import annotations

from typing import Final
from uuid import UUID

from fastapi import APIRouter
from starlette.responses import Response

from staff_console.documents import Document
from staff_console.people.sought import Unclear, read
from staff_console.services import ServiceRefused
from staff_console.sessions import service as sessions
from staff_console.web.errors import Missing
from staff_console.web.visit import Form, Posted, Visit, Visiting

routes = APIRouter()
PLACE: Final = "/console/handover"
_ASKED_AGAIN: Final = frozenset({404, 409, 422})


@routes.get(PLACE)
async def show_counter(visit: Visiting) -> Response:
    """The field that is scanned or typed into."""
    draft = await visit.draft(PLACE)
    return _counter(visit, draft.get("sought", ""))


@routes.post(PLACE)
async def scan(form: Posted) -> Response:
    """Find the cards of whoever stands at the counter, and go on to check."""
    visit, typed = form.visit, form.field("sought")
    try:
        sought = read(typed)
    except Unclear as unclear:
        return _counter(visit, typed, visit.say(unclear.text))
    if sought.kind != "national_id":
        return _counter(visit, typed, visit.say("sought_national_id"))
    found, why = await _find(visit, sought.value)
    if not found:
        return _counter(visit, typed, why)
    lookup_id = await sessions.keep_lookup(visit.context, visit.session, {"national_id": sought.value})
    return visit.see_other(f"{PLACE}/{lookup_id}")


@routes.get("/console/handover/{lookup_id}")
async def show_check(visit: Visiting, lookup_id: UUID) -> Response:
    """What is to be checked before the card is given."""
    number = await _number(visit, lookup_id)
    draft = await visit.draft(f"{PLACE}/{lookup_id}")
    return await _check(visit, lookup_id, number, proxy=draft.get("proxy", ""), key=draft.get("key", ""))


@routes.post("/console/handover/{lookup_id}")
async def hand_over(form: Posted, lookup_id: UUID) -> Response:
    """Hand the card over, and go on with the next citizen."""
    visit = form.visit
    number = await _number(visit, lookup_id)
    try:
        body, card_id = _asked(form, number)
        await visit.services.post("card", f"/v1/cards/{card_id}/handover", body, key=form.key)
    except Unclear as unclear:
        return await _check(visit, lookup_id, number, {"proxy": visit.say(unclear.text)}, form.field("proxy"))
    except ServiceRefused as refusal:
        said = visit.refused(refusal, _ASKED_AGAIN)
        # Refused, it did nothing: what is sent next is another try, under a key of its own.
        return await _check(visit, lookup_id, number, {"": said}, form.field("proxy"))
    return visit.done(PLACE, "card_handed_over", about=form.field("holder"))


def _asked(form: Form, number: str) -> tuple[dict[str, str], UUID]:
    body = {"national_id": number}
    if typed := form.field("proxy"):
        proxy = read(typed)
        if proxy.kind != "national_id":
            raise Unclear("sought_digits")
        body["proxy_national_id"] = proxy.value
    try:
        return body, UUID(form.field("card_id"))
    except ValueError:
        raise Missing from None


async def _number(visit: Visit, lookup_id: UUID) -> str:
    kept = await sessions.lookup(visit.context, visit.session, lookup_id)
    if kept is None or "national_id" not in kept:
        raise Missing
    return kept["national_id"]


async def _find(visit: Visit, number: str) -> tuple[list[Document], str]:
    """The open cards of a citizen, or why none can be given here, in the service's words."""
    told = await visit.services.post("card", "/v1/cards/search", {"national_id": number})
    why = told["nothing_to_give"]
    said = (why["reason_ar"] if visit.language == "ar" else why["reason"]) if why else ""
    return told["items"], said


async def _check(
    visit: Visit, lookup_id: UUID, number: str, errors: dict[str, str] | None = None, proxy: str = "", key: str = ""
) -> Response:
    found, said = await _find(visit, number)
    ready = any(one["here"] and one["state"] == "in_stock" for one in found)
    facts = {
        "ready": ready,
        "found": found,
        "said": said,
        "number": number,
        "lookup_id": lookup_id,
        "proxy": proxy,
        "key": key,
    }
    return visit.page("handover_check", 422 if errors else 200, errors=errors or {}, **facts)


def _counter(visit: Visit, typed: str = "", wrong: str = "") -> Response:
    return visit.page("handover", 422 if wrong else 200, typed=typed, errors={"sought": wrong} if wrong else {})
