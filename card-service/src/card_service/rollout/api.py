"""Routes of roll-out phases and activations."""

from __future__ import annotations

from typing import Annotated
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from card_service.context import WithDependencies
from card_service.distribution.errors import PlanUnderWay, WeekIsOver
from card_service.distribution.schemas import PlanAccepted, PlanIn
from card_service.rollout import activations, repository, service
from card_service.rollout.errors import (
    ActivationNotFound,
    ActivationUnderWay,
    PhaseExists,
    PhaseNotFound,
    PhaseStateConflict,
    ServiceNotInPhase,
)
from card_service.rollout.models import Phase
from card_service.rollout.phases import Step
from card_service.rollout.schemas import (
    ActivationAccepted,
    ActivationIn,
    ActivationOut,
    PhaseCounters,
    PhaseIn,
    PhaseOut,
    PhasePage,
)
from chassis.auth import Caller
from chassis.db import Reading, Work
from chassis.endpoints import Rate
from chassis.paging import Paging, by_id
from chassis.routing import router
from contracts.card import ProgrammeService
from contracts.scopes import Scope

routes = router(tags=["rollout"])


async def _phase_out(session: AsyncSession, phase: Phase) -> PhaseOut:
    counted = await repository.counters(session, phase)
    return PhaseOut(
        phase_id=phase.phase_id,
        name=phase.name,
        governorate=phase.governorate,
        sequence=phase.sequence,
        services=[ProgrammeService(one) for one in phase.services],
        state=phase.state,
        counters=PhaseCounters(
            registered_households=counted.registered_households,
            registered_citizens=counted.registered_citizens,
            planned=counted.planned,
            issued=counted.issued,
            activated=counted.activated,
            blocked=counted.blocked,
        ),
    )


@routes.post("/v1/rollout-phases", scopes=Scope.ROLLOUT_WRITE, status_code=201, problems=PhaseExists)
async def create_phase(given: PhaseIn, caller: Caller, session: Work, deps: WithDependencies) -> PhaseOut:
    """Enter a stage of the roll-out."""
    return await _phase_out(session, await service.create_phase(session, deps, caller, given))


@routes.get("/v1/rollout-phases", scopes=(Scope.ROLLOUT_READ, Scope.ROLLOUT_WRITE))
async def list_phases(caller: Caller, session: Reading, page: Annotated[Paging[UUID], by_id(50, 100)]) -> PhasePage:
    """The phases the caller may see, each with its counters."""
    found = await repository.phases(session, caller.bound, page)
    items = [await _phase_out(session, phase) for phase in found]
    return PhasePage.of(page, items, lambda phase: phase.phase_id)


@routes.get("/v1/rollout-phases/{phase_id}", scopes=(Scope.ROLLOUT_READ, Scope.ROLLOUT_WRITE), problems=PhaseNotFound)
async def read_phase(phase_id: UUID, caller: Caller, session: Reading) -> PhaseOut:
    """A phase with its counters."""
    return await _phase_out(session, await service.phase_of(session, caller, phase_id))


@routes.post(
    "/v1/rollout-phases/{phase_id}/pause", scopes=Scope.ROLLOUT_WRITE, problems=(PhaseNotFound, PhaseStateConflict)
)
async def pause_phase(phase_id: UUID, caller: Caller, session: Work) -> PhaseOut:
    """Stop a phase: its plans and activations wait where they are, cards already active stay so."""
    await service.move_phase(session, caller, phase_id, Step.PAUSE)
    return await _phase_out(session, await service.phase_of(session, caller, phase_id))


@routes.post(
    "/v1/rollout-phases/{phase_id}/resumption", scopes=Scope.ROLLOUT_WRITE, problems=(PhaseNotFound, PhaseStateConflict)
)
async def resume_phase(phase_id: UUID, caller: Caller, session: Work) -> PhaseOut:
    """Let a paused phase go on from where it was."""
    await service.move_phase(session, caller, phase_id, Step.RESUME)
    return await _phase_out(session, await service.phase_of(session, caller, phase_id))


@routes.post(
    "/v1/rollout-phases/{phase_id}/pickup-plans",
    scopes=Scope.ROLLOUT_WRITE,
    status_code=202,
    problems=(PhaseNotFound, PhaseStateConflict, PlanUnderWay, WeekIsOver),
    rate=Rate.BULK,
    deadline=30,
)
async def order_plan(
    phase_id: UUID, given: PlanIn, caller: Caller, session: Work, deps: WithDependencies
) -> PlanAccepted:
    """Invite citizens of the phase's governorate to collect their cards in some weeks, each at a site and an hour.

    With `draft` nobody is invited: what the plan would come to is computed, to be looked at and started.
    """
    return await service.order_plan(session, deps, caller, phase_id, given)


@routes.post(
    "/v1/rollout-phases/{phase_id}/activations",
    scopes=Scope.ROLLOUT_WRITE,
    status_code=202,
    problems=(PhaseNotFound, PhaseStateConflict, ServiceNotInPhase, ActivationUnderWay),
    rate=Rate.BULK,
    deadline=30,
)
async def order_activation(
    phase_id: UUID, given: ActivationIn, caller: Caller, session: Work, deps: WithDependencies
) -> ActivationAccepted:
    """Activate the cards of a phase that were handed over so far, for some of its services.

    Cards that are active already get those of the services they lack, but for what was switched off on them.
    """
    return ActivationAccepted(id=await activations.order(session, deps, caller, phase_id, given))


@routes.get(
    "/v1/activations/{activation_id}", scopes=(Scope.ROLLOUT_READ, Scope.ROLLOUT_WRITE), problems=ActivationNotFound
)
async def read_activation(activation_id: UUID, caller: Caller, session: Reading) -> ActivationOut:
    """How far an activation has come."""
    found = await activations.find(session, caller, activation_id)
    return ActivationOut(
        id=found.activation_id,
        phase_id=found.phase_id,
        status=found.status,
        holders=found.holders,
        services=[ProgrammeService(one) for one in found.services],
        activated=found.activated,
    )
