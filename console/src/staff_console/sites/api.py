"""Routes of a pick-up site's day: its numbers, the list behind each, and the list to print."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Annotated, Final
from uuid import UUID

from fastapi import APIRouter, Query
from starlette.responses import Response

from chassis.clock import Clock
from chassis.months import Day
from staff_console.documents import Document
from staff_console.services.parts import Part, together
from staff_console.sites import prints
from staff_console.sites.day import LIES, MOVED, STATES, hours_of, place_of, stock_of
from staff_console.web.errors import Missing
from staff_console.web.pager import query_of
from staff_console.web.visit import Posted, Visit, Visiting

routes = APIRouter()
PLACE: Final = "/console/today"
_PAGE: Final = 50
_MACHINE_TIME: Final = Clock()
_MOST_ON_PAPER: Final = 5_000
Instant = Annotated[str, Query(max_length=40, pattern=r"^[0-9T:.+Z-]*$")]


@routes.get(PLACE)
async def show_sites(visit: Visiting, after: UUID | None = None) -> Response:
    """The day of the one site that somebody is bound to, or the sites they may look at."""
    own = visit.session.tokens.claims.get("site")
    if own is not None:
        return visit.see_other(place_of(own))
    query = query_of({}, _PAGE, after)
    told = await visit.services.get("card", "/v1/pickup-sites", query)
    return visit.page("sites", told=told)


@routes.get("/console/today/{site_id}")
async def show_day(visit: Visiting, site_id: UUID, day: Day | None = None) -> Response:
    """A site's day: appointments by hour, and its stock of cards."""
    return await day_page(visit, site_id, day)


async def day_page(
    visit: Visit, site_id: UUID, day: date | None = None, errors: dict[str, str] | None = None, typed: str = ""
) -> Response:
    """The page of a day. `errors` are of its form for who comes without an hour. Raises ServiceRefused."""
    told = await booked(visit, site_id, day, limit=1)
    shown = date.fromisoformat(told["day"])
    asked = {"stock": visit.services.get("card", f"/v1/pickup-sites/{site_id}/stock", {"day": told["day"]})}
    parts = await together(visit.context.settings.part_seconds, **asked)
    before, behind = shown - timedelta(days=1), shown + timedelta(days=1)
    return visit.page(
        "site_day", 422 if errors else 200, told=told, site_id=site_id, states=STATES, parts=parts, errors=errors or {},
        hours=hours_of(site_id, told["day"], told["counts"]), numbers=_numbers(site_id, parts["stock"], before),
        day_before=place_of(site_id, day=before.isoformat()), day_after=place_of(site_id, day=behind.isoformat()),
        here_today=place_of(site_id), paper=place_of(site_id, "print"), typed=typed, moved=MOVED,
        printed=await prints.last(visit.context.pool, site_id, shown),
    )  # fmt: skip


@routes.get("/console/today/{site_id}/appointments")
async def show_appointments(
    visit: Visiting, site_id: UUID, day: Day | None = None, state: str = "", hour: Instant = "", after: str = ""
) -> Response:
    """The appointments that a number of the day counts."""
    if state not in {"", *STATES}:
        raise Missing
    query = {"state": state, "hour": hour, "after": after}
    told = await booked(visit, site_id, day, _PAGE, **query)
    number = sum(
        one["number"] for one in told["counts"] if state in {"", one["state"]} and hour in {"", one["starts_at"]}
    )
    return visit.page(
        "site_appointments", told=told, site_id=site_id, state=state, hour=hour, number=number,
        back=place_of(site_id, day=told["day"]), pages=visit.pages(day=told["day"]),
    )  # fmt: skip


@routes.get("/console/today/{site_id}/cards")
async def show_cards(
    visit: Visiting, site_id: UUID, part: str = "here", day: Day | None = None, after: str = ""
) -> Response:
    """The cards that a number of the stock counts."""
    if part not in {*LIES, *MOVED}:
        raise Missing
    what = "cards" if part in LIES else "movements"
    own = {"part": part, "day": day.isoformat() if day else ""}
    query = query_of(_given(**own), _PAGE, after)
    told = await visit.services.get("card", f"/v1/pickup-sites/{site_id}/stock/{what}", query)
    return visit.page(
        "site_cards", told=told, site_id=site_id, part=part, day=day, back=place_of(site_id, day=own["day"]),
    )  # fmt: skip


@routes.get("/console/today/{site_id}/print")
async def show_paper(visit: Visiting, site_id: UUID, day: Day | None = None) -> Response:
    """The day's appointments on paper: the whole list, its head on each page."""
    told = await booked(visit, site_id, day, limit=1000)
    items, following = list(told["items"]), told["next"]
    while following and len(items) < _MOST_ON_PAPER:
        more = await booked(visit, site_id, day, 1000, after=following)
        items, following = items + more["items"], more["next"]
    whole = sum(one["number"] for one in told["counts"])
    printed = await prints.last(visit.context.pool, site_id, date.fromisoformat(told["day"]))
    back = place_of(site_id, day=told["day"])
    return visit.page("site_paper", told=told, items=items, whole=whole, printed=printed, back=back)


@routes.post("/console/today/{site_id}/print")
async def ask_paper(form: Posted, site_id: UUID) -> Response:
    """Record that the day's list is asked for on paper, of a site that this person sees, and show it."""
    visit = form.visit
    try:
        day = date.fromisoformat(form.field("day"))
    except ValueError:
        raise Missing from None
    await booked(visit, site_id, day, limit=1)
    await prints.requested(visit.context.pool, visit.session.subject, site_id, day, _MACHINE_TIME.now())
    return visit.see_other(place_of(site_id, "print", day=day.isoformat()))


async def booked(visit: Visit, site_id: UUID, day: date | None, limit: int, **query: str) -> Document:
    """A site's appointments with the numbers of their day. Raises ServiceRefused or ServiceSilent."""
    asked: dict[str, str | int] = {"limit": limit, **_given(day=day.isoformat() if day else "", **query)}
    told: Document = await visit.services.get("card", f"/v1/pickup-sites/{site_id}/appointments", asked)
    return told


def _given(**query: str) -> dict[str, str | int]:
    return {name: value for name, value in query.items() if value}


def _numbers(site_id: UUID, part: Part, before: date) -> Document:
    return dict(stock_of(site_id, part.told, before.isoformat())) if part.state == "there" else {}
