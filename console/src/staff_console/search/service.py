"""Use cases of the search box: where an id or a slip leads."""

from __future__ import annotations

from typing import Final
from uuid import UUID

from contracts.scopes import Scope
from staff_console.search.forms import Slip
from staff_console.services.client import Name
from staff_console.services.parts import together
from staff_console.web.visit import Visit

# Of what kind an id is: the page that shows it, where it is asked for, and who may. Ids of two kinds are never alike.
_KINDS: Final[tuple[tuple[str, Name, str, frozenset[Scope]], ...]] = (
    (
        "/console/requests", "card", "/v1/change-requests",
        frozenset({Scope.REQUESTS_READ, Scope.REQUESTS_WRITE, Scope.REQUESTS_APPROVE}),
    ),
    ("/console/cards", "card", "/v1/cards", frozenset({Scope.CARDS_READ, Scope.CARDS_WRITE})),
    ("/console/people", "card", "/v1/citizens", frozenset({Scope.CITIZENS_READ, Scope.CITIZENS_WRITE})),
    (
        "/console/payouts", "payment", "/v1/payout-batches",
        frozenset({Scope.PAYOUTS_READ, Scope.PAYOUTS_SUBMIT, Scope.PAYOUTS_APPROVE}),
    ),
    ("/console/outlets", "supply", "/v1/outlets", frozenset({Scope.OUTLETS_READ, Scope.OUTLETS_WRITE})),
    (
        "/console/terminals/outlets", "supply", "/v1/terminals",
        frozenset({Scope.TERMINALS_READ, Scope.TERMINALS_WRITE, Scope.TERMINALS_SUSPEND}),
    ),
    (
        "/console/terminals/clinics", "health", "/v1/clinic-terminals",
        frozenset({Scope.PROVIDERS_READ, Scope.PROVIDERS_WRITE, Scope.TERMINALS_SUSPEND}),
    ),
    ("/console/disputes", "supply", "/v1/disputes", frozenset({Scope.DISPUTES_WRITE, Scope.DISPUTES_APPROVE})),
)  # fmt: skip
_SITES: Final = 5  # a counter has one, a site's head few: whoever has more is asked for the holder's number


async def page_of(visit: Visit, known_by: UUID) -> str | None:
    """The page of whatever has this id and this person may see; None where there is none."""
    asked = {
        page: visit.services.get(service, f"{path}/{known_by}")
        for page, service, path, scopes in _KINDS
        if visit.may(*scopes)
    }
    parts = await together(visit.context.settings.part_seconds, **asked)
    return next((f"{page}/{known_by}" for page, part in parts.items() if part.state == "there"), None)


async def card_of(visit: Visit, slip: Slip) -> str | None:
    """The page of the card that a slip is for, among the appointments of that day at this person's own sites."""
    if not visit.may(Scope.CARDS_HANDOVER):
        return None
    sites = (await visit.services.get("card", "/v1/pickup-sites", {"limit": _SITES}))["items"]
    query: dict[str, str | int] = {"day": slip.day.isoformat(), "limit": 1000}
    for site in sites:
        booked = await visit.services.get("card", f"/v1/pickup-sites/{site['site_id']}/appointments", query)
        for one in booked["items"]:
            if slip.is_of(one["card_id"]):
                return f"/console/cards/{one['card_id']}"
    return None
