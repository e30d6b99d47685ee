"""Routes of whoever is on call."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Final

from fastapi import APIRouter, Path, Query
from starlette.responses import Response

from contracts.scopes import Scope
from staff_console.documents import Document
from staff_console.oncall.figures import CHAPTERS, row, stuck
from staff_console.services import ServiceRefused
from staff_console.services.client import NAMES, Name
from staff_console.services.parts import together
from staff_console.web.errors import Missing
from staff_console.web.pager import query_of
from staff_console.web.visit import Form, Posted, Visit, Visiting

routes = APIRouter()
PLACE: Final = "/console/on-call"
Number = Annotated[int, Path(ge=1, le=2**63 - 1)]
After = Annotated[int, Query(ge=0, le=2**62)]
_MOST: Final = 500
_LONGEST: Final = {"replay": 200, "discard": 500}
_ASKED_AGAIN: Final = frozenset({409, 422})


@routes.get(PLACE)
async def show_services(visit: Visiting) -> Response:
    """All services at once; one that does not answer is named, and the rest is shown."""
    asked = {name: visit.services.get(name, f"/v1/operations/{name}/state") for name in NAMES}
    parts = await together(visit.context.settings.part_seconds, **asked)
    if any(one.state == "closed" for one in parts.values()):
        raise ServiceRefused("gateway", 403)
    rows = [row(name, parts[name]) for name in NAMES]
    return visit.page("oncall", rows=rows, at=max(one.at for one in parts.values()), chapters=CHAPTERS)


@routes.get("/console/on-call/{name}")
async def show_set_aside(visit: Visiting, name: str, after: After = 0, settled: bool = False) -> Response:
    """What a service has set aside, by topic and key; or what no longer stands aside, who settled it and why."""
    of = _named(name)
    query = query_of({"settled": "true"} if settled else {}, _MOST, after)
    told = await visit.services.get(of, f"/v1/operations/{of}/parked-events", query)
    facts = {"of": of, "told": told, "settled": settled, "chapters": CHAPTERS}
    return visit.page("parked", stuck=stuck(told["items"]), **facts)


@routes.get("/console/on-call/{name}/{number}")
async def show_event(visit: Visiting, name: str, number: Number) -> Response:
    """An event set aside, and what may be done with it."""
    draft = await visit.draft(f"{PLACE}/{name}/{number}")
    return await _event(visit, _named(name), number, draft)


@routes.post("/console/on-call/{name}/{number}")
async def act(form: Posted, name: str, number: Number) -> Response:
    """Have it handled again, or propose to give it up; both with the reason."""
    visit, of, doing, reason = form.visit, _named(name), form.field("doing"), form.field("reason")
    wrong: dict[str, str] = {}
    if doing not in _LONGEST:
        wrong["doing"] = "oncall_doing_missing"
    if not reason:
        wrong["reason"] = "why_missing"
    elif len(reason) > _LONGEST.get(doing, len(reason)):
        wrong["reason"] = "why_long"
    if wrong:
        return await _event(visit, of, number, form.fields, wrong)
    try:
        return await _done(form, of, number, doing, reason)
    except ServiceRefused as refusal:
        said = visit.refused(refusal, _ASKED_AGAIN)
        # Refused, it did nothing: what is sent next is another try, under a key of its own.
        return await _event(visit, of, number, {**form.fields, "key": ""}, {"": said})


async def _done(form: Form, of: Name, number: int, doing: str, reason: str) -> Response:
    visit, base = form.visit, f"/v1/operations/{of}/parked-events/{number}"
    if doing == "discard":
        made = await visit.services.post(of, f"{base}/discard", {"reason": reason}, key=form.key)
        return visit.done(f"/console/proposals/{of}/{made['proposal_id']}", "oncall_discard_proposed")
    told = await visit.services.post(of, f"{base}/replay", key=form.key, purpose=reason)
    return visit.done(f"{PLACE}/{of}", "oncall_replayed", about=str(told["handled"]))


async def _event(
    visit: Visit, of: Name, number: int, given: Mapping[str, str], errors: dict[str, str] | None = None
) -> Response:
    path = f"/v1/operations/{of}/parked-events"
    told = await visit.services.get(of, path, {"after": number - 1, "limit": _MOST})
    found: list[Document] = [one for one in told["items"] if one["id"] == number]
    if not found:
        raise Missing
    held = [one for one in told["items"] if (one["topic"], one["key"]) == (found[0]["topic"], found[0]["key"])]
    return visit.page(
        "parked_event", 422 if errors else 200, of=of, event=found[0], behind=len(held) - 1, given=given,
        errors=errors or {}, chapters=CHAPTERS, changes=visit.may(Scope.OPERATIONS_WRITE),
    )  # fmt: skip


def _named(name: str) -> Name:
    if name not in NAMES:
        raise Missing
    return name
