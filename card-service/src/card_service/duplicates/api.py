"""Routes of likely duplicates."""

from __future__ import annotations

from typing import Annotated, Any
from uuid import UUID

from fastapi import Query
from sqlalchemy.ext.asyncio import AsyncSession

from card_service.context import WithDependencies
from card_service.dependencies import Dependencies
from card_service.duplicates import repository, service
from card_service.duplicates.errors import DuplicateDecided, DuplicateUnknown, KeptUnknown
from card_service.duplicates.repository import Duplicate
from card_service.duplicates.schemas import DecisionIn, DuplicateListed, DuplicateOut, DuplicatePage, State
from card_service.registry import repository as register
from card_service.registry.api import citizen_out
from chassis.auth import Caller
from chassis.db import Recording, Work
from chassis.endpoints import PEOPLE
from chassis.paging import Paging, by_id
from chassis.places import GovernorateCode
from chassis.records.acts import Rows
from chassis.routing import router
from contracts.scopes import Scope

routes = router(tags=["citizens"])
READS = (Scope.CITIZENS_READ, Scope.CITIZENS_WRITE)


def _fields(one: Duplicate) -> dict[str, Any]:
    return {
        "duplicate_id": one.duplicate_id,
        "first": {"citizen_id": one.first_id, "household_id": one.first_household},
        "second": {"citizen_id": one.second_id, "household_id": one.second_household},
        "score": one.score,
        "reasons": one.reasons,
        "state": one.state,
        "kept": one.kept,
        "settled": one.settled,
        "found_at": one.found_at,
    }


async def _whole(session: AsyncSession, deps: Dependencies, one: Duplicate) -> DuplicateOut:
    citizens = await register.by_ids(session, [one.first_id, one.second_id])
    return DuplicateOut.model_validate({**_fields(one), "citizens": [citizen_out(deps, each) for each in citizens]})


@routes.get("/v1/duplicates", scopes=READS, purpose="duplicates")
async def list_duplicates(
    caller: Caller,
    session: Recording,
    page: Annotated[Paging[UUID], by_id(100, 500)],
    state: State = "open",
    governorate: Annotated[GovernorateCode | None, Query()] = None,
) -> DuplicatePage:
    """Citizens of the caller's area who may be one person registered twice."""
    found = await repository.page(session, caller.bound, state, governorate, page)
    items = [DuplicateListed.model_validate(_fields(one)) for one in found]
    return DuplicatePage.of(page, items, lambda one: one.duplicate_id)


@routes.get("/v1/duplicates/{duplicate_id}", scopes=READS, problems=DuplicateUnknown, purpose="duplicates")
async def read_duplicate(
    duplicate_id: UUID, caller: Caller, session: Recording, deps: WithDependencies
) -> DuplicateOut:
    """Two citizens side by side, as registered, and why they may be one."""
    return await _whole(session, deps, await service.duplicate_of(session, caller, duplicate_id))


@routes.post(
    "/v1/duplicates/{duplicate_id}/decision",
    scopes=Scope.CITIZENS_WRITE,
    callers=PEOPLE,
    step_up=True,
    problems=(DuplicateUnknown, DuplicateDecided, KeptUnknown),
    rows=Rows("duplicate", "duplicate_id"),
    purpose="duplicates",
)
async def decide_duplicate(
    duplicate_id: UUID, given: DecisionIn, caller: Caller, session: Work, deps: WithDependencies
) -> DuplicateOut:
    """Say that they are different people, which is remembered, or one person, and who of them goes on."""
    return await _whole(session, deps, await service.decide(session, deps, caller, duplicate_id, given))
