"""Route of the approvals inbox."""

from __future__ import annotations

from collections.abc import Coroutine
from typing import Final

from fastapi import APIRouter
from starlette.responses import Response

from contracts.scopes import Scope
from staff_console.documents import Answer
from staff_console.services.client import Name
from staff_console.services.parts import together
from staff_console.web.visit import Visit, Visiting

routes = APIRouter()

# Which rights decide on proposals of which service.
DECIDES: Final[dict[Name, frozenset[Scope]]] = {
    "gateway": frozenset({Scope.CLIENTS_APPROVE, Scope.KEYS_APPROVE}),
    "card": frozenset({Scope.ROLLOUT_APPROVE, Scope.PRODUCTION_APPROVE, Scope.OPERATIONS_APPROVE}),
    "supply": frozenset({Scope.POLICIES_APPROVE, Scope.DISPUTES_APPROVE, Scope.SHEETS_APPROVE}),
    "health": frozenset({Scope.POLICIES_APPROVE}),
    "payment": frozenset({Scope.FUNDS_APPROVE, Scope.POLICIES_APPROVE}),
    "notify": frozenset({Scope.CAMPAIGNS_APPROVE, Scope.POLICIES_APPROVE}),
}


@routes.get("/console/approvals")
async def show_inbox(visit: Visiting) -> Response:
    """Requests, payouts and proposals that wait, each part with its own time."""
    parts = await together(visit.context.settings.part_seconds, **_waiting(visit))
    return visit.page("approvals", parts=parts, services=list(DECIDES))


def _waiting(visit: Visit) -> dict[str, Coroutine[None, None, Answer]]:
    services = visit.services
    asked: dict[str, Coroutine[None, None, Answer]] = {}
    if visit.may(Scope.REQUESTS_APPROVE):
        asked["requests"] = services.get("card", "/v1/change-requests", {"state": "waiting", "limit": 50})
    if visit.may(Scope.PAYOUTS_APPROVE):
        asked["payouts"] = services.get("payment", "/v1/payout-batches", {"state": "submitted", "limit": 50})
    for name, scopes in DECIDES.items():
        if visit.may(*scopes):
            asked[name] = services.get(name, f"/v1/proposals/{name}", {"state": "submitted", "limit": 50})
    return asked
