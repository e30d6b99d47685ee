"""Routes of systems that call the API: the list of them, and one with what may be done about it."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from typing import Annotated, Final

from fastapi import APIRouter, Path
from starlette.responses import Response

from chassis.clock import Clock
from contracts.scopes import Scope
from staff_console.clients import acts
from staff_console.clients.states import grantable, state_of
from staff_console.services import ServiceRefused
from staff_console.web.pager import query_of
from staff_console.web.visit import Posted, Visit, Visiting

routes = APIRouter()
PLACE: Final = "/console/clients"
ENDS: Final = ("0", "30", "90")
_ROWS: Final = 100
_CLOCK: Final = Clock()
_ASKED_AGAIN: Final = frozenset({403, 409, 422})
ClientId = Annotated[str, Path(pattern=r"^[a-z0-9][a-z0-9._~-]{1,127}$")]


@routes.get(PLACE)
async def show_clients(visit: Visiting, ends: str = "", after: str = "") -> Response:
    """The systems that the reader's office manages; `ends` narrows them to those that end within so many days."""
    chosen = {"ends": ends} if ends in ENDS else {}
    conditions: dict[str, str | int] = {}
    if chosen:
        conditions["ends_before"] = (_CLOCK.now() + timedelta(days=int(ends))).isoformat()
    told = await visit.services.get("gateway", "/v1/clients", query_of(conditions, _ROWS, after))
    return visit.page(
        "clients", told=told, states=[state_of(one, _CLOCK.now()) for one in told["items"]], chosen=chosen, ends=ENDS,
    )  # fmt: skip


@routes.get("/console/clients/{client_id}")
async def show_client(visit: Visiting, client_id: ClientId) -> Response:
    """A system: who answers for it, what for, what it may do in words, until when it and its secret are good."""
    return await _client(visit, client_id, await visit.draft(f"{PLACE}/{client_id}"))


@routes.post("/console/clients/{client_id}")
async def act(form: Posted, client_id: ClientId) -> Response:
    """Give it a new secret, answer for it anew, say what it may do, suspend it or let it call again."""
    visit, doing = form.visit, form.field("act")
    if doing not in acts.DONE:
        return await _client(visit, client_id, form.fields, {"": "act_missing"})
    body, wrong = acts.body(form, doing)
    if wrong:
        return await _client(visit, client_id, form.fields, wrong)
    try:
        told = await acts.do(form, doing, f"/v1/clients/{client_id}", body)
    except ServiceRefused as refusal:
        said = visit.refused(refusal, _ASKED_AGAIN)
        # Refused, it did nothing: what is sent next is another try, under a key of its own.
        return await _client(visit, client_id, {**form.fields, "key": ""}, {"": said}, refusal.status)
    if proposal := told.get("proposal_id"):
        return visit.done(f"/console/proposals/gateway/{proposal}", "client_scopes_proposed", about=client_id)
    return visit.done(f"{PLACE}/{client_id}", acts.DONE[doing], about=client_id, **acts.shown_once(told))


async def _client(
    visit: Visit,
    client_id: str,
    given: Mapping[str, str],
    errors: dict[str, str] | None = None,
    status: int = 422,
) -> Response:
    client = await visit.services.get("gateway", f"/v1/clients/{client_id}")
    return visit.page(
        "client", status if errors else 200, client=client, state=state_of(client, _CLOCK.now()),
        grantable=grantable(client["owner"], client["scopes"]), writes=visit.may(Scope.CLIENTS_WRITE),
        suspends=visit.may(Scope.CLIENTS_WRITE, Scope.CLIENTS_SUSPEND), overlaps=acts.OVERLAPS,
        given=given, errors=errors or {},
    )  # fmt: skip
