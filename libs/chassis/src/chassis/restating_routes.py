"""Admin API of state told again: operators order it, and see how far it has come at either end."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from typing import Annotated, Final
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field

from chassis.area import OF_THE_NATION, OutsideBound
from chassis.auth import Caller
from chassis.db import Reading, Work
from chassis.problems import NotFound
from chassis.restating import models, orders
from chassis.routing import Router, router
from contracts.scopes import Scope

MOST_SHOWN: Final = 50


class RestatementIn(BaseModel):
    """What is to be told again, and why."""

    model_config = ConfigDict(extra="forbid")

    subject: Annotated[str, Field(min_length=1, max_length=64)]
    reason: Annotated[str, Field(min_length=1, max_length=300)]


class RestatementOut(BaseModel):
    """An order: waiting, running, done, or dropped. `told` of `expected` rows; the latter counted as it began."""

    model_config = ConfigDict(from_attributes=True)

    restatement_id: UUID
    subject: str
    state: str
    ordered_by: str
    reason: str
    ordered_at: datetime
    begun_at: datetime | None
    finished_at: datetime | None
    told: int
    expected: int | None


class ReadModelOut(BaseModel):
    """A copy of another service's data that lacks or lacked a fact; complete when all that was told was heard."""

    model_config = ConfigDict(from_attributes=True)

    subject: str
    fact: str
    lacking_since: datetime
    asked_at: datetime | None
    complete_at: datetime | None
    heard: int | None
    told: int | None


class Restatements(BaseModel):
    """The latest orders to this service, the newest first, and its own copies of others' data."""

    orders: list[RestatementOut]
    read_models: list[ReadModelOut]


class SubjectUnknown(NotFound):
    """This service tells nothing of that name"""

    code = "subject_unknown"
    title_ar = "لا توجد بيانات بهذا الاسم في هذه الخدمة"


def restating_routes(name: str, subjects: Collection[str]) -> Router:
    """The routes of a service of this name, under `/v1/operations/{name}`; `subjects`: what it can tell again."""
    routes = router(tags=["operations"])
    base = f"/v1/operations/{name}/restatements"

    @routes.get(
        base,
        scopes=(Scope.OPERATIONS_READ, Scope.OPERATIONS_WRITE),
        operation_id=f"{name}_list_restatements",
    )
    async def list_restatements(session: Reading) -> Restatements:
        """How far this service has come in telling its state again, and which of its own copies lack a fact."""
        return Restatements(
            orders=[RestatementOut.model_validate(one) for one in await orders.latest(session, MOST_SHOWN)],
            read_models=[ReadModelOut.model_validate(one) for one in await models.states(session)],
        )

    if not subjects:
        return routes

    @routes.post(
        base,
        scopes=Scope.OPERATIONS_WRITE,
        status_code=202,
        problems=(SubjectUnknown, OutsideBound),
        operation_id=f"{name}_order_restatement",
    )
    async def order_restatement(given: RestatementIn, caller: Caller, session: Work) -> RestatementOut:
        """Tell the state of a subject again, row by row; nothing changes for readers that have all of it.

        An order that has not begun is given again instead of another.
        """
        caller.bound.ensure_covers(OF_THE_NATION)
        if given.subject not in subjects:
            raise SubjectUnknown(
                f"Known are {', '.join(sorted(subjects))}.", detail_ar="راجع أسماء البيانات المتاحة في هذه الخدمة."
            )
        made = await orders.order(session, given.subject, caller.actor.who, given.reason)
        return RestatementOut.model_validate(made)

    return routes
