"""Who saw my data: the citizen's right to ask."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated
from uuid import UUID

from fastapi import Query
from pydantic import BaseModel

from card_service.accesses import repository
from card_service.registry import repository as registry
from card_service.scopes import ReadsCitizens, ensure_visible
from chassis.app import router
from chassis.db import Reading
from chassis.problems import NotFound

routes = router(tags=["citizens"])


class AccessOut(BaseModel):
    """One access to a citizen's record."""

    access_id: UUID
    subject: str
    action: str
    purpose: str
    request_id: str
    accessed_at: datetime


class AccessPage(BaseModel):
    """Accesses, the newest first."""

    items: list[AccessOut]
    next: UUID | None


@routes.get("/v1/citizens/{citizen_id}/accesses")
async def list_accesses(
    citizen_id: UUID,
    caller: ReadsCitizens,
    session: Reading,
    after: Annotated[UUID | None, Query(description="`next` of the page before")] = None,
    limit: Annotated[int, Query(ge=1, le=500)] = 100,
) -> AccessPage:
    """Who looked at or changed the record of a citizen, when, how and what for."""
    citizen = await registry.find_citizen(session, citizen_id)
    if citizen is None:
        raise NotFound
    ensure_visible(caller, citizen.governorate)
    found = await repository.of_citizen(session, citizen_id, after, limit + 1)
    items = [
        AccessOut(
            access_id=access.access_id,
            subject=access.subject,
            action=access.action,
            purpose=access.purpose,
            request_id=access.request_id,
            accessed_at=access.accessed_at,
        )
        for access in found[:limit]
    ]
    return AccessPage(items=items, next=items[-1].access_id if len(found) > limit else None)
