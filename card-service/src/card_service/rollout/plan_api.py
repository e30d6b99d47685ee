"""The plans of a phase, and the start of a draft, which moves its phase."""

from __future__ import annotations

from typing import Annotated
from uuid import UUID

from card_service.context import WithDependencies
from card_service.distribution import plan_repository
from card_service.distribution.api import plan_out
from card_service.distribution.errors import PlanNotDraft, PlanNotFound, PlanUnderWay, WeekIsOver
from card_service.distribution.schemas import PlanBrief, PlanOut, PlanPage
from card_service.rollout import service
from card_service.rollout.errors import PhaseNotFound, PhaseNotOpened, PhaseStateConflict, StageNotReached
from chassis.auth import Caller
from chassis.db import Reading, Work
from chassis.endpoints import Rate
from chassis.paging import LAST_ID, Paging, by_id
from chassis.routing import router
from contracts.scopes import Scope

routes = router(tags=["rollout"])


@routes.get(
    "/v1/rollout-phases/{phase_id}/pickup-plans",
    scopes=(Scope.ROLLOUT_READ, Scope.ROLLOUT_WRITE),
    problems=PhaseNotFound,
)
async def list_plans(
    phase_id: UUID, caller: Caller, session: Reading, page: Annotated[Paging[UUID], by_id(50, 200, LAST_ID)]
) -> PlanPage:
    """The plans and drafts of a phase, the newest first."""
    phase = await service.phase_of(session, caller, phase_id)
    found = await plan_repository.of_phase(session, phase.phase_id, page)
    return PlanPage.of(page, [PlanBrief.of(plan) for plan in found], lambda plan: plan.id)


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
