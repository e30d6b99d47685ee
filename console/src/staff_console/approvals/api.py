"""Route of the approvals inbox."""

from __future__ import annotations

from collections.abc import Coroutine

from fastapi import APIRouter
from starlette.responses import Response

from contracts.scopes import Scope
from staff_console.documents import Answer
from staff_console.services.client import NAMES
from staff_console.services.parts import together
from staff_console.services.rights import sees
from staff_console.web.visit import Visit, Visiting

routes = APIRouter()


@routes.get("/console/approvals")
async def show_inbox(visit: Visiting) -> Response:
    """Requests, payouts, roles and proposals that wait, each part with its own time."""
    parts = await together(visit.context.settings.part_seconds, **_waiting(visit))
    return visit.page("approvals", parts=parts, services=NAMES)


def _waiting(visit: Visit) -> dict[str, Coroutine[None, None, Answer]]:
    services = visit.services
    asked: dict[str, Coroutine[None, None, Answer]] = {}
    if visit.may(Scope.REQUESTS_APPROVE):
        asked["requests"] = services.get("card", "/v1/change-requests", {"state": "waiting", "limit": 50})
    if visit.may(Scope.PAYOUTS_APPROVE):
        asked["payouts"] = services.get("payment", "/v1/payout-batches", {"state": "submitted", "limit": 50})
    if visit.may(Scope.GRANTS_DECIDE):
        asked["grants"] = services.get("gateway", "/v1/role-grants", {"state": "asked", "limit": 50})
    for name in NAMES:
        if visit.may(*sees(name)):
            asked[name] = services.get(name, f"/v1/proposals/{name}", {"state": "submitted", "limit": 50})
    return asked
