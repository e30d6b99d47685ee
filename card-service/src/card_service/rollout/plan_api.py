"""The start of a draft, which moves its phase."""

from __future__ import annotations

from uuid import UUID

from card_service.context import WithDependencies
from card_service.distribution.api import plan_out
from card_service.distribution.errors import PlanNotDraft, PlanNotFound, PlanUnderWay, WeekIsOver
from card_service.distribution.schemas import PlanOut
from card_service.rollout import service
from card_service.rollout.errors import PhaseNotFound, PhaseNotOpened, PhaseStateConflict, StageNotReached
from chassis.auth import Caller
from chassis.db import Work
from chassis.endpoints import Rate
from chassis.routing import router
from contracts.scopes import Scope

routes = router(tags=["rollout"])


@routes.post(
    "/v1/pickup-plans/{plan_id}/start",
    scopes=Scope.ROLLOUT_WRITE,
    status_code=202,
    problems=(
        PlanNotFound,
        PlanNotDraft,
        PhaseNotFound,
        PhaseNotOpened,
        StageNotReached,
        PhaseStateConflict,
        PlanUnderWay,
        WeekIsOver,
    ),
    rate=Rate.BULK,
    deadline=30,
)
async def start_plan(plan_id: UUID, caller: Caller, session: Work, deps: WithDependencies) -> PlanOut:
    """Carry out a draft that was looked at, computed anew: what it showed, where nothing has changed since."""
    return await plan_out(session, await service.start_plan(session, deps, caller, plan_id))
