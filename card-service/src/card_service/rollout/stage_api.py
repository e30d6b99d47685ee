"""Routes of a phase's opening, its stages and gates."""

from __future__ import annotations

from uuid import UUID

from approvals.errors import ProposalOpen
from approvals.schemas import ProposalReply
from card_service.context import Running, WithDependencies
from card_service.rollout import gates, openings
from card_service.rollout.errors import (
    DecisionInFuture,
    GateNotMet,
    GatePassed,
    GovernorateNotInSequence,
    PhaseNotFound,
    PhaseNotOpened,
    PhaseOpened,
    PhasePaused,
    StageNotNext,
)
from card_service.rollout.schemas import PhaseOut
from card_service.rollout.service import phase_of
from card_service.rollout.stage_schemas import GateOut, GatePassIn, GatesOut, ResolutionIn, StageIn
from card_service.rollout.stages import Stage, reached
from card_service.rollout.views import phase_out
from chassis.auth import Caller
from chassis.db import Reading, Work
from chassis.routing import router
from contracts.scopes import Scope

routes = router(tags=["rollout"])


@routes.post(
    "/v1/rollout-phases/{phase_id}/opening",
    scopes=Scope.ROLLOUT_WRITE,
    status_code=202,
    problems=(PhaseNotFound, DecisionInFuture, PhaseOpened, GovernorateNotInSequence, GateNotMet, ProposalOpen),
)
async def propose_opening(
    phase_id: UUID, given: ResolutionIn, caller: Caller, session: Work, runtime: Running
) -> ProposalReply:
    """Enter the decision of an authority that opens a phase; it is open when another person has approved.

    From then on its stages are kept: work is ordered in it as far as its gates have let it.
    """
    made = await openings.propose_opening(session, runtime, caller, phase_id, given)
    return ProposalReply.of(made, runtime.clock.now())


@routes.post(
    "/v1/rollout-phases/{phase_id}/gate-passes",
    scopes=Scope.ROLLOUT_WRITE,
    status_code=202,
    problems=(PhaseNotFound, DecisionInFuture, GatePassed, ProposalOpen),
)
async def propose_gate_pass(
    phase_id: UUID, given: GatePassIn, caller: Caller, session: Work, runtime: Running
) -> ProposalReply:
    """Enter a decision that lets a phase enter a stage although its gate is not met; another person approves."""
    made = await openings.propose_pass(session, runtime, caller, phase_id, given)
    return ProposalReply.of(made, runtime.clock.now())


@routes.post(
    "/v1/rollout-phases/{phase_id}/stage",
    scopes=Scope.ROLLOUT_WRITE,
    problems=(PhaseNotFound, PhaseNotOpened, PhasePaused, StageNotNext, GateNotMet),
)
async def enter_stage(
    phase_id: UUID, given: StageIn, caller: Caller, session: Work, deps: WithDependencies
) -> PhaseOut:
    """Let a phase enter the stage after its own, where its gate is met or was passed by a decision."""
    return await phase_out(session, await openings.move(session, deps, caller, phase_id, given.stage))


@routes.get(
    "/v1/rollout-phases/{phase_id}/gates", scopes=(Scope.ROLLOUT_READ, Scope.ROLLOUT_WRITE), problems=PhaseNotFound
)
async def read_gates(phase_id: UUID, caller: Caller, session: Reading, deps: WithDependencies) -> GatesOut:
    """What each gate of a phase asks for today, what was measured now, and by how much it is not met."""
    phase = await phase_of(session, caller, phase_id)
    found = [await gates.of_stage(session, deps, phase, stage) for stage in Stage]
    opened = phase.opened_at is not None
    entered = {stage: reached(phase.stage, stage) and (opened or stage is not Stage.PREPARE) for stage in Stage}
    return GatesOut(
        phase_id=phase_id,
        stage=phase.stage,
        opened_at=phase.opened_at,
        gates=[GateOut.of(gate, entered=entered[gate.stage]) for gate in found],
    )
