"""Use cases of the desk of outlets: a list with its count, and an outlet with all that is known of it."""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine, Mapping
from datetime import date
from typing import Final
from uuid import UUID

from contracts.scopes import Scope
from staff_console.documents import Answer, Document
from staff_console.services.parts import Part, together
from staff_console.web.pager import query_of
from staff_console.web.visit import Visit

MOST: Final = 50
_DAYS: Final = 14
_DISPUTES: Final = 20


async def listed(visit: Visit, asked: Mapping[str, str], after: UUID | None) -> tuple[Answer, int]:
    """A page of the outlets, and how many all pages have."""
    query = query_of(asked, MOST, after)
    told, counted = await asyncio.gather(
        visit.services.get("supply", "/v1/outlets", query),
        visit.services.get("supply", "/v1/outlet-counts", dict(asked)),
    )
    return told, int(counted["count"])


async def outlet(visit: Visit, outlet_id: UUID) -> Document:
    """An outlet. Raises ServiceRefused or ServiceSilent."""
    found: Document = await visit.services.get("supply", f"/v1/outlets/{outlet_id}")
    return found


def name_of(visit: Visit, found: Document) -> str:
    """What an outlet is called in the reader's language."""
    return str(found["name_ar" if visit.language == "ar" else "name_en"])


async def beside(visit: Visit, outlet_id: UUID) -> dict[str, Part]:
    """What is known of an outlet: terminals, missing sales, disputes and closed days, as far as its reader may see."""
    services, path, parts = visit.services, f"/v1/outlets/{outlet_id}", dict[str, Coroutine[None, None, Answer]]()
    of = {"outlet_id": str(outlet_id)}
    if visit.may(Scope.TERMINALS_READ, Scope.TERMINALS_WRITE):
        parts["terminals"] = services.get("supply", f"{path}/terminals")
    if visit.may(Scope.DISPUTES_WRITE, Scope.DISPUTES_APPROVE):
        parts["gaps"] = services.get("supply", "/v1/offline-gaps", of)
        parts["disputes"] = services.get("supply", "/v1/disputes", {**of, "state": "open", "limit": _DISPUTES})
    if visit.may(Scope.DAYS_READ):
        parts["days"] = services.get("supply", f"{path}/days", {"limit": _DAYS})
    return await together(visit.context.settings.part_seconds, **parts)


async def day(visit: Visit, outlet_id: UUID, of: date) -> tuple[Document, dict[str, Part]]:
    """A business day of an outlet, and what it is settled at where its reader may see that."""
    found: Document = await visit.services.get("supply", f"/v1/outlets/{outlet_id}/days/{of}")
    parts: dict[str, Coroutine[None, None, Answer]] = {}
    if visit.may(Scope.SETTLEMENTS_READ):
        query = {"day": of.isoformat(), "outlet_id": str(outlet_id)}
        parts["settlements"] = visit.services.get("supply", "/v1/settlements", query)
    return found, await together(visit.context.settings.part_seconds, **parts)
