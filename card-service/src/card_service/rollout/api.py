"""Routes of roll-out phases and activations."""

from __future__ import annotations

from typing import Annotated
from uuid import UUID

from approvals.errors import ProposalOpen
from approvals.schemas import ProposalReply
from card_service.context import Running, WithDependencies
from card_service.distribution.errors import PlanUnderWay, WeekIsOver
from card_service.distribution.schemas import PlanAccepted, PlanIn
from card_service.rollout import activations, repository, service, takeback_repository, takebacks
from card_service.rollout.errors import (
    ActivationNotFound,
    ActivationNotOver,
    ActivationTaken,
    ActivationUnderWay,
    PhaseExists,
    PhaseNotFound,
    PhaseNotOpened,
    PhaseStateConflict,
    ServiceNotInPhase,
    StageNotReached,
)
from card_service.rollout.phases import Step
from card_service.rollout.schemas import (
    ActivationAccepted,
    ActivationIn,
    ActivationOut,
    PhaseIn,
    PhaseOut,
    PhasePage,
    TakingBackOut,
)
from card_service.rollout.stage_schemas import TakingBackIn
from card_service.rollout.views import phase_out
from chassis.auth import Caller
from chassis.db import Reading, Work
from chassis.endpoints import Rate
from chassis.paging import Paging, by_id
from chassis.routing import router
from contracts.card import ProgrammeService
from contracts.scopes import Scope

routes = router(tags=["rollout"])


@routes.post("/v1/rollout-phases", scopes=Scope.ROLLOUT_WRITE, status_code=201, problems=PhaseExists)
async def create_phase(given: PhaseIn, caller: Caller, session: Work, deps: WithDependencies) -> PhaseOut:
    """Enter a stage of the roll-out."""
    return await phase_out(session, await service.create_phase(session, deps, caller, given))


@routes.get("/v1/rollout-phases", scopes=(Scope.ROLLOUT_READ, Scope.ROLLOUT_WRITE))
async def list_phases(caller: Caller, session: Reading, page: Annotated[Paging[UUID], by_id(50, 100)]) -> PhasePage:
    """The phases the caller may see, each with its counters."""
    found = await repository.phases(session, caller.bound, page)
    items = [await phase_out(session, phase) for phase in found]
    return PhasePage.of(page, items, lambda phase: phase.phase_id)


@routes.get("/v1/rollout-phases/{phase_id}", scopes=(Scope.ROLLOUT_READ, Scope.ROLLOUT_WRITE), problems=PhaseNotFound)
async def read_phase(phase_id: UUID, caller: Caller, session: Reading) -> PhaseOut:
    """A phase with its counters."""
    return await phase_out(session, await service.phase_of(session, caller, phase_id))


@routes.post(
    "/v1/rollout-phases/{phase_id}/pause", scopes=Scope.ROLLOUT_WRITE, problems=(PhaseNotFound, PhaseStateConflict)
)
async def pause_phase(phase_id: UUID, caller: Caller, session: Work) -> PhaseOut:
    """Stop a phase: its plans and activations wait where they are, cards already active stay so."""
    await service.move_phase(session, caller, phase_id, Step.PAUSE)
    return await phase_out(session, await service.phase_of(session, caller, phase_id))


@routes.post(
    "/v1/rollout-phases/{phase_id}/resumption", scopes=Scope.ROLLOUT_WRITE, problems=(PhaseNotFound, PhaseStateConflict)
)
async def resume_phase(phase_id: UUID, caller: Caller, session: Work) -> PhaseOut:
    """Let a paused phase go on from where it was."""
    await service.move_phase(session, caller, phase_id, Step.RESUME)
    return await phase_out(session, await service.phase_of(session, caller, phase_id))


@routes.post(
    "/v1/rollout-phases/{phase_id}/pickup-plans",
    scopes=Scope.ROLLOUT_WRITE,
    status_code=202,
    problems=(
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
    problems=(
        PhaseNotFound,
        PhaseNotOpened,
        StageNotReached,
        PhaseStateConflict,
        ServiceNotInPhase,
        ActivationUnderWay,
    ),
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
    taking = await takeback_repository.find(session, activation_id)
    return ActivationOut(
        id=found.activation_id,
        phase_id=found.phase_id,
        status=found.status,
        holders=found.holders,
        services=[ProgrammeService(one) for one in found.services],
        activated=found.activated,
        cohort=found.cohort,
        remaining=found.remaining,
        rate=found.rate,
        started_at=found.started_at,
        finished_at=found.finished_at,
        taking_back=TakingBackOut(
            reason=taking.reason, status=taking.status, taken_back=taking.taken_back, left_alone=taking.left_alone
        )
        if taking
        else None,
    )


@routes.post(
    "/v1/activations/{activation_id}/taking-back",
    scopes=Scope.ROLLOUT_WRITE,
    status_code=202,
    problems=(ActivationNotFound, ActivationNotOver, ActivationTaken, ProposalOpen),
)
async def propose_taking_back(
    activation_id: UUID, given: TakingBackIn, caller: Caller, session: Work, runtime: Running
) -> ProposalReply:
    """Propose to take back what an activation gave its cards; it is, chunk by chunk, once another person has approved.

    A card without any other service is as it was when it was handed over; its holder is told by SMS. What has been
    drawn stays drawn, and a later activation of the phase activates it again.
    """
    made = await takebacks.propose(session, runtime, caller, activation_id, given)
    return ProposalReply.of(made, runtime.clock.now())
