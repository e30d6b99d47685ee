"""Use cases of roll-out phases."""

from __future__ import annotations

from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from card_service.dependencies import Dependencies
from card_service.distribution import plans
from card_service.distribution.models import Plan
from card_service.distribution.schemas import PlanAccepted, PlanIn
from card_service.keys import OPENING_DECIDED
from card_service.rollout import repository, stages
from card_service.rollout.errors import (
    PhaseExists,
    PhaseNotFound,
    PhaseNotOpened,
    PhaseStateConflict,
    StageNotReached,
)
from card_service.rollout.models import Phase
from card_service.rollout.phases import IllegalStep, PhaseState, Step, after
from card_service.rollout.schemas import PhaseIn
from card_service.rollout.stages import Stage
from card_service.scopes import ensure_own
from chassis import outbox
from chassis.ids import new_id
from chassis.principal import Principal
from contracts.rollout import RolloutPhaseChanged


async def create_phase(session: AsyncSession, deps: Dependencies, caller: Principal, given: PhaseIn) -> Phase:
    """Enter a phase, planned. Raises PhaseExists."""
    ensure_own(caller, given.governorate)
    services = tuple(sorted({str(service) for service in given.services}))
    phase = Phase(
        new_id(), given.name, given.governorate, given.sequence, services, given.production, PhaseState.PLANNED, None
    )
    if not await repository.create_phase(session, phase, deps.now()):
        raise PhaseExists(detail_ar="اختر اسماً وترتيباً آخرين.")
    await outbox.add(session, changed(phase, PhaseState.PLANNED, Stage.PREPARE))
    return phase


def changed(phase: Phase, state: PhaseState, stage: Stage) -> RolloutPhaseChanged:
    """The event of a phase that stands so from now on."""
    return RolloutPhaseChanged(
        phase_id=phase.phase_id, governorate=phase.governorate, name=phase.name, state=str(state), stage=str(stage)
    )


async def phase_of(session: AsyncSession, caller: Principal, phase_id: UUID, *, lock: bool = False) -> Phase:
    """A phase the caller may see. Raises PhaseNotFound."""
    return caller.bound.own(await repository.find_phase(session, phase_id, lock=lock), PhaseNotFound)


async def move_phase(session: AsyncSession, caller: Principal, phase_id: UUID, step: Step) -> Phase:
    """Move a phase by a step the caller orders. Raises PhaseNotFound, PhaseStateConflict."""
    phase = await phase_of(session, caller, phase_id, lock=True)
    await take_step(session, phase, step)
    return phase


async def take_step(session: AsyncSession, phase: Phase, step: Step) -> None:
    """Move a phase whose row is locked. Raises PhaseStateConflict."""
    try:
        state = after(phase.state, step, phase.state_before_pause)
    except IllegalStep as error:
        raise PhaseStateConflict.of(phase.state, step) from error
    if state is phase.state:
        return
    stage = phase.stage if phase.opened_at else stages.implied(phase.stage, state)
    before = phase.state if state is PhaseState.PAUSED else None
    await repository.set_state(session, phase.phase_id, state, before, stage)
    await outbox.add(session, changed(phase, state, stage))


async def order_step(session: AsyncSession, deps: Dependencies, caller: Principal, phase_id: UUID, step: Step) -> Phase:
    """Move a phase by work that is ordered in it, which its stage must let.

    Raises PhaseNotFound, PhaseNotOpened, StageNotReached or PhaseStateConflict.
    """
    phase = await phase_of(session, caller, phase_id, lock=True)
    if phase.opened_at is None:
        if deps.figure(OPENING_DECIDED):
            raise PhaseNotOpened(detail_ar="سجّل قرار بدء المرحلة أولاً.")
    elif not stages.allows(phase.stage, step):
        raise StageNotReached.of(phase.stage, stages.NEEDS[step])
    await take_step(session, phase, step)
    return phase


async def order_plan(
    session: AsyncSession, deps: Dependencies, caller: Principal, phase_id: UUID, given: PlanIn
) -> PlanAccepted:
    """Order a pick-up plan for a phase, or its draft, which leaves the phase where it is.

    Raises WeekIsOver, what `order_step` raises, PlanUnderWay.
    """
    plans.ensure_ahead(deps, given.week_start, given.weeks)
    if given.draft:
        await phase_of(session, caller, phase_id)
    else:
        await order_step(session, deps, caller, phase_id, Step.DISTRIBUTE)
    return await plans.order(session, deps, caller, phase_id, given)


async def start_plan(session: AsyncSession, deps: Dependencies, caller: Principal, plan_id: UUID) -> Plan:
    """Carry a draft out that was looked at, as a plan that is ordered.

    Raises PlanNotFound, PlanNotDraft, WeekIsOver, what `order_step` raises, PlanUnderWay.
    """
    # The phase first, as an order of a plan does: it is what they wait for each other at.
    found = await plans.find(session, caller, plan_id)
    await order_step(session, deps, caller, found.phase_id, Step.DISTRIBUTE)
    await plans.start(session, deps, caller, await plans.draft_of(session, caller, plan_id))
    return await plans.find(session, caller, plan_id)
