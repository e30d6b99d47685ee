"""Openings, gates passed by decision, and moves from stage to stage.

An opening and a pass record what an authority has decided: one person enters it, another approves. A move is then an
order of one, since only measured figures or such a decision let it through.
"""

from __future__ import annotations

from datetime import date
from typing import Final
from uuid import UUID

from pydantic import BaseModel, ConfigDict
from sqlalchemy.ext.asyncio import AsyncSession

from approvals.kinds import Kind
from approvals.model import Proposal
from card_service.context import Runtime
from card_service.dependencies import Dependencies
from card_service.keys import ROLLOUT_ORDER
from card_service.proposals import PROPOSALS
from card_service.rollout import gates, stage_repository
from card_service.rollout.errors import (
    DecisionInFuture,
    GatePassed,
    GovernorateNotInSequence,
    PhaseNotFound,
    PhaseNotOpened,
    PhaseOpened,
    PhasePaused,
    StageNotNext,
)
from card_service.rollout.models import GatePass, Phase, Resolution
from card_service.rollout.phases import PhaseState
from card_service.rollout.repository import find_phase
from card_service.rollout.service import changed, phase_of
from card_service.rollout.stage_schemas import GatePassIn, ResolutionIn
from card_service.rollout.stages import Stage, following
from chassis import outbox
from chassis.principal import Principal
from contracts.scopes import Scope


class _Opening(BaseModel):
    """What is decided: that this resolution opens the phase."""

    model_config = ConfigDict(extra="forbid")

    phase_id: UUID
    authority: str
    number: str
    decided_on: date
    document: str

    @property
    def resolution(self) -> Resolution:
        return Resolution(self.authority, self.number, self.decided_on, self.document)


class _Pass(_Opening):
    """What is decided: that this resolution lets the phase through a gate that is not met."""

    stage: Stage
    reason: str


async def propose_opening(
    session: AsyncSession, runtime: Runtime, caller: Principal, phase_id: UUID, given: ResolutionIn
) -> Proposal:
    """Propose to open a phase by an authority's decision.

    Raises PhaseNotFound, DecisionInFuture, PhaseOpened, GovernorateNotInSequence, GateNotMet or ProposalOpen.
    """
    phase = await phase_of(session, caller, phase_id)
    _ensure_past(runtime.state.dependencies, given.decided_on)
    await _ensure_may_open(session, runtime.state.dependencies, phase)
    content = _Opening(phase_id=phase_id, **given.model_dump()).model_dump(mode="json")
    return await PROPOSALS.enter(session, runtime, caller, OPENING, str(phase_id), content, area=phase.area)


async def propose_pass(
    session: AsyncSession, runtime: Runtime, caller: Principal, phase_id: UUID, given: GatePassIn
) -> Proposal:
    """Propose to let a phase through a gate that is not met. Raises as `propose_opening`, or GatePassed."""
    phase = await phase_of(session, caller, phase_id)
    _ensure_past(runtime.state.dependencies, given.decided_on)
    if given.stage in await stage_repository.passes(session, phase_id):
        raise GatePassed(detail_ar="انتقل إلى الخطوة مباشرة.")
    content = _Pass(phase_id=phase_id, **given.model_dump()).model_dump(mode="json")
    subject = f"{phase_id} {given.stage}"
    return await PROPOSALS.enter(session, runtime, caller, PASS, subject, content, area=phase.area)


async def move(session: AsyncSession, deps: Dependencies, caller: Principal, phase_id: UUID, stage: Stage) -> Phase:
    """Let a phase enter the next stage.

    Raises PhaseNotFound, PhaseNotOpened, PhasePaused, StageNotNext or GateNotMet.
    """
    phase = await phase_of(session, caller, phase_id, lock=True)
    if phase.opened_at is None:
        raise PhaseNotOpened(detail_ar="سجّل قرار بدء المرحلة أولاً.")
    if phase.state is PhaseState.PAUSED:
        raise PhasePaused(detail_ar="استأنف المرحلة أولاً.")
    if following(phase.stage) is not stage:
        after = following(phase.stage)
        raise StageNotNext(stage=str(phase.stage), next=None if after is None else str(after))
    gate = await gates.ensure_open(session, deps, phase, stage)
    await _enter(session, deps, phase, gate, caller.subject)
    return await phase_of(session, caller, phase_id)


async def _enter(session: AsyncSession, deps: Dependencies, phase: Phase, gate: gates.Gate, by: str) -> None:
    conditions = [condition.record() for condition in gate.conditions]
    await stage_repository.set_stage(session, phase.phase_id, gate.stage)
    await stage_repository.add_reached(session, phase.phase_id, gate.stage, by, list(conditions), deps.now())
    await outbox.add(session, changed(phase, phase.state, gate.stage))


def _ensure_past(deps: Dependencies, decided_on: date) -> None:
    if decided_on > deps.today():
        raise DecisionInFuture(detail_ar="راجع تاريخ القرار.")


async def _ensure_may_open(session: AsyncSession, deps: Dependencies, phase: Phase) -> gates.Gate:
    if phase.opened_at is not None:
        raise PhaseOpened(detail_ar="لا يسجل قرار البدء مرتين.")
    if ROLLOUT_ORDER.find(deps.policies.book, deps.today(), governorate=phase.governorate) is None:
        raise GovernorateNotInSequence(detail_ar="أدرج المحافظة في ترتيب التطبيق أولاً.")
    return await gates.ensure_open(session, deps, phase, Stage.PREPARE)


async def _locked(session: AsyncSession, phase_id: UUID) -> Phase:
    phase = await find_phase(session, phase_id, lock=True)
    if phase is None:
        raise PhaseNotFound
    return phase


async def _open(session: AsyncSession, runtime: Runtime, proposal: Proposal, approver: Principal) -> None:
    wanted, deps = _Opening.model_validate(proposal.content), runtime.state.dependencies
    phase = await _locked(session, wanted.phase_id)
    gate = await _ensure_may_open(session, deps, phase)
    await stage_repository.open_phase(
        session, phase.phase_id, wanted.resolution, proposal.proposal_id, approver.subject, deps.now()
    )
    if phase.stage is Stage.PREPARE:
        await _enter(session, deps, phase, gate, approver.subject)


async def _pass(session: AsyncSession, runtime: Runtime, proposal: Proposal, approver: Principal) -> None:
    wanted = _Pass.model_validate(proposal.content)
    now = runtime.state.dependencies.now()
    given = GatePass(wanted.stage, wanted.resolution, wanted.reason, approver.subject, now)
    if not await stage_repository.add_pass(session, wanted.phase_id, given, proposal.proposal_id):
        raise GatePassed(detail_ar="انتقل إلى الخطوة مباشرة.")


OPENING: Final[Kind[Runtime]] = PROPOSALS.kinds.declare(
    Kind(name="phase-opening", enters=Scope.ROLLOUT_WRITE, decides=Scope.ROLLOUT_APPROVE, execute=_open)
)
PASS: Final[Kind[Runtime]] = PROPOSALS.kinds.declare(
    Kind(name="gate-pass", enters=Scope.ROLLOUT_WRITE, decides=Scope.ROLLOUT_APPROVE, execute=_pass)
)
